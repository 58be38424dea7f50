"""Refunding: which invoices pieces that came back are credited on, and what for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from oms.billing.crediting import Claim, left_of, shipping_left
from oms.billing.invoice import Invoice
from oms.core.refusals import Refusal
from oms.orders.documents import Document
from oms.orders.lines import Pieces
from oms.orders.order import Order
from oms.returns.rma import Basis, Return

GROUNDS: Mapping[Basis, str] = {
    "withdrawal": "§ 357 (1) BGB",
    "claim": "§ 437 no. 2, § 346 (1) BGB",
    "goodwill": "agreed",
}
"""What the price of goods goes back for, by why they came."""


class Billed(NamedTuple):
    """An invoice as it billed an order, and its credit notes so far."""

    document: Document
    invoice: Invoice
    credits: Sequence[Invoice] = ()


class Creditable(NamedTuple):
    """Pieces, by line of the order, that one invoice is credited for.

    `shipping` is the cost of delivery that goes back with them, in the invoice's price mode.
    """

    document: Document
    pieces: Pieces
    claims: tuple[Claim, ...]
    shipping: Decimal = Decimal(0)


def parts_of(
    pieces: Pieces, bills: Sequence[Billed], *, delivery: bool = False
) -> list[Creditable]:
    """Invoices on which pieces are credited, in the order of `bills`, with the claims on each.

    With `delivery` all that was billed for it goes back too. Raises Refusal for pieces that no
    invoice has, or that were credited before.
    """
    left = dict(pieces)
    parts = [part for bill in bills if (part := _part(bill, left, delivery=delivery))]
    if short := {f"lines.{number}": f"{n} pieces" for number, n in left.items() if n}:
        text = "No invoice bills these pieces, or they were credited before."
        raise Refusal("not_billed", text, short)
    return parts


def _part(bill: Billed, left: Pieces, *, delivery: bool) -> Creditable | None:
    """Part of an invoice in what is left to credit, which it takes from that."""
    rest = left_of(bill.invoice, bill.credits)
    claims: list[Claim] = []
    pieces: Pieces = {}
    for line in bill.invoice.lines:
        number = line.order_line or line.number
        n = min(left.get(number, 0), rest[line.number].quantity)
        if n > 0 and line.credits is None:
            claims.append(Claim(line=line.number, quantity=n))
            pieces[number] = pieces.get(number, 0) + n
            left[number] -= n
    shipping = shipping_left(bill.invoice, bill.credits) if delivery else Decimal(0)
    if not claims and not shipping:
        return None
    return Creditable(bill.document, pieces, tuple(claims), shipping)


def gives_delivery_back(rma: Return, order: Order) -> bool:
    """True if the price of delivery goes back: all of the order was withdrawn from (§ 357 (2) BGB).

    A part of it keeps what its delivery cost; what never left counts as withdrawn from.
    """
    if rma.basis != "withdrawal":
        return False
    gone = order.count("returned") + order.count("cancelled")
    return gone == order.count("ordered")
