"""Crediting: a credit note, what takes an invoice's place, a deposit: once for each request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from oms.billing.bill_events import Credited
from oms.billing.documenting import issued
from oms.core.refusals import NotNow, Refusal
from oms.orders.documents import Document
from oms.orders.order import Order
from oms_aws.billing.bills import is_bill
from oms_aws.billing.collective import cancelled
from oms_aws.billing.counter_batch import CounterBatch
from oms_aws.billing.invoicing import Draft, Wanted, corrected, credited
from oms_aws.billing.order_views import as_it_stands, document_view
from oms_aws.billing.settling import Demand, deposit
from oms_aws.billing.wiring import BillingWiring
from oms_aws.platform.aggregates import Conflict
from oms_aws.platform.http import Answer, Call, remembered, replayed
from oms_aws.platform.log import Saved, VersionDiffers

TRIES = 20
Drafted = Callable[[Order, CounterBatch, datetime], Draft]


def credit_issued(
    call: Call[Any], order_id: str, original: str, wanted: Wanted, oms: BillingWiring
) -> Answer:
    """A credit note of an invoice; raises what `credited` raises, and NotNow."""
    id = oms.new_id("crn")

    def drafted(order: Order, taking: CounterBatch, at: datetime) -> Draft:
        document = as_it_stands(order.document(original), oms)
        draft = credited(order, document, wanted, id, oms, taking, at=at)
        by = Saved(call.actor, f"request:{call.request_id}")
        return noted(draft, document, order, by, oms)

    return document_issued(call, order_id, drafted, oms)


def noted(draft: Draft, original: Document, order: Order, by: Saved, oms: BillingWiring) -> Draft:
    """With the bill of a share noting what is credited of it: so no cancellation overlooks it."""
    if not original.bill:
        return draft
    seen, note = oms.bills.get(original.bill), draft.document
    credited = Credited(note.id, original.id, order.id, note.gross)
    after = seen.bill.note_credit(credited, at=note.issued_at)
    return draft._replace(writes=(*draft.writes, *oms.bills.prepared(seen, after, by).actions))


def cancelled_whole(call: Call[Any], owner: str, document: str, oms: BillingWiring) -> Answer:
    """A credit note over all that is left of a document, of an order or of a bill."""
    if is_bill(owner):
        return _bill_cancelled(call, owner, document, oms)
    return credit_issued(call, owner, document, Wanted(call.body.reason), oms)


def _bill_cancelled(call: Call[Any], bill_id: str, document: str, oms: BillingWiring) -> Answer:
    """One credit note over all that is left of a collective invoice, for all of its orders.

    The orders get their shares of it afterwards, by a queue. Raises Refusal and NotNow.
    """
    id, by = oms.new_id("crn"), Saved(call.actor, f"request:{call.request_id}")
    for _ in range(TRIES):
        if known := replayed(call, oms):
            return known
        seen = oms.bills.get(bill_id)
        note, bill, writes = cancelled(seen, document, id, call.body.reason, call.actor, oms)
        answer = Answer(document_view(note, oms), 201)
        also = (*writes, *remembered(call, oms, answer))
        try:
            oms.bills.save(seen, bill, by._replace(also=also))
            return answer
        except Conflict:
            continue
    raise NotNow("many documents are being issued at once")


def corrected_issued(
    call: Call[Any], order_id: str, original: str, reason: str, oms: BillingWiring
) -> Answer:
    """A corrected invoice for a cancelled one; raises what `corrected` raises, and NotNow."""
    if is_bill(order_id):
        raise Refusal("not_correctable", "A collective invoice is not issued anew.")
    id = oms.new_id("inv")

    def drafted(order: Order, taking: CounterBatch, at: datetime) -> Draft:
        return corrected(order, order.document(original), reason, id, oms, taking, at=at)

    return document_issued(call, order_id, drafted, oms)


def deposit_issued(call: Call[Any], order_id: str, demand: Demand, oms: BillingWiring) -> Answer:
    """A deposit on an order; raises what `deposit` raises, VersionDiffers and NotNow."""
    id = oms.new_id("inv")

    def drafted(order: Order, taking: CounterBatch, at: datetime) -> Draft:
        return deposit(order, demand, id, oms, taking, at=at)

    return document_issued(call, order_id, drafted, oms)


def document_issued(call: Call[Any], order_id: str, drafted: Drafted, oms: BillingWiring) -> Answer:
    """Read, decide and save until nobody was faster: so nothing is credited or replaced twice.

    The document, its number and the answer to the request are in the order's own transaction, which
    fails when another document came between.
    """
    for _ in range(TRIES):
        if known := replayed(call, oms):
            return known
        seen = oms.orders.get(order_id)
        if call.if_version not in (None, seen.version):
            raise VersionDiffers(seen.version)
        taking = oms.counter_batch()
        draft = drafted(seen.order, taking, oms.now())
        answer = Answer(document_view(draft.document, oms), 201)
        also = (*draft.alone(taking), *remembered(call, oms, answer))
        by = Saved(call.actor, f"request:{call.request_id}", also)
        try:
            oms.orders.save(seen, issued(seen.order, draft.document), by)
            return answer
        except Conflict:
            continue
    raise NotNow("many documents are being issued at once")
