"""A clerk or accountant reads what is collected of a customer, bills it now, or takes some back."""

from __future__ import annotations

from typing import Any

from oms_aws.billing.bill_models import CloseBills, ReduceShipment
from oms_aws.billing.bill_requests import bill_view, closed_now, reduced
from oms_aws.billing.wiring import BillingWiring
from oms_aws.orders.asked import seen_order
from oms_aws.platform.http import Answer, Call, Http, page, shop_meant

step = Http()
handler = step.handler


@step.route(
    "POST /v1/customers/{customer}/collective-invoices",
    scope="bills:write",
    takes=CloseBills,
    query=("shop",),
    status=202,
)
def close(call: Call[CloseBills], oms: BillingWiring) -> Answer:
    """Bill now what is collected of a customer, before its period is over."""
    return Answer({"items": closed_now(call, shop_meant(call), oms)}, 202)


@step.route(
    "GET /v1/customers/{customer}/collective-invoices",
    scope="documents:read",
    query=("shop", "cursor", "limit"),
)
def list_bills(call: Call[Any], oms: BillingWiring) -> Answer:
    """List a customer's bills, the newest period first, with their documents."""
    limit = call.limit()
    found = oms.bills.listed(
        shop_meant(call), call.path["customer"], after=call.cursor, limit=limit
    )
    items = [bill_view(bill, oms) for _, bill in found]
    return Answer(page(items, limit, found[-1][0] if found else ""))


@step.route(
    "POST /v1/orders/{order}/reductions",
    scope="credit-notes:write",
    takes=ReduceShipment,
    status=201,
    headers=("Idempotency-Key",),
)
def reduce(call: Call[ReduceShipment], oms: BillingWiring) -> Answer:
    """Take pieces, amounts or shipping costs of a shipment back before it is billed."""
    return reduced(call, seen_order(call, oms).order.id, oms)
