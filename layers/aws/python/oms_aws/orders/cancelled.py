"""Effect of one cancellation: the pieces that are cancelled, and those being recalled."""

from __future__ import annotations

from typing import Any

from oms.orders.applying import decode_event
from oms.orders.fulfilment_events import FulfilmentRecallRequested
from oms.orders.lines import Pieces
from oms.orders.order import Order
from oms.orders.order_events import OrderCancelled
from oms_aws.orders.seen import lines_of
from oms_aws.orders.wiring import OrdersWiring


def done_by(cause: str, order: Order, oms: OrdersWiring) -> dict[str, Any]:
    """Effect on the order of the request that is the cause, from its log."""
    cancelled: Pieces = {}
    recalling = []
    for entry in oms.orders.log(order.id):
        if entry.cause != cause:
            continue
        event = decode_event(entry)
        if isinstance(event, OrderCancelled):
            cancelled = event.by_line
        elif isinstance(event, FulfilmentRecallRequested):
            recalling.append(
                {
                    "fulfilment": event.fulfilment,
                    "location": order.fulfilment(event.fulfilment).location,
                    "until": event.recall.until,
                    "lines": lines_of(order, event.recall.pieces),
                }
            )
    return {"cancelled": lines_of(order, cancelled), "recalling": recalling}
