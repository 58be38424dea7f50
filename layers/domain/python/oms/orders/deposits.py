"""Deposits: money asked for before anything is supplied, until a final invoice deducts it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from oms.core import money
from oms.orders.documents import Document
from oms.orders.fulfilments import Fulfilment
from oms.orders.lines import Pieces
from oms.orders.order import Order

TO_LEAVE = ("open", "backordered", "reserved", "released", "packed")
"""Places of pieces that are still to be supplied."""


def open_deposits(documents: Sequence[Document]) -> tuple[Document, ...]:
    """The deposits that no final invoice has deducted and that were not credited whole."""
    finals = [n for n, document in enumerate(documents) if document.type == "final"]
    since = documents[finals[-1] + 1 :] if finals else documents
    return tuple(d for d in since if d.type == "prepayment" and uncredited(d, documents))


def had_deposits(order: Order) -> bool:
    """True if a deposit was ever asked for, so that one event can call for several documents."""
    return any(document.type == "prepayment" for document in order.documents)


def uncredited(deposit: Document, documents: Iterable[Document]) -> Decimal:
    """Amount of a deposit that no credit note has taken back, gross."""
    credited = [d.gross for d in documents if d.original == deposit.id]
    return deposit.gross - money.total(credited)


def deducted(documents: Sequence[Document], id: str) -> bool:
    """True if a final invoice has deducted a deposit, so that it is credited by that one alone."""
    places = {document.id: n for n, document in enumerate(documents)}
    return documents[places[id]].type == "prepayment" and any(
        document.type == "final" for document in documents[places[id] :]
    )


def to_come(order: Order) -> bool:
    """True if pieces of the order are still to be supplied."""
    return any(order.count(place) for place in TO_LEAVE)


def awaits_final(order: Order) -> bool:
    """True if shipments are billed with all the rest, by the invoice that deducts deposits."""
    return to_come(order) and bool(open_deposits(order.documents))


def unbilled(order: Order) -> tuple[Fulfilment, ...]:
    """Fulfilments that have left, are on no invoice and are not to be billed with others."""
    billed = billed_or_collected(order)
    return tuple(f for f in order.fulfilments if f.shipped_at and f.id not in billed)


def billed_or_collected(order: Order) -> set[str]:
    """The fulfilments that an invoice bills, or a collective one is to bill."""
    billed = {id for document in order.documents for id in document.billed}
    return billed | {each.fulfilment for each in order.settlement.collected}


def to_bill(order: Order) -> Pieces:
    """The pieces that are neither cancelled nor on an invoice, or to be on a collective one."""
    billed = billed_or_collected(order)
    done: Pieces = {}
    for fulfilment in order.fulfilments:
        if fulfilment.id in billed and fulfilment.shipped_at:
            for number, n in fulfilment.pieces.items():
                done[number] = done.get(number, 0) + n
    return {
        line.number: n
        for line in order.lines
        if (n := line.ordered - line.cancelled - done.get(line.number, 0))
    }
