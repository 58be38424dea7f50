"""Collective invoices: a bill is closed, its documents get numbers, and each order its share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import partial

from msgspec.structs import replace

from oms.billing.bill import Bill
from oms.billing.bill_events import Planned, Share
from oms.billing.billing import payable
from oms.billing.collecting import gross_of, planned, share
from oms.billing.crediting import credit_note, everything_left
from oms.billing.documenting import payable as due
from oms.billing.drafting import collective_invoice
from oms.billing.einvoice import format_of
from oms.billing.entries import Entry
from oms.billing.invoice import Invoice
from oms.billing.numbering import range_of
from oms.billing.stationery import dressed
from oms.core.calendar import book_day
from oms.core.refusals import Broken, NotNow
from oms.orders.documents import Document
from oms.payments.dunning import called
from oms_aws.billing.bills import StoredBill
from oms_aws.billing.counter_batch import CounterBatch
from oms_aws.billing.invoicing import counted, part_billed, unpaid
from oms_aws.billing.wiring import BillingWiring
from oms_aws.platform.aggregates import Conflict
from oms_aws.platform.log import Saved
from oms_aws.platform.table import Action

TRIES = 20
Entries = Mapping[str, Entry]
"""What a bill has collected, by fulfilment."""


def bill_due(id: str, by: Saved, oms: BillingWiring) -> None:
    """Bring a bill to its end, as far as it is due: closed, planned, issued, shared out.

    Each step is saved for itself and done once, so that a run that was cut off is gone on with.
    Once it is settled its documents are looked at when they are overdue.
    """
    now = oms.now()
    bill = oms.bills.get(id).bill
    if bill.settled_at:
        oms.bills.change(id, lambda bill: called(bill, at=now).send_on(at=now), by)
        return
    if bill.due_at <= now:
        oms.bills.change(id, lambda bill: bill.close("due", by="auftakt", at=now), by)
        bill = oms.bills.get(id).bill
    if bill.closed_at is None:
        return
    entries = {entry.draft.fulfilment_id: entry for entry in oms.bills.collected(id)}
    if bill.planned is None:
        plan = _plan(bill, entries.values())
        oms.bills.change(id, lambda bill: bill.plan(plan, at=now), by)
        bill = oms.bills.get(id).bill
    for each in bill.to_issue:
        _issue(id, each, entries, by, oms)
    _share_out(oms.bills.get(id).bill, by, oms)
    oms.bills.change(id, lambda bill: bill.settle(at=oms.now()), by)


def close_complete(order_id: str, named: object, by: Saved, oms: BillingWiring) -> None:
    """Close the open bill of an order's purchase order once all its orders are through."""
    order = oms.orders.get(order_id).order
    if not order.references.purchase_order:
        return
    shop, customer = order.shop, order.customer.id
    known = [bill for _, bill in oms.bills.listed(shop, customer)]
    if named and str(named) not in {bill.id for bill in known}:
        known.append(oms.bills.get(str(named)).bill)
    waiting = [
        each
        for each in known
        if each.purchase_order == order.references.purchase_order and each.closed_at is None
    ]
    if waiting and oms.orders.all_through(shop, customer, order.references.purchase_order):
        for bill in waiting:
            close = partial(Bill.close, why="complete", by="auftakt", at=oms.now())
            oms.bills.change(bill.id, close, by)


def _plan(bill: Bill, entries: Iterable[Entry]) -> tuple[Planned, ...]:
    """Documents that bill the shipments of the orders; their ids are always the same."""
    stem = bill.id.removeprefix("bil_")
    return tuple(
        Planned(id=f"inv_{stem}-{n}", shares=_shares(part.entries), why=part.why)
        for n, part in enumerate(planned(entries), 1)
    )


def _shares(entries: Iterable[Entry]) -> tuple[Share, ...]:
    of_orders: dict[str, list[Entry]] = {}
    for entry in entries:
        of_orders.setdefault(entry.draft.order_id, []).append(entry)
    return tuple(
        Share(order, tuple(each.draft.fulfilment_id for each in some), gross_of(some))
        for order, some in of_orders.items()
    )


def _issue(id: str, plan: Planned, entries: Entries, by: Saved, oms: BillingWiring) -> None:
    """A document with its number, its record and the bill that says so, in one transaction."""
    covered = [entries[each] for share in plan.shares for each in share.fulfilments]
    for _ in range(TRIES):
        seen, at, taking = oms.bills.get(id), oms.now(), oms.counter_batch()
        if plan not in seen.bill.to_issue:
            return
        if known := oms.documents.adopted(plan.id):
            invoice, at = known.snapshot, known.issued_at
            writes: tuple[Action, ...] = (oms.documents.adopt(known),)
        else:
            invoice, writes = _drafted(seen.bill, plan, covered, taking, oms, at=at)
        document = Document(plan.id, invoice.kind, invoice.number, "", at, invoice.gross)
        document = due(replace(document, format=format_of(invoice)), invoice)
        try:
            oms.bills.save(seen, seen.bill.invoice(document), by._replace(also=writes))
            return
        except Conflict:
            continue
    raise NotNow("many documents are being issued at once")


def _drafted(
    bill: Bill,
    plan: Planned,
    covered: list[Entry],
    taking: CounterBatch,
    oms: BillingWiring,
    *,
    at: datetime,
) -> tuple[Invoice, tuple[Action, ...]]:
    shop, day = oms.catalogue.cached_shop(bill.shop), book_day(at)
    number = taking.number(range_of(shop, "collective", day))
    drafts = [entry.draft for entry in covered]
    invoice = collective_invoice(
        drafts,
        number=number.text,
        issued_on=day,
        period=_period(bill, drafts, day),
        credits=[credit for entry in covered for credit in entry.credits],
    )
    account = oms.catalogue.cached_account(bill.shop, bill.customer)
    invoice = payable(replace(invoice, order_id=invoice.order_id or bill.id), account)
    taking.add(number, None)
    record = oms.documents.record(plan.id, bill.id, bill.shop, dressed(invoice, shop), number, at)
    return invoice, (oms.numbers.entry(number, plan.id), record, *taking.moves())


def _period(bill: Bill, drafts: list[Invoice], issued_on: date) -> tuple[date, date]:
    """The days that are billed (BG-14): those of the period so far, and of shipments before it."""
    days = [draft.supplied_on for draft in drafts]
    return min(bill.first, *days), max(min(bill.last, issued_on), *days)


def _share_out(bill: Bill, by: Saved, oms: BillingWiring) -> None:
    """Give each order its shares; those that cannot have them now do not keep the others waiting.

    Raises the first reason why one could not.
    """
    failed: list[Exception] = []
    for document in bill.documents:
        for each in bill.shares(document.id):
            told = partial(share, document=shared(document, each, bill))
            try:
                oms.orders.change(each.order, told, by)
            except Exception as error:
                failed.append(error)
    if failed:
        raise failed[0]


def shared(document: Document, part: Share, bill: Bill) -> Document:
    """An order's share of a bill's document, as the order has it; the file is the bill's."""
    return replace(
        document,
        fulfilment=part.fulfilments[0],
        covers=part.fulfilments,
        gross=part.gross,
        bill=bill.id,
        format=None,
        key=None,
        sha256=None,
        xml_key=None,
        xml_sha256=None,
        rejected=(),
        rejected_at=None,
        withdrawn_at=None,
    )


# -- credits of what was billed ---------------------------------------------------------------


def cancelled(
    seen: StoredBill, id: str, note_id: str, reason: str, by: str, oms: BillingWiring
) -> tuple[Document, Bill, tuple[Action, ...]]:
    """One credit note over all that is left of a document, for every order; and its writes.

    Raises Refusal for one that was cancelled already, and when nothing is left.
    """
    bill, at, taking = seen.bill, oms.now(), oms.counter_batch()
    bill.require_holding(id)
    shop, original = oms.catalogue.cached_shop(bill.shop), bill.document(id)
    part, earlier = part_billed(bill, id, oms)
    claims, shipping = everything_left(part, earlier)
    number = taking.number(range_of(shop, "credit_note", book_day(at)))
    note = credit_note(
        part, earlier, claims, shipping=shipping, number=number.text,
        issued_on=book_day(at), reason=reason, unpaid=_unpaid(bill, id, oms),
    )  # fmt: skip
    shares = _left(bill, id)
    if sum((each.gross for each in shares), Decimal(0)) != note.gross:
        raise Broken(f"{original.number}: shares of {note.gross} do not add up")
    note = replace(note, order_id=note.order_id or bill.id)
    document = Document(note_id, note.kind, note.number, "", at, note.gross)
    sent = None if original.rejected or original.withdrawn_at else format_of(note)
    document = replace(document, original=id, format=sent)
    taking.add(number, counted(note, shop))
    record = oms.documents.record(note_id, bill.id, bill.shop, dressed(note, shop), number, at)
    writes = (oms.numbers.entry(number, note_id), record, *taking.moves())
    return document, bill.cancel(id, document, shares, reason=reason, by=by), writes


def _unpaid(bill: Bill, id: str, oms: BillingWiring) -> Decimal:
    """Amount of a document that nobody has paid yet, over all its orders; gross."""
    orders = {share.order for share in bill.shares(id)}
    return sum((unpaid(oms.orders.get(each).order, id) for each in orders), Decimal(0))


def _left(bill: Bill, id: str) -> tuple[Share, ...]:
    """Shares in a document that are left to its orders after the credit notes that they got."""
    gone: dict[str, Decimal] = {}
    for each in bill.credits:
        if each.document == id:
            gone[each.order] = gone.get(each.order, Decimal(0)) + each.gross
    left = (
        replace(each, gross=each.gross - gone.get(each.order, Decimal(0)))
        for each in bill.shares(id)
    )
    return tuple(each for each in left if each.gross)
