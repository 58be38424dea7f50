"""Holds: an order takes the findings of its checks, and is let go again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from oms.core.refusals import Unknown
from oms.orders.applying import tell
from oms.orders.findings import Finding, Hold
from oms.orders.order import Order
from oms.orders.order_events import OrderHeld, OrderRefused, OrderReleased, OrderScreened


def screen(order: Order, findings: Iterable[Finding], *, at: datetime) -> Order:
    """Take the findings of all checks at once; a second time changes nothing."""
    if order.screening.screened_at or not order.count("open"):
        return order
    found = tuple(findings)
    order = tell(order, OrderScreened(found, at))
    for finding in found:
        if finding.verdict == "refuse":
            refused = OrderRefused(finding.reason, finding.text, at, finding.text_de)
            return tell(order, refused)
    for finding in found:
        if finding.verdict == "hold":
            order = hold(order, finding, at=at)
    return order


def hold(order: Order, finding: Finding, *, at: datetime) -> Order:
    """Hold the order for a finding, whatever holds it already."""
    return tell(order, OrderHeld(_hold_for(order, finding, at)))


def _hold_for(order: Order, finding: Finding, at: datetime) -> Hold:
    return Hold(
        id=f"hold_{len(order.screening.holds) + 1}",
        reason=finding.reason,
        text=finding.text,
        owner=finding.owner,
        raised_at=at,
        deadline=at + timedelta(hours=finding.hours),
        data=finding.data,
        text_de=finding.text_de,
    )


def release_hold(
    order: Order, id: str, *, by: str, reason: str, at: datetime, findings: tuple[Finding, ...] = ()
) -> Order:
    """Let one hold go, with what was found again; letting it go twice changes nothing.

    Raises Unknown.
    """
    for hold in order.screening.holds:
        if hold.id == id:
            if hold.released_at or not order.count("ordered") - order.count("cancelled"):
                return order
            return tell(order, OrderReleased(id, by, reason, at, findings))
    raise Unknown("hold_unknown", f"The order has no hold {id}.")
