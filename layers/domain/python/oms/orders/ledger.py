"""The ledger of an order: which of its money is on which document, and what is still open."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from oms.core import money
from oms.core.values import BUSINESS_ZONE
from oms.orders import balance
from oms.orders.balance import BILLS
from oms.orders.money_parts import PaymentAllocation, Received
from oms.orders.order import Order

NOTHING = Decimal(0)


class OpenItem(Struct, frozen=True, kw_only=True):
    """Open amount of a document and what it is made of, gross, in the order's currency.

    `paid` is the money that is on it, `discount` and `waived` what was let go, `promised` what the
    payment provider has yet to collect. The customer's own money, which no document needs, is an
    item without a document.
    """

    document: str = ""
    number: str = ""
    type: str = ""
    issued_at: datetime | None = None
    due_on: date | None = None
    amount: Decimal = NOTHING
    credited: Decimal = NOTHING
    paid: Decimal = NOTHING
    discount: Decimal = NOTHING
    waived: Decimal = NOTHING
    promised: Decimal = NOTHING

    @property
    def open(self) -> Decimal:
        """Amount that the customer still has to pay; negative for the customer's own money."""
        gone = self.credited + self.paid + self.discount + self.waived + self.promised
        return self.amount - gone

    @property
    def unpaid(self) -> Decimal:
        """Amount that nobody has paid or let go yet, also what the provider is to collect."""
        return max(NOTHING, self.open + self.promised)

    @property
    def state(self) -> Literal["open", "settled", "credit"]:
        """Standing of the item: the customer owes something, nobody does, or we do."""
        if self.open > 0:
            return "open"
        return "credit" if self.open < 0 else "settled"


class Ledger(NamedTuple):
    """The documents, oldest due first, and the money that none of them needs.

    `left` is negative when more was paid back than there was; `promised` is what a provider may
    still collect for what has not been billed.
    """

    items: tuple[OpenItem, ...]
    left: Decimal
    promised: Decimal

    def item(self, document: str) -> OpenItem | None:
        """The item of a document that asks for money."""
        return next((item for item in self.items if item.document == document), None)


def ledger(order: Order) -> Ledger:
    """The order's money laid on its documents.

    What names a document is on that one, as far as it needs it; the rest pays what is due first.
    It follows from what is there, in whatever order it came.
    """
    items, named = sorted(_billed(order), key=_turn), _named(order)
    items = [replace(i, paid=min(named.get(i.document, NOTHING), i.open)) for i in items]
    left = came(order) + _loose(order) - sum((item.paid for item in items), NOTHING)
    left = _taken_back(items, left) if left < 0 else _laid_on(items, left, "paid")
    stuck = balance.given_up(order, "capture")
    promised = _laid_on(items, balance.capturable(order), "promised", but=stuck)
    return Ledger(tuple(items), left, promised)


def came(order: Order) -> Decimal:
    """All money that is there for the order's documents: without what paid dunning charges."""
    return balance.came(order) - charges_paid(order)


def _loose(order: Order) -> Decimal:
    """Amount credited without saying of which document."""
    bills = {document.id for document in order.documents if document.type in BILLS}
    notes = (document for document in order.documents if document.type == "credit_note")
    return sum((note.gross for note in notes if note.original not in bills), NOTHING)


def charges_paid(order: Order) -> Decimal:
    """Amount of the money that paid dunning charges."""
    return sum((laid.charges for payment in effective(order) for laid in payment.laid), NOTHING)


def effective(order: Order) -> Iterator[Received]:
    """The payments as far as the bank has not taken them back.

    One of which a part is gone earns no discount any more, and pays no charges.
    """
    back: dict[str, Decimal] = {}
    for payment in order.settlement.payments:
        if payment.reverses:
            back[payment.reverses] = back.get(payment.reverses, NOTHING) - payment.amount
    for payment in order.settlement.payments:
        if payment.reverses:
            continue
        gone = back.get(payment.id, NOTHING)
        yield _reduced(payment, payment.amount - gone) if gone else payment


def _reduced(payment: Received, to: Decimal) -> Received:
    laid, rest = [], max(NOTHING, to)
    for part in payment.laid:
        laid.append(PaymentAllocation(part.document, min(part.amount, rest)))
        rest -= laid[-1].amount
    return replace(payment, amount=to, laid=tuple(laid))


def _billed(order: Order) -> Iterator[OpenItem]:
    """Items that were billed, less what was credited and let go of them."""
    credited: dict[str, Decimal] = {}
    for note in order.documents:
        if note.type == "credit_note":
            of = note.original or ""
            credited[of] = credited.get(of, NOTHING) + note.gross
    granted: dict[str, list[PaymentAllocation]] = {}
    for payment in effective(order):
        for laid in payment.laid:
            granted.setdefault(laid.document, []).append(laid)
    for document in order.documents:
        if document.type in BILLS:
            back = credited.get(document.id, NOTHING)
            discount = waived = NOTHING
            for laid in granted.get(document.id, ()):
                base, now = laid.of or document.gross, document.gross - back
                discount += still_granted(laid.discount, base, now, order.currency)
                waived += still_granted(laid.waived, base, now, order.currency)
            yield OpenItem(
                document=document.id,
                number=document.number,
                type=document.type,
                issued_at=document.issued_at,
                due_on=document.due_on,
                amount=document.gross,
                credited=back,
                discount=discount,
                waived=waived,
            )


def still_granted(granted: Decimal, of: Decimal, now: Decimal, currency: str) -> Decimal:
    """Rest of what was let go `of` an amount, once only `now` of that is not credited."""
    if not granted or now >= of:
        return granted
    return money.allocate(granted, [now, of - now], currency)[0] if now > 0 else NOTHING


def _turn(item: OpenItem) -> tuple[date, datetime, str]:
    """Order of payment: what is due first; what has no due date is so on the day of its issue."""
    assert item.issued_at
    return (
        item.due_on or item.issued_at.astimezone(BUSINESS_ZONE).date(),
        item.issued_at,
        item.document,
    )


def _named(order: Order) -> dict[str, Decimal]:
    """The money that names its document, by document."""
    named: dict[str, Decimal] = {}
    for capture in order.settlement.captures:
        named[capture.document] = named.get(capture.document, NOTHING) + capture.amount
    for payment in effective(order):
        for laid in payment.laid:
            named[laid.document] = named.get(laid.document, NOTHING) + laid.amount
    return named


def _laid_on(
    items: list[OpenItem], amount: Decimal, field: str, but: Collection[str] = ()
) -> Decimal:
    """Lay money on what is open, in turn; answers what is left of it."""
    for number, item in enumerate(items):
        part = min(amount, max(NOTHING, item.open))
        if part and item.document not in but:
            items[number] = replace(item, **{field: getattr(item, field) + part})
            amount -= part
    return amount


def _taken_back(items: list[OpenItem], left: Decimal) -> Decimal:
    """More was paid back than was free: it is missing on what is due last; answers what is left."""
    for number in reversed(range(len(items))):
        part = min(-left, max(NOTHING, items[number].paid))
        items[number] = replace(items[number], paid=items[number].paid - part)
        left += part
    return left
