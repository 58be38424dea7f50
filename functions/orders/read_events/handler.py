"""A shop or clerk reads what happened to an order: who, what, when, why."""

from __future__ import annotations

from typing import Any

from oms.core.events import facts
from oms_aws.orders.asked import seen_order
from oms_aws.orders.wiring import OrdersWiring
from oms_aws.platform.http import Answer, Call, Http

step = Http()
handler = step.handler


@step.route("GET /v1/orders/{order}/events", scope="orders:read", query=("after", "limit"))
def list_events(call: Call[Any], oms: OrdersWiring) -> Answer:
    """Read an order's events behind a sequence number."""
    order = seen_order(call, oms).order
    after = int(call.query.get("after", "0"))
    events = [
        {
            "id": event.id,
            "type": event.type,
            "sequence": event.sequence,
            "at": event.at,
            "actor": event.actor,
            "cause": event.cause,
            "data": {name: value for name, value in facts(event).items() if name != "news"},
            "hash": event.hash,
        }
        for event in oms.orders.log(order.id, after=after, limit=call.limit())
    ]
    return Answer({"items": events, "after": events[-1]["sequence"] if events else after})
