"""A shop, warehouse or clerk reads how an order stands."""

from __future__ import annotations

from typing import Any

from oms_aws.billing.order_views import order_answer
from oms_aws.billing.wiring import BillingWiring
from oms_aws.orders.asked import seen_order
from oms_aws.platform.http import Answer, Call, Http

step = Http()
handler = step.handler


@step.route("GET /v1/orders/{order}", scope="orders:read")
def get_order(call: Call[Any], oms: BillingWiring) -> Answer:
    """Read an order."""
    return order_answer(seen_order(call, oms), oms)
