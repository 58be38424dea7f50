"""Payment: what an order must have before it goes on, and what the money that came means for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec import Struct, field

from oms import balance, money
from oms.dunning import calmed
from oms.ledger import charges_paid, ledger
from oms.news import OrderHoldEscalated, OrderReleased, PaymentReceived, PaymentReminded
from oms.order import Order
from oms.parts import Finding, Hold, Payment, Provider, Received
from oms.refusals import Refusal

AWAITED = "payment_awaited"
AMOUNT_UNKNOWN = "amount_unknown"
PREPAYMENT = "prepayment"
ACCOUNT = "invoice"
COVERED_BY_MONEY = (AWAITED, "payment_insufficient", "credit_exceeded", "credit_missing")
"""Holds that the whole amount, once it is there, lets go by itself."""

NOT_PAID = {
    "de": "Die Zahlung ist nicht rechtzeitig eingegangen.",
    "en": "The payment did not arrive in time.",
}


class PaymentRules(Struct, frozen=True, kw_only=True):
    """A shop's patience, in days.

    An authorisation may be `authorised_days` old, by payment method (`*` for all others). Whoever
    pays in advance is reminded after `remind_after`, and the order is cancelled after
    `cancel_after`. What a payment lacks of what is open is let go up to `tolerance`, an amount.
    `providers` are those that its orders may name.
    """

    authorised_days: dict[str, int] = field(default_factory=lambda: {"*": 7})
    remind_after: int = 7
    cancel_after: int = 14
    tolerance: Decimal = Decimal(0)
    providers: tuple[Provider, ...] = ()

    def longest(self, method: str) -> int | None:
        """How many days old an authorisation of the method may be; None for any age."""
        return self.authorised_days.get(method, self.authorised_days.get("*"))


def in_advance(payment: Payment) -> bool:
    """Whether the customer transfers the money before anything is sent."""
    return payment.method == PREPAYMENT and payment.status in ("open", "pending")


def on_account(payment: Payment) -> bool:
    """Whether the goods leave before the money comes, so that it takes credit."""
    if payment.method == ACCOUNT:
        return payment.status in ("open", "pending")
    return payment.status == "open" and payment.method != PREPAYMENT


def check_payment(
    order: Order, due: Decimal | Refusal, rules: PaymentRules, *, at: datetime
) -> Finding:
    """Whether the payment covers what is due, gross, to the cent, and is fresh enough.

    Where nobody can say what is due, `due` is why. What is on account passes here: whether there is
    credit for it is for `oms.credit` to say. The finding keeps `due`, and of which total, so that
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


def owed(order: Order) -> Decimal:
    """What the order costs now, gross, without what was cancelled, in its currency.

    In gross prices that is exact. In net prices it is what the whole order came to with tax, in
    proportion; the invoices' tax may differ by cents (`oms.invoice.tax_total`).
    """
    if order.price_mode == "gross":
        return order.charged
    due, of = cost(order)
    return money.rounded(due * order.charged / of, order.currency) if of else due


def cost(order: Order) -> tuple[Decimal, Decimal]:
    """What the whole order was found to come to, gross, and the total in its price mode."""
    for finding in order.findings:
        if finding.check == "payment" and "due" in finding.data:
            return Decimal(finding.data["due"]), Decimal(finding.data["of"])
    return order.total, order.total


def received(order: Order) -> Decimal:
    """The sum that came by bank."""
    return sum((payment.amount for payment in order.payments), Decimal(0))


def secured(order: Order) -> Decimal:
    """What is there for the order: captured, still to be captured, and come by bank.

    What went back because it was too much is not; what went back for a credit note was there.
    """
    cards = balance.captured(order) + balance.capturable(order)
    return cards + received(order) - balance.refunded(order, "")


def overpaid(order: Order) -> Decimal:
    """What came by bank beyond what the order costs; it is the customer's."""
    more = secured(order) - charges_paid(order) - owed(order)
    return min(received(order), max(Decimal(0), more))


def outstanding(order: Order) -> Decimal:
    """What is still to be paid: of all that the order costs, once it is billed what is open."""
    book = ledger(order)
    if order.documents and balance.at_rest(order):
        return sum((max(Decimal(0), item.open) for item in book.items), Decimal(0))
    granted = sum((item.discount + item.waived for item in book.items), Decimal(0))
    return max(Decimal(0), owed(order) + charges_paid(order) - granted - secured(order))


def receive(order: Order, came: Received, *, at: datetime) -> Order:
    """Take money for the order, or take it back; the same again changes nothing.

    An order that waits for it goes on once everything is there.
    """
    if any(known.id == came.id for known in order.payments):
        return order
    # The news says how things stand after it.
    after = order.apply(PaymentReceived(came, Decimal(0), Decimal(0), Decimal(0), at))
    news = PaymentReceived(came, received(after), owed(after), overpaid(after), at)
    order = order.tell(news)
    return calmed(order, at=at) if came.reverses else settle(order, at=at)


def settle(order: Order, *, at: datetime) -> Order:
    """Let go of the holds that wait for money, if all of it is there."""
    if not order.charged or outstanding(order):
        return order
    for hold in order.open_holds:
        if hold.reason in COVERED_BY_MONEY:
            order = order.tell(OrderReleased(hold.id, "auftakt", "paid in full", at))
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
    return order.tell(PaymentReminded(id, at))


def give_up(order: Order, id: str, at: datetime) -> Order:
    """Cancel an order whose money has not come by the deadline; a part that came is credit.

    The team is told of one of which a warehouse has pieces already.
    """
    hold = awaited(order, id)
    if hold is None or hold.escalated_at or at < hold.deadline:
        return order
    order = order.cancel_rest(
        reason=NOT_PAID[order.customer.locale], by="auftakt", at=at, cause="unpaid"
    )
    return order.tell(OrderHoldEscalated(id, at)) if order.charged else order
