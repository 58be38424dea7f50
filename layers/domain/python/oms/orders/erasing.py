"""Erasure of what an order says of a person: asked for, and done as soon as it may be."""

from __future__ import annotations

from datetime import datetime

from oms.orders.applying import tell
from oms.orders.erasure_events import OrderErasureRequested, OrderPersonErased
from oms.orders.order import Order
from oms.orders.personal_retention import need


def request(order: Order, *, by: str, at: datetime) -> Order:
    """The order that is to be erased: at once if nothing needs its personal data any more."""
    if order.erasure is None:
        order = tell(order, OrderErasureRequested(by, at))
    return erase(order, "", at)


def erase(order: Order, _: str, at: datetime) -> Order:
    """The order without its personal data, if that was asked for and nothing needs them."""
    asked = order.erasure
    if asked is None or asked.erased_at or need(order, at):
        return order
    return tell(order, OrderPersonErased(at))
