"""Effect of one cancellation: the pieces that are cancelled, and those being recalled."""

from __future__ import annotations

from typing import Any

from oms.orders.applying import read_news
from oms.orders.fulfilment_news import FulfilmentRecallRequested
from oms.orders.lines import Pieces
from oms.orders.news import OrderCancelled
from oms.orders.order import Order
from oms_aws.orders.seen import lines_of
from oms_aws.orders.wiring import OrdersWiring


def done_by(cause: str, order: Order, oms: OrdersWiring) -> dict[str, Any]:
    """Effect on the order of the request that is the cause, from its log."""
    cancelled: Pieces = {}
    recalling = []
    for event in oms.orders.log(order.id):
        if event.cause != cause:
            continue
        news = read_news(event)
        if isinstance(news, OrderCancelled):
            cancelled = news.by_line
        elif isinstance(news, FulfilmentRecallRequested):
            recalling.append(
                {
                    "fulfilment": news.fulfilment,
                    "location": order.fulfilment(news.fulfilment).location,
                    "until": news.recall.until,
                    "lines": lines_of(order, news.recall.pieces),
                }
            )
    return {"cancelled": lines_of(order, cancelled), "recalling": recalling}
