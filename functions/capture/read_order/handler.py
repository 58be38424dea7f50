"""A shop, warehouse or clerk reads how an order stands."""

from __future__ import annotations

from typing import Any

from oms_aws.edges.http import Answer, Call, Http
from oms_aws.edges.views import order_answer, seen_order
from oms_aws.wiring import Ports

step = Http()
handler = step.handler


@step.route("GET /v1/orders/{order}", scope="orders:read")
def get_order(call: Call[Any], oms: Ports) -> Answer:
    """Read an order."""
    return order_answer(seen_order(call, oms), oms)
