"""Notes in the log of an order: webhooks that were given up."""

from __future__ import annotations

from datetime import datetime

from oms.orders.applying import tell
from oms.orders.order import Order
from oms.orders.order_events import WebhookExhausted


def note_exhausted(order: Order, endpoint: str, delivery: str, reason: str, at: datetime) -> Order:
    """Put on record that a webhook delivery was given up."""
    return tell(order, WebhookExhausted(endpoint, delivery, reason, at))
