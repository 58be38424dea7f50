"""Bills as callers see them, and what callers do to them."""

from __future__ import annotations

from functools import partial
from typing import Any

from oms.billing.bill import Bill
from oms.core.refusals import NotNow, Unknown
from oms.orders.documents import Document
from oms_aws.billing.bill_models import CloseBills, ReduceShipment
from oms_aws.billing.collecting import taken_back
from oms_aws.billing.invoicing import Wanted
from oms_aws.billing.wiring import BillingWiring
from oms_aws.platform.aggregates import Conflict
from oms_aws.platform.http import Answer, Call, remembered, replayed
from oms_aws.platform.log import Saved

TRIES = 20
MOST_OPEN = 200


def bill_view(bill: Bill, oms: BillingWiring) -> dict[str, Any]:
    """A bill with its documents; what one bills of which order is listed under it."""
    return {
        "id": bill.id,
        "customer": bill.customer,
        "shop": bill.shop,
        "period": bill.period,
        "first": bill.first,
        "last": bill.last,
        "purchase_order": bill.purchase_order,
        "status": bill.status,
        "due_at": bill.due_at,
        "closed_at": bill.closed_at,
        "documents": [_document(each, bill, oms) for each in bill.documents],
        "waiting": [
            {"party": each.party, "cause": each.cause, "until": each.until}
            for each in bill.waiting()
        ],
    }


def _document(document: Document, bill: Bill, oms: BillingWiring) -> dict[str, Any]:
    whys = {each.id: each.why for each in bill.planned or ()}
    return {
        "id": document.id,
        "type": document.type,
        "number": document.number,
        "gross": str(document.gross),
        "why": whys.get(document.id, ""),
        "original": document.original,
        "cancelled_by": bill.cancelled.get(document.id),
        "orders": [
            {
                "order": each.order,
                "fulfilments": list(each.fulfilments),
                "gross": str(each.gross),
            }
            for each in bill.shares(document.id)
        ],
        "url": f"{oms.settings.public_url}/v1/documents/{document.id}",
    }


def closed_now(call: Call[CloseBills], shop: str, oms: BillingWiring) -> list[dict[str, Any]]:
    """Close the customer's open bills; raises Unknown when nothing is collected."""
    customer, wanted = call.path["customer"], call.body.purchase_order
    found = [bill for _, bill in oms.bills.listed(shop, customer, limit=MOST_OPEN)]
    open = [
        bill for bill in found if bill.closed_at is None and wanted in (None, bill.purchase_order)
    ]
    if not open:
        raise Unknown("nothing_collected", f"Nothing is collected of the customer {customer}.")
    by = Saved(call.actor, f"request:{call.request_id}")
    for bill in open:
        close = partial(Bill.close, why="asked", by=call.actor, at=oms.now())
        oms.bills.change(bill.id, close, by)
    return [bill_view(oms.bills.get(bill.id).bill, oms) for bill in open]


def reduced(call: Call[ReduceShipment], order_id: str, oms: BillingWiring) -> Answer:
    """Take something of a shipment back before it is billed, once for each request.

    Raises what `taken_back` raises, and NotNow.
    """
    body = call.body
    wanted = Wanted(body.reason, body.claims, body.shipping)
    by = Saved(call.actor, f"request:{call.request_id}")
    for _ in range(TRIES):
        if known := replayed(call, oms):
            return known
        seen, taking = oms.orders.get(order_id), oms.counter_batch()
        fulfilment = seen.order.fulfilment(body.fulfilment)
        draft = taken_back(seen.order, fulfilment, wanted, oms, taking, by)
        assert draft.told
        order = draft.told(seen.order, draft.document)
        (entry,) = (e for e in order.settlement.collected if e.fulfilment == fulfilment.id)
        answer = Answer(
            {
                "fulfilment": fulfilment.id,
                "bill": entry.bill,
                "due_at": entry.due_at,
                "gross": str(entry.gross),
                "credited": str(entry.credited),
                "taken_back": str(draft.document.gross),
            },
            201,
        )
        also = (*draft.alone(taking), *remembered(call, oms, answer))
        try:
            oms.orders.save(seen, order, by._replace(also=also))
            return answer
        except Conflict:
            continue
    raise NotNow("many documents are being issued at once")
