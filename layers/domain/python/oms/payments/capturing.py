"""Money in and out through a payment provider: what to move next, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from oms.core.refusals import Refusal, Unknown
from oms.core.values import Provider
from oms.orders import balance
from oms.orders.applying import tell
from oms.orders.money_events import (
    CaptureDeferred,
    CaptureDue,
    PaymentAuthorised,
    PaymentCaptured,
    PaymentDisputed,
    PaymentFailed,
    PaymentLeft,
    PaymentRefunded,
    PaymentRetried,
    PaymentVoided,
)
from oms.orders.money_parts import Capture, Dispute, Payment, PaymentFailure, Refund
from oms.orders.order import Order

State = Literal[
    "open",
    "pending",
    "failed",
    "authorised",
    "partly_captured",
    "captured",
    "voided",
    "partly_refunded",
    "refunded",
]
Deed = Literal["capture", "void", "refund", "authorise"]

DEEDS: Mapping[State, frozenset[Deed]] = {
    "open": frozenset({"authorise"}),
    "pending": frozenset({"authorise"}),
    "failed": frozenset({"authorise"}),
    "authorised": frozenset({"capture", "void", "authorise"}),
    "partly_captured": frozenset({"capture", "void", "refund", "authorise"}),
    "captured": frozenset({"refund", "authorise"}),
    "voided": frozenset({"authorise"}),
    "partly_refunded": frozenset({"capture", "void", "refund", "authorise"}),
    "refunded": frozenset({"capture", "void", "authorise"}),
}
"""The state machine of a payment: what may be done in which state."""

AFTER: Mapping[State, frozenset[State]] = {
    "open": frozenset({"open", "authorised"}),
    "pending": frozenset({"pending", "authorised"}),
    "failed": frozenset({"failed", "authorised"}),
    "authorised": frozenset({"authorised", "partly_captured", "captured", "voided"}),
    "partly_captured": frozenset({"partly_captured", "captured", "partly_refunded", "refunded"}),
    "captured": frozenset({"captured", "partly_captured", "partly_refunded", "refunded"}),
    "voided": frozenset({"voided", "authorised", "partly_captured", "captured"}),
    "partly_refunded": frozenset({"partly_refunded", "refunded", "partly_captured", "captured"}),
    "refunded": frozenset({"refunded", "partly_refunded", "partly_captured", "captured"}),
}
"""Where each state may lead: a refund that did not arrive leads back, another authorisation on."""

MARGIN = timedelta(hours=12)
"""How long before an authorisation ends the money is taken that waits for further shipments."""

LIFE = timedelta(days=7)
"""How long an authorisation can be captured, unless the provider says so."""


def state(order: Order) -> State:
    """State of the payment, from its amounts."""
    taken, back = balance.captured(order), balance.refunded(order)
    payment = order.payment
    if not taken:
        if payment.status != "authorised":
            return payment.status
        return "voided" if (payment.reference or "") in order.settlement.voided else "authorised"
    if back:
        return "refunded" if back >= taken else "partly_refunded"
    return "partly_captured" if balance.capturable(order) else "captured"


class AuthorisationStatus(Struct, frozen=True, kw_only=True):
    """Report of a provider on an authorisation, in sum and not since it was last asked.

    `open` is neither authorised nor given up, `ended` was cancelled or has expired. `several` says
    that it can be captured more than once, `until` how long.
    """

    by: Provider
    authorisation: str
    status: Literal["open", "authorised", "captured", "declined", "ended"]
    capturable: Decimal
    captured: Decimal
    reference: str
    several: bool = False
    until: datetime | None = None


class Take(Struct, frozen=True):
    """Capture an amount, for a document; `last` gives back what is left of the authorisation.

    `key` is the same for the same capture, however often it is tried.
    """

    document: str
    amount: Decimal
    last: bool
    key: str


class Void(Struct, frozen=True):
    """Give back what is left of the authorisation."""

    amount: Decimal
    key: str


class Wait(Struct, frozen=True):
    """Capture nothing before a time, unless the last shipment is there earlier."""

    until: datetime


class Fail(Struct, frozen=True):
    """Failure: the amount for a document cannot be captured."""

    document: str
    amount: Decimal
    reason: str


class GiveBack(Struct, frozen=True):
    """Refund an amount for a document, to the authorisation that it came from."""

    document: str
    amount: Decimal
    source: balance.Source
    key: str


def next_capture(
    order: Order, holding: AuthorisationStatus, *, at: datetime
) -> Take | Void | Wait | Fail | None:
    """Next act on an authorisation, of which everything known is on record.

    Each invoice is captured on its own where the provider allows that. Otherwise one capture takes
    all that was billed: at the last shipment, or when the authorisation is about to end, so that
    no goods leave unpaid and none of the authorisation is lost before it must be.
    """
    wanted = balance.to_capture(order)
    if not wanted:
        void = balance.to_void(order)
        return Void(void, _key(order, "void")) if void else None
    document, amount = next(iter(wanted.items()))
    able = min(balance.capturable(order), holding.capturable)
    if not able:
        return Fail(document, amount, _reason(order, holding))
    rest = balance.at_rest(order)
    if holding.several:
        take = min(amount, able)
        last = rest and take == sum(wanted.values())
        return Take(document, take, last, _key(order, "capture", document))
    until = capture_by(order, holding)
    if not rest and at < until:
        return Wait(until)
    take = min(sum(wanted.values(), balance.NOTHING), able)
    return Take(document, take, True, _key(order, "capture", document))


def next_refund(order: Order) -> GiveBack | None:
    """Next refund, to the newest authorisation that has so much left."""
    for document, amount in balance.to_refund(order).items():
        for source in balance.sources(order):
            if source.left > 0:
                key = _key(order, "refund", document)
                return GiveBack(document, min(amount, source.left), source, key)
    return None


def capture_by(order: Order, holding: AuthorisationStatus) -> datetime:
    """Time at which an authorisation has to be captured at the latest."""
    began = order.payment.authorised_at or order.received_at
    return (holding.until or began + LIFE) - MARGIN


def note(order: Order, holding: AuthorisationStatus, *, at: datetime) -> Order:
    """Put on record what a provider says; the same again, or what it said before, changes nothing.

    As it speaks of sums, it does not matter which of its answers came through, nor in which order.
    """
    authorisation, by = holding.authorisation, holding.by
    known = balance.captured_from(order, authorisation)
    if authorisation == (order.payment.reference or ""):
        known += balance.upfront(order)
    for document, amount in _for(order, holding.captured - known).items():
        money = order.settlement
        id, reference = id_of_capture(order, "cap", len(money.captures)), holding.reference
        capture = Capture(id, document, amount, at, reference, by, authorisation)
        last = not holding.capturable and authorisation not in money.voided
        order = tell(order, PaymentCaptured(capture, at, last))
    rest = balance.capturable(order)
    ended = holding.status in ("captured", "ended") and not holding.capturable
    if ended and rest and authorisation == (order.payment.reference or ""):
        order = tell(order, PaymentVoided(authorisation, rest, holding.status, at))
    return order


def _for(order: Order, amount: Decimal) -> dict[str, Decimal]:
    """Money that was captured, by the invoices that it is for; the rest of it is for none yet."""
    shares: dict[str, Decimal] = {}
    for document, open in balance.to_capture(order).items():
        if amount > 0:
            shares[document] = min(open, amount)
            amount -= shares[document]
    return shares | ({"": amount} if amount > 0 else {})


def note_refund(order: Order, refund: Refund, *, at: datetime) -> Order:
    """Put on record that money went back; the same again changes nothing."""
    same = (refund.by, refund.reference)
    if any((known.by, known.reference) == same for known in order.settlement.refunds):
        return order
    if any(f.of == "refund" and f.reference == refund.reference for f in order.settlement.failures):
        return order
    if not refund.id:
        gone = sum(f.of == "refund" for f in order.settlement.failures)
        known = len(order.settlement.refunds) + gone
        refund = replace(refund, id=id_of_capture(order, "rfd", known))
    return tell(order, PaymentRefunded(refund, at))


def wait(order: Order, until: datetime, *, at: datetime) -> Order:
    """Put on record that a capture waits for further shipments."""
    waits = order.settlement.capture_by == until
    return order if waits else tell(order, CaptureDeferred(until, at))


def capture_due(order: Order, id: str, at: datetime) -> Order:
    """Let a capture wait no longer, once its time has come."""
    until = order.settlement.capture_by
    if until is None or at < until or not balance.to_capture(order):
        return order
    return tell(order, CaptureDue(at))


def fail(
    order: Order,
    of: Literal["capture", "refund", "void"],
    document: str,
    amount: Decimal,
    *,
    reason: str,
    text: str,
    at: datetime,
    reference: str = "",
) -> Order:
    """Put on record that money could not be moved; while that is open, again changes nothing.

    `reference` is the authorisation, or of a refund that did not arrive the provider's id of it.
    """
    what, failures = (of, document, reference), order.settlement.failures
    known = (f for f in failures if (f.of, f.document, f.reference) == what)
    if any(not f.closed_at or (of == "refund" and reference) for f in known):
        return order
    id = f"failure_{len(order.settlement.failures) + 1}"
    failure = PaymentFailure(id, of, document, amount, reason, text, at, reference)
    return tell(order, PaymentFailed(failure, at))


def failure_of(order: Order, id: str) -> PaymentFailure:
    """The failure of that id; raises Unknown."""
    for failure in order.settlement.failures:
        if failure.id == id:
            return failure
    raise Unknown("failure_unknown", f"Nothing of the order failed as {id}.")


def retry(order: Order, id: str, *, by: str, reason: str, at: datetime) -> Order:
    """Let what failed be tried again; a second time changes nothing. Raises Unknown and Refusal."""
    failure = failure_of(order, id)
    if failure.left:
        raise Refusal("failure_closed", "Somebody has decided that this is not tried again.")
    return order if failure.closed_at else tell(order, PaymentRetried(id, by, reason, at))


def leave(order: Order, id: str, *, by: str, reason: str, at: datetime) -> Order:
    """Try what failed never again: the money comes, or goes back, on another way.

    A second time changes nothing. Raises Unknown and Refusal.
    """
    failure = failure_of(order, id)
    if failure.closed_at and not failure.left:
        raise Refusal("failure_closed", "It is being tried again.")
    return order if failure.left else tell(order, PaymentLeft(id, by, reason, at))


def authorise(order: Order, payment: Payment, *, by: str, reason: str, at: datetime) -> Order:
    """Take another authorisation for what is still to be captured; the same one changes nothing.

    Raises Refusal when it is none, or too little.
    """
    if payment == order.payment:
        return order
    if payment.status != "authorised" or payment.reference in (None, order.payment.reference):
        raise Refusal("no_authorisation", "Another authorisation, with a reference, is needed.")
    missing = balance.unpaid(order)
    if payment.amount < missing:
        text = f"{missing} {order.currency} are still to be paid."
        raise Refusal("authorised_too_little", text, {"payment.amount": f"at least {missing}"})
    return tell(order, PaymentAuthorised(payment, by, reason, at))


def dispute(order: Order, told: Dispute, *, at: datetime) -> Order:
    """Put on record how a dispute stands; the same again changes nothing."""
    return order if told in order.settlement.disputes else tell(order, PaymentDisputed(told, at))


def id_of_capture(order: Order, prefix: str, known: int) -> str:
    return f"{prefix}_{order.id.removeprefix('ord_')}-{known + 1}"


def _reason(order: Order, holding: AuthorisationStatus) -> str:
    if holding.status in ("declined", "ended", "open"):
        return {"declined": "declined", "ended": "expired", "open": "not_authorised"}[
            holding.status
        ]
    return "authorisation_used_up" if holding.captured else "authorised_too_little"


def _key(order: Order, of: Literal["capture", "refund", "void"], document: str = "") -> str:
    """The key of an attempt: another one only once what came of the one before is on record.

    Of captures that is known by their sum: whatever they were for, after one the sum is another.
    """
    reference = order.payment.reference or ""
    done: object = sum(refund.document == document for refund in order.settlement.refunds)
    if of != "refund":
        done = balance.captured_from(order, reference)
    failed = sum(f.of == of and f.document == document for f in order.settlement.failures)
    return ":".join((order.id, of, document or reference, str(done), str(failed)))
