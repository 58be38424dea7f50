"""Waiting: whom an order waits for, and whether it is finished."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time

from oms.core.values import BUSINESS_ZONE, Due, Waiting
from oms.orders import astray, balance, deposits
from oms.orders.deadlines import (
    BILL_WITHIN,
    DELIVER_WITHIN,
    MEND_WITHIN,
    PERFORM_WITHIN,
    RESERVE_WITHIN,
    RESTOCK_WITHIN,
)
from oms.orders.deposits import unbilled
from oms.orders.documents import Document
from oms.orders.ledger import ledger
from oms.orders.lines import Line
from oms.orders.order import Order
from oms.orders.overdue import awaited, due_of, letters_to_keep


def finished(order: Order) -> bool:
    """True if all pieces are at rest, each shipment is billed and all money moved."""
    at_rest = order.count("delivered") + order.count("cancelled") + order.count("returned")
    if at_rest < order.count("ordered"):
        return False
    if order.to_collect or not all(document.kept for document in order.documents):
        return False
    return not to_settle(order) and not any(balance.waits(order))


def waiting(order: Order) -> tuple[Waiting, ...]:
    """Waits of the order; for anything but the payment only until it is finished (invariant 6)."""
    money = tuple(_waits_for_payment(order))
    return money if finished(order) else (*_waits(order), *money)


def _waits_for_payment(order: Order) -> Iterator[Waiting]:
    """Waits for the invoices that are open, whether or not the order is finished."""
    yield from filter(None, map(awaited, _payable_later(order)))
    yield from (wait for document in order.documents for wait in letters_to_keep(document))
    for fulfilment in order.fulfilments:
        if fulfilment.returned_at and not _credited_since(order, fulfilment.returned_at):
            until = fulfilment.returned_at + astray.DECIDE_WITHIN
            yield Waiting("clerk", "goods_back", until)


def _credited_since(order: Order, at: datetime) -> bool:
    return any(d.type == "credit_note" and d.issued_at >= at for d in order.documents)


def _payable_later(order: Order) -> Iterator[Document]:
    """The documents with a due date that are still open; its bill has those of a bill."""
    able = [d for d in order.documents if d.due_on and d.key and d.type != "collective"]
    book = ledger(order) if able else None
    for document in able:
        item = book.item(document.id) if book else None
        if item and item.open > 0 and not document.withdrawn_at:
            yield document


def dunning_due(order: Order) -> Iterator[Due]:
    """Times to look at each open invoice, unless somebody wants it left alone."""
    yield from filter(None, map(due_of, _payable_later(order)))


def _waits(order: Order) -> Iterator[Waiting]:
    since = order.progress.changed_at or order.received_at
    holds = order.open_holds
    yield from (hold.waiting for hold in holds)
    for fulfilment in order.fulfilments:
        if fulfilment.status in ("released", "packed"):
            party = f"warehouse {fulfilment.location}"
            yield Waiting(party, fulfilment.status, fulfilment.ship_by)
            if fulfilment.recall and fulfilment.recalled:
                yield Waiting(party, "recall", fulfilment.recall.until)
        elif fulfilment.status == "shipped" and fulfilment.shipped_at:
            until = fulfilment.shipped_at + DELIVER_WITHIN
            lost = tuple(astray.waits(fulfilment))
            yield from lost or (Waiting("carrier", "shipped", until),)
    yield from _waits_for_goods(order, since)
    ours = any(_moving(order, line) for line in order.lines) or (
        order.count("reserved") and (order.wishes.partial_allowed or not order.count("backordered"))
    )
    asked = order.changes.pending and any(f.recalled for f in order.fulfilments)
    if ours and not holds and not asked:
        yield Waiting("auftakt", "open", since + RESERVE_WITHIN)
    if to_settle(order):
        yield Waiting("auftakt", "invoice", since + RESERVE_WITHIN)
    for collected in order.to_collect:
        until = collected.due_at + BILL_WITHIN
        yield Waiting("auftakt", "collective_invoice", until)
    for document in order.documents:
        if document.rejected_at:
            until = document.rejected_at + MEND_WITHIN
            yield Waiting("clerk", "document_rejected", until)
        elif not document.kept:
            yield Waiting("auftakt", "document", since + RESERVE_WITHIN)
    yield from balance.waits(order)


def to_settle(order: Order) -> bool:
    """True if something is to be billed, or a deposit to be given back, as things stand."""
    if deposits.awaits_final(order):
        return False
    standing = not deposits.to_come(order) and deposits.open_deposits(order.documents)
    return bool(standing or unbilled(order))


def through(order: Order) -> bool:
    """True if all pieces have left or were cancelled, and what left is billed or collected."""
    here = ("open", "reserved", "backordered", "released", "packed")
    return not any(map(order.count, here)) and not unbilled(order)


def _waits_for_goods(order: Order, since: datetime) -> Iterator[Waiting]:
    for line in order.lines:
        if line.backordered and line.nature.available_from:
            until = (
                datetime.combine(line.nature.available_from, time(), BUSINESS_ZONE) + RESTOCK_WITHIN
            )
            yield Waiting("supplier", "preordered", until)
            break
    if any(line.backordered and not line.nature.available_from for line in order.lines):
        yield Waiting("supplier", "backordered", since + RESTOCK_WITHIN)
    if any(line.open and line.nature.kind == "service" for line in order.lines):
        yield Waiting("clerk", "service_to_perform", since + PERFORM_WITHIN)


def _moving(order: Order, line: Line) -> bool:
    """True if it is for us to move a line's open pieces on."""
    return bool(line.open) and line.nature.kind != "service" and not order.unsupplied(line)
