"""Holds: who lets one go, and what happens to one that nobody looks at."""

from __future__ import annotations

from datetime import datetime

from oms.order import Order, OrderHoldEscalated


def escalate(order: Order, id: str, at: datetime) -> Order:
    """Tell the team of a hold whose deadline has passed; once, and only while it is open."""
    for hold in order.open_holds:
        if hold.id == id and hold.deadline <= at and not hold.escalated_at:
            return order.tell(OrderHoldEscalated(id, at))
    return order
