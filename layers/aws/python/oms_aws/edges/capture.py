"""Capture: a shop's request becomes an order."""

from __future__ import annotations

from datetime import datetime

import msgspec

from oms.order import Order, OrderCreated
from oms_aws.edges.models import PlaceOrder


def captured(asked: PlaceOrder, id: str, shop: str, at: datetime) -> Order:
    """The order as it was placed, all pieces open, carrying the news of its creation."""
    lines = [
        {
            "number": line.number,
            "sku": line.sku,
            "unit_price": line.unit_price,
            "ordered": line.quantity,
            "open": line.quantity,
            "discounts": [each.model_dump() for each in line.discounts],
        }
        for line in asked.lines
    ]
    values = asked.model_dump(exclude={"lines", "delivery", "total"})
    order = msgspec.convert(
        {
            **values,
            "id": id,
            "shop": shop,
            "received_at": at,
            "lines": lines,
            "claimed_total": asked.total,
            "partial_allowed": asked.delivery.partial_allowed is not False,
            "partial_said": asked.delivery.partial_allowed is not None,
            "priority": asked.delivery.priority,
            "promised_on": asked.delivery.promised_on,
        },
        Order,
    )
    return order.tell(OrderCreated(order))
