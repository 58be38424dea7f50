"""Stripe's events: who may send them, and what each kind of them means for its order."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from oms.core.refusals import NotNow
from oms.orders.balance import Source
from oms.orders.money_parts import Dispute
from oms.orders.order import Order
from oms.payments import capturing
from oms_aws.payments.capture_models import StripeEvent
from oms_aws.payments.providers.stripe import FAILED, amount_of, back, held
from oms_aws.payments.wiring import PaymentsWiring
from oms_aws.platform.http import Call, Problem
from oms_aws.platform.log import Saved
from oms_aws.platform.query import number

TOLERANCE_SECONDS = 300
LAST_SECOND = 99_999_999_999
Told = Mapping[str, Any]
Command = Callable[[Order, Told, datetime], Order]


def demand_signature(call: Call[StripeEvent], secret: str, *, at: datetime) -> None:
    """Raises Problem unless `Stripe-Signature` is right: `t=<seconds>,v1=<HMAC-SHA256 in hex>`.

    What is signed is the time and the raw body, joined by a full stop; several `v1` stand there
    while a secret is being changed.
    """
    parts = [p.partition("=") for p in call.headers.get("stripe-signature", "").split(",")]
    times = [value for name, _, value in parts if name.strip() == "t"]
    given = [value for name, _, value in parts if name.strip() == "v1"]
    seconds = number(times[0], 0, LAST_SECOND) if len(times) == 1 else None
    if seconds is None:
        raise Problem(401, "signature_invalid", "Stripe-Signature says no time.")
    if abs(at.timestamp() - seconds) > TOLERANCE_SECONDS:
        raise Problem(401, "signature_invalid", "Stripe-Signature is of another time.")
    signed = f"{times[0]}.".encode() + call.raw
    genuine = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    if not any(hmac.compare_digest(genuine.encode(), each.encode()) for each in given):
        raise Problem(401, "signature_invalid", "Stripe-Signature does not fit the body.")


def heard(event: StripeEvent, oms: PaymentsWiring) -> str | None:
    """The id of the order that an event was about, None when it is none of ours."""
    about = event.data.object
    command = _COMMANDS.get(event.type)
    intent = about.get("id") if about.get("object") == "payment_intent" else None
    id = oms.orders.id_of_authorisation("stripe", str(intent or about.get("payment_intent") or ""))
    if id is None or (command is None and event.type != "charge.refunded"):
        return id
    by = Saved("provider:stripe", f"stripe:{event.id}")
    if command is None:
        _look_up_refunds(id, about, by, oms)
    else:
        oms.orders.change(id, lambda order: command(order, about, oms.now()), by)
    return id


def _look_up_refunds(id: str, charge: Told, by: Saved, oms: PaymentsWiring) -> None:
    """A charge says how much of it went back, but not in which refunds: those are asked for."""
    order = oms.orders.get(id).order
    nothing = amount_of(0, order.currency)
    source = Source("stripe", str(charge["payment_intent"]), nothing, nothing)
    for refund in oms.provider("stripe").refunds(source, order.currency):
        oms.orders.change(id, partial(capturing.note_refund, refund=refund, at=oms.now()), by)


def _intent(order: Order, told: Told, at: datetime) -> Order:
    return capturing.note(order, held(told, order.currency), at=at)


def _refund(order: Order, told: Told, at: datetime) -> Order:
    refund = back(told, order.currency)
    if told["status"] not in FAILED:
        return capturing.note_refund(order, refund, at=at)
    failed = capturing.fail(
        order,
        "refund",
        refund.document,
        refund.amount,
        reason="refund_failed",
        text=str(told.get("failure_reason") or told["status"]),
        at=at,
        reference=refund.reference,
    )
    known = {each.reference for each in order.settlement.refunds}
    if failed.events and refund.reference not in known:
        # It failed before it was on record: it is sent again until it is.
        raise NotNow(f"the refund {refund.reference} is not on record yet")
    return failed


def _dispute(order: Order, told: Told, at: datetime) -> Order:
    due = (told.get("evidence_details") or {}).get("due_by")
    dispute = Dispute(
        id=told["id"],
        amount=amount_of(told["amount"], order.currency),
        reason=told["reason"],
        status=told["status"],
        at=datetime.fromtimestamp(told["created"], UTC),
        until=datetime.fromtimestamp(due, UTC) if due else None,
    )
    return capturing.dispute(order, dispute, at=at)


_COMMANDS: Mapping[str, Command] = {
    **dict.fromkeys(
        (
            "payment_intent.amount_capturable_updated",
            "payment_intent.canceled",
            "payment_intent.succeeded",
        ),
        _intent,
    ),
    **dict.fromkeys(
        ("refund.created", "refund.updated", "refund.failed", "charge.refund.updated"), _refund
    ),
    **dict.fromkeys(
        (
            "charge.dispute.created",
            "charge.dispute.updated",
            "charge.dispute.closed",
            "charge.dispute.funds_withdrawn",
            "charge.dispute.funds_reinstated",
        ),
        _dispute,
    ),
}
