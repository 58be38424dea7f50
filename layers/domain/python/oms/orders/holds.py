"""Holds: who lets one go, and what happens to one that nobody looks at."""

from __future__ import annotations

from datetime import datetime

from oms.core.refusals import Unknown
from oms.orders.applying import tell
from oms.orders.findings import Hold
from oms.orders.hold_reasons import RELEASERS
from oms.orders.order import Order
from oms.orders.order_events import OrderHoldEscalated


def hold_of(order: Order, id: str) -> Hold:
    """The hold of the order; raises Unknown."""
    for hold in order.screening.holds:
        if hold.id == id:
            return hold
    raise Unknown("hold_unknown", f"The order has no hold {id}.")


def may_release(hold: Hold, role: str) -> bool:
    """True if a role may let the hold go."""
    if hold.reason == "approval_needed":
        return False
    return role in RELEASERS.get(hold.owner, frozenset({"clerk", "admin"}))


def escalate(order: Order, id: str, at: datetime) -> Order:
    """Tell the team of a hold whose deadline has passed; once, and only while it is open."""
    for hold in order.open_holds:
        if hold.id == id and hold.deadline <= at and not hold.escalated_at:
            return tell(order, OrderHoldEscalated(id, at))
    return order
