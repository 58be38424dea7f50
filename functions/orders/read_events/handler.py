"""A shop or clerk reads what happened to an order: who, what, when, why."""

from __future__ import annotations

from typing import Any

from oms_aws.orders.asked import seen_order
from oms_aws.orders.events import entries_seen
from oms_aws.orders.wiring import OrdersWiring
from oms_aws.platform.http import Answer, Call, Http

step = Http()
handler = step.handler


@step.route("GET /v1/orders/{order}/events", scope="orders:read", query=("after", "limit"))
def list_events(call: Call[Any], oms: OrdersWiring) -> Answer:
    """Read an order's events behind a sequence number."""
    seen = seen_order(call, oms)
    after = int(call.query.get("after", "0"))
    entries = oms.orders.told(seen, after=after, limit=call.limit())
    events = entries_seen(entries)
    return Answer({"items": events, "after": events[-1]["sequence"] if events else after})
