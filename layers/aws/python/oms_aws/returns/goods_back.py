"""Goods that come back: announced, received, and credited, each with what moves in one write."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from oms.billing.documenting import bills_of, issued
from oms.core.refusals import NotNow, Refusal
from oms.orders.deposits import unbilled
from oms.orders.lines import Pieces
from oms.orders.order import Order
from oms.orders.taking_back import awaited, taken_back
from oms.returns.inspection import GoodsReceipt, Inspected, Unexpected
from oms.returns.refunding import GROUNDS, Billed, gives_delivery_back, parts_of
from oms.returns.return_events import ReturnCredit
from oms.returns.returning import announced, credited, expected_by, not_credited, overdue, received
from oms.returns.rma import Return, ReturnLine
from oms.sourcing.bundles import parts
from oms_aws.billing.crediting import noted
from oms_aws.billing.invoicing import Wanted, creditable
from oms_aws.billing.invoicing import credited as drafted
from oms_aws.billing.order_views import as_it_stands
from oms_aws.platform.aggregates import Conflict, Prepared
from oms_aws.platform.log import Saved
from oms_aws.platform.table import MOST_ACTIONS
from oms_aws.returns.return_models import AnnounceReturn, GoodsReceiptIn
from oms_aws.returns.rmas import StoredReturn
from oms_aws.returns.wiring import ReturnsWiring
from oms_aws.sourcing.counting import Counting

TRIES = 20


def announce(
    said: AnnounceReturn, order_id: str, id: str, by: Saved, oms: ReturnsWiring
) -> StoredReturn:
    """Store a return of pieces that the customer has; raises Refusal, Unknown and NotNow.

    The order is held still, so that no piece is announced twice and no number given twice.
    """
    for _ in range(TRIES):
        about = oms.orders.get(order_id)
        order = about.order
        others = [each.rma for each in oms.returns.of_order(order_id)]
        rma = Return(
            id=id,
            shop=order.shop,
            order=order.id,
            external_number=order.external_number,
            number=f"{order.external_number}-R{len(others) + 1}",
            basis=said.basis,
            lines=tuple(
                ReturnLine(each.number, order.line(each.number).sku, each.quantity, each.reason)
                for each in said.lines
            ),
            announced_at=oms.now(),
            announced_by=by.actor,
            expected_by=expected_by(oms.now()),
            withdrawal=said.withdrawal or "",
        )
        new = oms.returns.kind.new(rma)
        mine = oms.returns.prepared(new, announced(rma, order, others), by)
        pieces = {each.number: each.quantity for each in rma.lines}
        told = awaited(order, id, rma.number, pieces, by=rma.expected_by, at=oms.now())
        theirs = oms.orders.prepared(about, told, Saved(by.actor, by.cause))
        try:
            oms.returns.save_together([mine, theirs])
            return mine.stored
        except Conflict:
            if oms.returns.known(id):
                raise
    raise NotNow(f"{order_id} is being changed by many at once")


def receive(
    seen: StoredReturn, said: GoodsReceiptIn, by: Saved, oms: ReturnsWiring
) -> StoredReturn:
    """Take a parcel in: the return, the order's pieces and the shelf change together.

    Raises Refusal, Unknown and NotNow. What was counted since the parcel came is in that count.
    """
    warehouse = oms.catalogue.warehouse(said.location)
    at = min(said.received_at or oms.now(), oms.now())
    for _ in range(TRIES):
        about = oms.orders.get(seen.rma.order)
        receipt = _receipt(said, about.order, by.actor, at)
        rma = received(seen.rma, receipt)
        if not rma.events:
            return seen
        order = taken_back(about.order, rma.id, rma.number, receipt.pieces, at=oms.now())
        cause = f"return:{rma.id}/{receipt.number}"
        counting = Counting(warehouse.id, at, warehouse.safety_stock, by.actor, cause)
        gains, _ = oms.stock.gained(_by_sku(about.order, receipt.restocked), counting)
        mine = oms.returns.prepared(seen, rma, by)
        theirs = oms.orders.prepared(about, order, Saved(by.actor, by.cause))
        both: list[Prepared[Any]] = [mine, theirs] if order.events else [mine]
        if sum(len(each.actions) for each in both) + len(gains) > MOST_ACTIONS:
            text = "It changes more than one transaction holds; take it in with fewer lines."
            raise Refusal("receipt_too_large", text)
        try:
            oms.returns.save_together(both, gains)
            return mine.stored
        except Conflict:
            seen = oms.returns.get(rma.id)
    raise NotNow(f"{seen.rma.id} is being changed by many at once")


def _receipt(said: GoodsReceiptIn, order: Order, actor: str, at: datetime) -> GoodsReceipt:
    return GoodsReceipt(
        number=said.number,
        location=said.location,
        received_at=at,
        by=actor,
        lines=tuple(
            Inspected(x.number, order.line(x.number).sku, x.quantity, x.grade, x.disposition)
            for x in said.lines
        ),
        unexpected=tuple(Unexpected(each.sku, each.quantity) for each in said.unexpected),
    )


def _by_sku(order: Order, pieces: Pieces) -> dict[str, int]:
    """Pieces by SKU as they lie on the shelf: of a bundle what is in it."""
    counts: dict[str, int] = {}
    for number, n in pieces.items():
        for sku, each in parts(order.line(number)).items():
            counts[sku] = counts.get(sku, 0) + n * each
    return counts


def follow(id: str, by: Saved, oms: ReturnsWiring) -> None:
    """Credit what came back, note by note, and say of what is late that it is."""
    for _ in range(TRIES):
        if not _credit_next(oms.returns.get(id), by, oms):
            oms.returns.change(id, lambda it: overdue(it, at=oms.now()), by)
            return
    raise NotNow(f"{id}: more is to be credited")


def _credit_next(seen: StoredReturn, by: Saved, oms: ReturnsWiring) -> bool:
    """Issue the next credit note of a return, if one is due; true when there may be more.

    Number, credit note, order and return are one write: so nothing is credited twice.
    """
    for receipt, pieces in seen.rma.to_credit:
        try:
            _issue(seen, receipt, pieces, by, oms)
        except Conflict:
            pass
        except Refusal as refusal:
            failed = not_credited(seen.rma, receipt.number, refusal, at=oms.now())
            oms.returns.save(seen, failed, by)
        return True
    return False


def _issue(
    seen: StoredReturn, receipt: GoodsReceipt, pieces: Pieces, by: Saved, oms: ReturnsWiring
) -> None:
    rma, about = seen.rma, oms.orders.get(seen.rma.order)
    order, at = about.order, oms.now()
    if unbilled(order):
        raise NotNow(f"an invoice of {order.id} is still to come")
    bills = [
        Billed(as_it_stands(document, oms), *creditable(order, document, oms))
        for document in bills_of(order)
    ]
    part = parts_of(pieces, bills, delivery=gives_delivery_back(rma, order))[0]
    taking = oms.counter_batch()
    wanted = Wanted(_reason(rma, order), part.claims, part.shipping)
    draft = drafted(order, part.document, wanted, oms.new_id("crn"), oms, taking, at=at)
    draft = noted(draft, part.document, order, by, oms)
    note = draft.document
    credit = ReturnCredit(
        receipt=receipt.number,
        note=note.id,
        number=note.number,
        original=part.document.id,
        pieces=part.pieces,
        gross=note.gross,
        ground=GROUNDS[rma.basis],
        shipping=part.shipping,
    )
    theirs = oms.orders.prepared(about, issued(order, note), Saved(by.actor, by.cause))
    mine = oms.returns.prepared(seen, credited(rma, credit, at=at), by)
    oms.returns.save_together([mine, theirs], draft.alone(taking))


def _reason(rma: Return, order: Order) -> str:
    """Reason that stands on the credit note, in the customer's language."""
    german = order.customer.locale == "de"
    return f"Rücksendung {rma.number}" if german else f"Return {rma.number}"
