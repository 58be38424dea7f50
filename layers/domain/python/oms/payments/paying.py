"""Paying: on which documents a bank's money is laid, and what is let go with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from oms.core import money
from oms.orders.ledger import NOTHING, OpenItem, effective, ledger
from oms.orders.money_parts import PaymentAllocation
from oms.orders.order import Order


class Claim(NamedTuple):
    """Open amount of a document, and what of it its payer may keep: discount and charges."""

    item: OpenItem
    discount: Decimal
    charges: Decimal


def claims(order: Order, on: date, documents: Collection[str] = ()) -> tuple[Claim, ...]:
    """Claims of the order, or of some of its documents, oldest due first.

    Of a document that is named, charges alone may be left. The discount (Skonto) is for who pays
    by its day; it changes the taxable amount, § 17 (1) UStG.
    """
    wanted = (
        Claim(item, _discount(order, item, on), _charges(order, item.document))
        for item in ledger(order).items
        if not documents or item.document in documents
    )
    return tuple(each for each in wanted if each.item.open > 0 or (documents and each.charges))


def _discount(order: Order, item: OpenItem, on: date) -> Decimal:
    document = order.document(item.document)
    if document.discount_until is None or on > document.discount_until:
        return NOTHING
    base = (item.amount - item.credited) * document.discount_percent / 100
    return min(item.open, max(NOTHING, money.rounded(base, order.currency) - item.discount))


def _charges(order: Order, document: str) -> Decimal:
    """Charges that dunning claims beyond the document and nobody has paid."""
    dunning = order.document(document).dunning
    if dunning is None or not dunning.letters:
        return NOTHING
    paid = (laid.charges for p in effective(order) for laid in p.laid if laid.document == document)
    return max(NOTHING, dunning.letters[-1].charges - sum(paid, NOTHING))


def fits(amount: Decimal, wanted: Sequence[Claim], tolerance: Decimal) -> bool:
    """True if an amount settles all that is asked, with discounts, charges, small differences."""
    most = sum((each.item.open + each.charges for each in wanted), NOTHING)
    least = sum((each.item.open - each.discount for each in wanted), NOTHING)
    return bool(wanted) and least - tolerance <= amount <= most


def shared(
    amount: Decimal, wanted: Sequence[Sequence[Claim]], tolerance: Decimal
) -> tuple[Decimal, ...]:
    """An amount that fits all that several orders are asked, as a share of each.

    What is missing is the discounts', in turn, and then a small difference of the last; what is
    more is for charges.
    """
    open = [sum((a.item.open for a in each), NOTHING) for each in wanted]
    shares, rest = [], amount - sum(open, NOTHING)
    for due, each in zip(open, wanted, strict=True):
        room = sum((a.charges if rest > 0 else -a.discount for a in each), NOTHING)
        more = min(rest, room) if rest > 0 else max(rest, room)
        shares.append(due + more)
        rest -= more
    shares[-1] += rest
    return tuple(shares)


def allocate(
    order: Order,
    amount: Decimal,
    on: date,
    *,
    documents: Collection[str] = (),
    tolerance: Decimal = NOTHING,
) -> tuple[PaymentAllocation, ...]:
    """The documents that an amount pays, and what is let go and claimed with it.

    What it names comes first, then what it settles exactly, then what is due first. What nothing
    needs is on no document.
    """
    wanted = claims(order, on, documents) or claims(order, on)
    exact = [each for each in wanted if amount in (each.item.open, each.item.open - each.discount)]
    if not fits(amount, wanted, tolerance) and exact:
        wanted = tuple(exact[:1])
    return tuple(_laid(amount, wanted, tolerance))


def _laid(
    amount: Decimal, wanted: Sequence[Claim], tolerance: Decimal
) -> Iterator[PaymentAllocation]:
    whole, rest = fits(amount, wanted, tolerance), amount
    missing = sum((each.item.open for each in wanted), NOTHING) - amount
    surplus = max(NOTHING, -missing)
    for number, each in enumerate(wanted, 1):
        short = max(NOTHING, missing if whole else each.item.open - rest)
        discount = min(each.discount, short)
        waived = short - discount if not whole or number == len(wanted) else NOTHING
        if waived > tolerance:
            discount = waived = NOTHING
        missing -= discount
        part = min(rest, each.item.open - discount - waived)
        charges = min(each.charges, surplus)
        rest, surplus = rest - part - charges, surplus - charges
        if part > 0 or charges:
            of = each.item.amount - each.item.credited if discount or waived else NOTHING
            yield PaymentAllocation(each.item.document, part, discount, waived, charges, of)


def left_of(order: Order, payment: str) -> Decimal:
    """Rest of a payment that the order still has."""
    return sum((each.amount for each in effective(order) if each.id == payment), NOTHING)
