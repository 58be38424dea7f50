"""Payment: what an order must have before it goes on, and what the money that came means for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from oms.core.refusals import Refusal
from oms.master.terms import PaymentRules
from oms.orders.applying import applied, tell
from oms.orders.cancelling import cancel_rest
from oms.orders.findings import AMOUNT_UNKNOWN, Finding, Hold
from oms.orders.money_events import PaymentReceived, PaymentReminded
from oms.orders.money_parts import Payment, Received
from oms.orders.order import Order
from oms.orders.order_events import OrderHoldEscalated, OrderReleased
from oms.orders.owing import outstanding, overpaid, owed, received, secured
from oms.payments.dunning import calmed

AWAITED = "payment_awaited"
PREPAYMENT = "prepayment"
ACCOUNT = "invoice"
COVERED_BY_MONEY = (AWAITED, "payment_insufficient", "credit_exceeded", "credit_missing")
"""Holds that the whole amount, once it is there, lets go by itself."""

NOT_PAID = {
    "de": "Die Zahlung ist nicht rechtzeitig eingegangen.",
    "en": "The payment did not arrive in time.",
}


def in_advance(payment: Payment) -> bool:
    """True if the customer transfers the money before anything is sent."""
    return payment.method == PREPAYMENT and payment.status in ("open", "pending")


def on_account(payment: Payment) -> bool:
    """True if the goods leave before the money comes, so that it takes credit."""
    if payment.method == ACCOUNT:
        return payment.status in ("open", "pending")
    return payment.status == "open" and payment.method != PREPAYMENT


def check_payment(
    order: Order, due: Decimal | Refusal, rules: PaymentRules, *, at: datetime
) -> Finding:
    """Finding on the payment: it covers what is due, gross, to the cent, and is fresh enough.

    Where nobody can say what is due, `due` is why. What is on account passes here: whether there is
    credit for it is for `credit` to say. The finding keeps `due`, and of which total, so that
    what is owed later follows from it.
    """
    payment = order.payment
    known = {} if isinstance(due, Refusal) else {"due": str(due), "of": str(order.total)}
    if payment.status == "failed":
        return Finding(
            "payment",
            "refuse",
            "payment_failed",
            "The payment has failed.",
            text_de="Die Zahlung ist fehlgeschlagen.",
            data=known,
        )
    if isinstance(due, Refusal):
        return _unknown(due)
    if in_advance(payment):
        if secured(order) >= due:
            return Finding("payment", "pass", data=known)
        return _awaited(order, due, rules, known)
    if on_account(payment):
        return Finding("payment", "pass", data=known)
    if payment.status == "pending":
        return Finding(
            "payment",
            "hold",
            "payment_pending",
            "The payment has not been authorised yet.",
            text_de="Die Zahlung ist noch nicht autorisiert.",
            data=known,
        )
    if secured(order) < due:
        return _insufficient(order, due, known)
    return _old(order, rules, known, at) or Finding("payment", "pass", data=known)


def _unknown(why: Refusal) -> Finding:
    return Finding(
        "payment",
        "hold",
        AMOUNT_UNKNOWN,
        f"What the order costs with its tax cannot be said: {why.text}",
        text_de=f"Was die Bestellung mit ihrer Steuer kostet, steht nicht fest: {why.text}",
        data={"reason": why.reason},
    )


def _awaited(order: Order, due: Decimal, rules: PaymentRules, known: dict[str, Any]) -> Finding:
    return Finding(
        "payment",
        "hold",
        AWAITED,
        f"{due} {order.currency} have to be transferred in advance.",
        text_de=f"{due} {order.currency} sind im Voraus zu überweisen.",
        owner="customer",
        hours=24 * rules.cancel_after,
        data={
            **known,
            "reference": order.external_number,
            "remind_after": rules.remind_after,
        },
    )


def _insufficient(order: Order, due: Decimal, known: dict[str, Any]) -> Finding:
    payment, there = order.payment, secured(order)
    word = "autorisiert" if payment.status == "authorised" else "eingezogen"
    return Finding(
        "payment",
        "hold",
        "payment_insufficient",
        f"{there} of {due} {order.currency} are {payment.status}.",
        text_de=f"{there} von {due} {order.currency} sind {word}.",
        data={**known, "amount": str(there), "missing": str(due - there)},
    )


def _old(order: Order, rules: PaymentRules, known: dict[str, Any], at: datetime) -> Finding | None:
    payment, days = order.payment, rules.longest(order.payment.method)
    if payment.status != "authorised" or payment.authorised_at is None or days is None:
        return None
    age = at - payment.authorised_at
    if age <= timedelta(days=days):
        return None
    return Finding(
        "payment",
        "hold",
        "authorisation_old",
        f"The authorisation is {age.days} days old; it counts for {days} days.",
        text_de=f"Die Autorisierung ist {age.days} Tage alt; sie gilt {days} Tage.",
        data={**known, "authorised_at": payment.authorised_at.isoformat(), "days": days},
    )


def receive(order: Order, came: Received, *, at: datetime) -> Order:
    """Take money for the order, or take it back; the same again changes nothing.

    An order that waits for it goes on once everything is there.
    """
    if any(known.id == came.id for known in order.settlement.payments):
        return order
    # The event says how things stand after it.
    after = applied(order, PaymentReceived(came, Decimal(0), Decimal(0), Decimal(0), at))
    event = PaymentReceived(came, received(after), owed(after), overpaid(after), at)
    order = tell(order, event)
    return calmed(order, at=at) if came.reverses else settle(order, at=at)


def settle(order: Order, *, at: datetime) -> Order:
    """Let go of the holds that wait for money, if all of it is there."""
    if not order.charged or outstanding(order):
        return order
    for hold in order.open_holds:
        if hold.reason in COVERED_BY_MONEY:
            order = tell(order, OrderReleased(hold.id, "auftakt", "paid in full", at))
    return order


def awaited(order: Order, id: str) -> Hold | None:
    """The hold of that id, while the order waits for its money."""
    for hold in order.open_holds:
        if hold.id == id and hold.reason == AWAITED and order.charged:
            return hold
    return None


def remind(order: Order, id: str, at: datetime) -> Order:
    """Remind the customer to pay, once."""
    hold = awaited(order, id)
    if hold is None or "reminded_at" in hold.data:
        return order
    return tell(order, PaymentReminded(id, at))


def give_up(order: Order, id: str, at: datetime) -> Order:
    """Cancel an order whose money has not come by the deadline; a part that came is credit.

    The team is told of one of which a warehouse has pieces already.
    """
    hold = awaited(order, id)
    if hold is None or hold.escalated_at or at < hold.deadline:
        return order
    order = cancel_rest(
        order, reason=NOT_PAID[order.customer.locale], by="auftakt", at=at, cause="unpaid"
    )
    return tell(order, OrderHoldEscalated(id, at)) if order.charged else order
