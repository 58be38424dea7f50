"""Collecting: a shipment is left to a collective invoice, and what is taken back before it is."""

from __future__ import annotations

from itertools import count
from zoneinfo import ZoneInfo

from oms.billing.bill import Bill, opened
from oms.billing.collecting import (
    GRACE,
    Period,
    bill_id,
    billing_of,
    defer,
    period_of,
    reduce,
    to_collect,
)
from oms.billing.crediting import credit_note
from oms.core.calendar import book_day
from oms.orders.documents import Document
from oms.orders.fulfilments import Fulfilment
from oms.orders.order import Order
from oms_aws.billing.bills import MOST_ENTRIES, StoredBill
from oms_aws.billing.counter_batch import CounterBatch
from oms_aws.billing.invoicing import Draft, Wanted, counted, drafted_alone
from oms_aws.billing.wiring import BillingWiring
from oms_aws.platform.log import Saved


def collected(
    order: Order, fulfilment_id: str, oms: BillingWiring, taking: CounterBatch, by: Saved
) -> Draft | None:
    """Draft of a shipment left to a collective invoice; None when it gets an invoice of its own.

    It is drafted as of the day it left, with its taxes and its proofs, and counts towards the
    threshold of distance sales from then on. The draft is kept beside the bill that will bill it.
    """
    account = oms.catalogue.cached_account(order.shop, order.customer.id)
    billing = billing_of(order, account)
    fulfilment = order.fulfilment(fulfilment_id)
    if billing is None or fulfilment.shipped_at is None:
        return None
    at, shop = oms.now(), oms.catalogue.cached_shop(order.shop)
    draft = drafted_alone(order, fulfilment, fulfilment.id, oms, taking, at=at)
    zone, bought = ZoneInfo(shop.time_zone), order.references.purchase_order or ""
    moment = fulfilment.shipped_at
    period = period_of(billing, moment, zone, bought)
    if at >= period.cut_off + GRACE:
        period = period_of(billing, at, zone, bought)
    seen, bill = _bill(order, period, oms)
    writes = (*oms.bills.taken_in(seen, bill, by), oms.bills.keep(bill.id, draft))

    def told(order: Order, document: Document) -> Order:
        due, gross = bill.due_at, document.gross
        return defer(order, fulfilment.id, bill.id, due_at=due, gross=gross, at=at)

    document = Document(draft.number, draft.kind, draft.number, fulfilment.id, at, draft.gross)
    return Draft(document, writes, None, counted(draft, shop), told)


def _bill(order: Order, period: Period, oms: BillingWiring) -> tuple[StoredBill | None, Bill]:
    """The bill of a period that still takes shipments in; None with it while it is not opened."""
    shop, customer = order.shop, order.customer.id
    for number in count(1):
        id = bill_id(shop, customer, period.name, number)
        seen = oms.bills.known(id)
        if seen is None:
            break
        if seen.bill.closed_at is None and seen.entries < MOST_ENTRIES:
            return seen, seen.bill
    bill = Bill(
        id=id,
        shop=shop,
        customer=customer,
        period=period.name,
        first=period.first,
        last=period.last,
        due_at=period.cut_off + GRACE,
        opened_at=oms.now(),
        number=number,
        purchase_order=period.purchase_order,
    )
    return None, opened(bill)


def taken_back(
    order: Order,
    fulfilment: Fulfilment,
    wanted: Wanted,
    oms: BillingWiring,
    taking: CounterBatch,
    by: Saved,
) -> Draft:
    """Less of a shipment will be billed; raises Refusal for more than is left of it.

    The collective invoice shows it as lines of less than no pieces.
    """
    entry, at = to_collect(order, fulfilment.id), oms.now()
    (known,) = oms.bills.collected_of([entry])
    shop, n = oms.catalogue.cached_shop(order.shop), entry.credits + 1
    note = credit_note(
        known.draft,
        known.credits,
        wanted.claims or (),
        shipping=wanted.shipping,
        number=f"{fulfilment.id}#{n}",
        issued_on=book_day(at),
        reason=wanted.reason,
    )

    def told(order: Order, document: Document) -> Order:
        return reduce(order, fulfilment.id, note, reason=wanted.reason, by=by.actor, at=at)

    document = Document(note.number, note.kind, note.number, fulfilment.id, at, note.gross)
    writes = (oms.bills.still_open(entry.bill), oms.bills.keep(entry.bill, note, n))
    return Draft(document, writes, None, counted(note, shop), told)
