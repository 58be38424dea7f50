"""Acts of the clock on an order: for each kind of due thing, the command that sees to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from oms.fulfilment.tracking import remind
from oms.orders import dues, erasing, stalled
from oms.orders.applying import tell
from oms.orders.holds import escalate
from oms.orders.order import Order
from oms.orders.order_events import OrderStalled
from oms.orders.waiting import waiting
from oms.payments import capturing, dunning, payment
from oms.screening import approval
from oms.sourcing.allocation import expire
from oms.sourcing.backorder import look_again


def send_on(order: Order, _: str, at: datetime) -> Order:
    """Say of what waits too long for us that it is to be sent on again."""
    causes = stalled.late(waiting(order), at)
    return tell(order, OrderStalled(causes, at)) if causes else order


HANDLERS: Mapping[str, Callable[[Order, str, datetime], Order]] = {
    "hold": escalate,
    "reservation": expire,
    "backorder": look_again,
    "payment_reminder": payment.remind,
    "payment_end": payment.give_up,
    "dunning": dunning.call,
    "capture": capturing.capture_due,
    "approval_reminder": approval.remind,
    "approval": approval.escalate,
    "stalled": send_on,
    "parcel": remind,
    "erasure": erasing.erase,
}
"""Commands by the kind of `Order.due()`: each takes the id of what is due, and after it that thing
is not due any more, or later. A command decides for itself whether it still is: it may come late,
twice, or after the order has moved on."""


def apply_due(order: Order, *, at: datetime) -> Order:
    """The order after everything that is due at a time."""
    for due in dues.due(order):
        if due.at <= at:
            order = HANDLERS[due.kind](order, due.id, at)
    return order
