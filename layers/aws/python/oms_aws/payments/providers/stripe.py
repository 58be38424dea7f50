"""Stripe: PaymentIntents that were authorised by the shop are captured, cancelled and refunded."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import quote, urlencode

import urllib3

from oms.core.money import minor_units
from oms.core.refusals import NotNow
from oms.orders.balance import Source
from oms.orders.money_parts import Payment, Refund
from oms.payments.capturing import AuthorisationStatus, GiveBack, Take, Void
from oms_aws.payments.providers import Refused
from oms_aws.platform.secrets import Misconfigured

API = "https://api.stripe.com"
VERSION = "2026-10-28.endive"
"""What Stripe's answers look like: pinned, whatever the account's default is."""

TIMEOUT = urllib3.Timeout(connect=3, read=25)
LONGEST_ANSWER = 1_000_000
PAGE = 100

Sent = tuple[int, Mapping[str, str], bytes]
Send = Callable[[str, str, str, Mapping[str, str]], Sent]
"""Method, address, form and headers; answers status, headers and body, raises OSError, HTTPError"""

Status = Literal["open", "authorised", "captured", "declined", "ended"]
STATUSES: Mapping[str, Status] = {
    "requires_capture": "authorised",
    "succeeded": "captured",
    "canceled": "ended",
    "requires_payment_method": "declined",
}
REASONS: Mapping[str, str] = {
    "charge_expired_for_capture": "expired",
    "capture_charge_authorization_expired": "expired",
    "payment_intent_unexpected_state": "not_capturable",
    "amount_too_large": "authorised_too_little",
    "charge_already_refunded": "refunded_already",
    "charge_disputed": "disputed",
    "insufficient_funds": "insufficient_balance",
    "balance_insufficient": "insufficient_balance",
    "resource_missing": "unknown_authorisation",
}
"""What of Stripe's error codes is a final no to one request; others are ours to mend."""

FAILED = ("failed", "canceled")
MINOR_UNITS: Mapping[str, int] = {"MGA": 0, "ISK": 2, "UGX": 2}
"""Currencies whose amounts Stripe counts otherwise than ISO 4217 (docs.stripe.com/currencies)."""


class Stripe:
    """The API under its address, with the secret key of the merchant's account."""

    def __init__(self, secret: Callable[[], str], url: str = API, send: Send | None = None) -> None:
        self._secret = secret
        self._url = url
        self._send = send

    def holding(self, payment: Payment, currency: str) -> AuthorisationStatus:
        """Status of a PaymentIntent; raises Refused when it is in another currency."""
        path = _intent(payment) + "?" + urlencode({"expand[]": "latest_charge"})
        return held(self._asked("GET", path), currency)

    def capture(
        self, payment: Payment, currency: str, take: Take, order: str
    ) -> AuthorisationStatus:
        """Capture a part of a PaymentIntent; without `last`, the rest of it stays authorised."""
        form = {
            "amount_to_capture": _units(take.amount, currency),
            "expand[]": "latest_charge",
            "metadata[order]": order,
        }
        if not take.last:
            form["final_capture"] = "false"
        return held(self._asked("POST", f"{_intent(payment)}/capture", form, take.key), currency)

    def void(self, payment: Payment, currency: str, void: Void) -> AuthorisationStatus:
        """Cancel a PaymentIntent, which releases what of it is not captured."""
        form = {"cancellation_reason": "requested_by_customer", "expand[]": "latest_charge"}
        return held(self._asked("POST", f"{_intent(payment)}/cancel", form, void.key), currency)

    def refunds(self, source: Source, currency: str) -> tuple[Refund, ...]:
        """The refunds of a PaymentIntent that have not failed, the oldest first."""
        asked = {"payment_intent": source.authorisation, "limit": str(PAGE)}
        found: list[Refund] = []
        while True:
            page = self._asked("GET", f"/v1/refunds?{urlencode(asked)}")
            found += [back(each, currency) for each in page["data"] if each["status"] not in FAILED]
            if not page["has_more"]:
                return tuple(reversed(found))
            asked["starting_after"] = page["data"][-1]["id"]

    def refund(self, back_: GiveBack, currency: str, order: str) -> Refund:
        """Refund a part of what was captured of a PaymentIntent; raises Refused when it failed."""
        form = {
            "payment_intent": back_.source.authorisation,
            "amount": _units(back_.amount, currency),
            "metadata[order]": order,
            "metadata[document]": back_.document,
        }
        told = self._asked("POST", "/v1/refunds", form, back_.key)
        if told["status"] in FAILED:
            raise Refused("refund_failed", str(told.get("failure_reason") or "The refund failed."))
        return back(told, currency)

    def _asked(
        self, method: str, path: str, form: Mapping[str, str] | None = None, key: str = ""
    ) -> dict[str, Any]:
        headers = {
            "authorization": f"Bearer {self._secret()}",
            "stripe-version": VERSION,
            "content-type": "application/x-www-form-urlencoded",
        }
        if key:
            headers["idempotency-key"] = key
        try:
            status, told, body = (self._send or _sent)(
                method, self._url + path, urlencode(form or {}), headers
            )
            answer = json.loads(body)
        except (OSError, ValueError, urllib3.exceptions.HTTPError) as error:
            raise NotNow(f"Stripe cannot be reached: {type(error).__name__}") from error
        if status == 200 and isinstance(answer, dict):
            return answer
        raise _fault(status, told, answer)


def held(intent: Mapping[str, Any], currency: str) -> AuthorisationStatus:
    """Status in a PaymentIntent, of an answer or an event; raises Refused for another currency."""
    if intent["currency"] != currency.lower():
        raise Refused("currency_differs", f"It is in {intent['currency']}, not in {currency}.")
    charge = intent.get("latest_charge")
    known = charge if isinstance(charge, dict) else {"id": charge}
    card = (known.get("payment_method_details") or {}).get("card") or {}
    until = card.get("capture_before")
    return AuthorisationStatus(
        by="stripe",
        authorisation=intent["id"],
        status=STATUSES.get(intent["status"], "open"),
        capturable=amount_of(intent["amount_capturable"], currency),
        captured=amount_of(intent["amount_received"], currency),
        reference=str(known.get("id") or ""),
        several=(card.get("multicapture") or {}).get("status") == "available",
        until=datetime.fromtimestamp(until, UTC) if until else None,
    )


def back(refund: Mapping[str, Any], currency: str) -> Refund:
    """Refund in an answer or an event; `document` is what we wrote on it."""
    return Refund(
        id="",
        document=str((refund.get("metadata") or {}).get("document", "")),
        amount=amount_of(refund["amount"], currency),
        at=datetime.fromtimestamp(refund["created"], UTC),
        reference=refund["id"],
        by="stripe",
        authorisation=str(refund.get("payment_intent") or ""),
    )


def _fault(status: int, headers: Mapping[str, str], answer: Any) -> Exception:
    error = answer.get("error") if isinstance(answer, dict) else None
    told: Mapping[str, Any] = error if isinstance(error, dict) else {}
    code, text = str(told.get("code") or ""), str(told.get("message") or f"HTTP {status}")
    if status >= 500:
        # An answer that is replayed will not become another one: that attempt is over.
        if headers.get("idempotent-replayed") == "true":
            return Refused("provider_error", text)
        return NotNow(f"Stripe: HTTP {status}")
    if status in (409, 429) or told.get("type") == "idempotency_error":
        return NotNow(f"Stripe: {code or text}")
    if told.get("type") == "card_error":
        return Refused("declined", f"{text} ({told.get('decline_code') or code})")
    if code in REASONS:
        return Refused(REASONS[code], text)
    return Misconfigured(f"Stripe: HTTP {status}: {text}")


def _intent(payment: Payment) -> str:
    return f"/v1/payment_intents/{quote(payment.reference or '', safe='')}"


def _decimals(currency: str) -> int:
    return MINOR_UNITS.get(currency, minor_units(currency))


def _units(amount: Decimal, currency: str) -> str:
    """The amount in what Stripe calls the smallest unit; raises Refused if it has a part of one.

    Of currencies with three decimals the last must be 0.
    """
    places = _decimals(currency)
    units = amount.scaleb(places)
    if units != int(units) or (places == 3 and int(units) % 10):
        raise Refused("amount_not_possible", f"Stripe cannot move {amount} {currency}.")
    return str(int(units))


def amount_of(units: int, currency: str) -> Decimal:
    """Amount that Stripe counts in units of its own."""
    exact = Decimal(units).scaleb(-_decimals(currency))
    return exact.quantize(Decimal(1).scaleb(-minor_units(currency)))


_pool = urllib3.PoolManager(num_pools=2, maxsize=4, retries=False)


def _sent(method: str, url: str, form: str, headers: Mapping[str, str]) -> Sent:
    answer = _pool.request(
        method,
        url,
        body=form if method == "POST" else None,
        headers=dict(headers),
        timeout=TIMEOUT,
        redirect=False,
        preload_content=False,
    )
    try:
        told = {name.lower(): value for name, value in answer.headers.items()}
        return answer.status, told, answer.read(LONGEST_ANSWER)
    finally:
        answer.release_conn()
