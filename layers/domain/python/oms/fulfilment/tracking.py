"""News of carriers and warehouses about parcels that have left, and their effect on the order."""

from __future__ import annotations

from datetime import datetime

from oms.core.refusals import Refusal, Unknown
from oms.orders.applying import tell
from oms.orders.astray import ARRIVED, FAILURES, RETURNING, astray, deadline, dues
from oms.orders.fulfilment_events import (
    ShipmentDelivered,
    ShipmentFailed,
    ShipmentOverdue,
    ShipmentReturned,
    ShipmentTracked,
)
from oms.orders.fulfilments import Parcel
from oms.orders.order import Order


def track(
    order: Order,
    tracking_number: str,
    status: str,
    *,
    at: datetime,
    location: str | None = None,
    text: str | None = None,
) -> Order:
    """Take a carrier's scan; an older, a repeated or a late one changes nothing.

    What was sent back and is delivered later is delivered to its sender. A delivery counts even
    when it is heard late, unless the parcel is back already.
    """
    for fulfilment in order.fulfilments:
        for parcel in fulfilment.parcels:
            if parcel.tracking_number == tracking_number:
                stale = parcel.scanned_at and at <= parcel.scanned_at
                if parcel.status in ARRIVED:
                    return order
                if stale and status == RETURNING:
                    # What was heard since then is of its way back.
                    return _failed(order, fulfilment.id, parcel, status, at, text)
                if stale and status != "delivered":
                    return order
                failure = parcel.failure
                if status == "delivered" and failure and failure.status == RETURNING:
                    status = "returned" if at > failure.at else status
                scanned = ShipmentTracked(fulfilment.id, parcel.id, status, at, location, text)
                order = _failed(tell(order, scanned), fulfilment.id, parcel, status, at, text)
                return _arrived(order, fulfilment.id, at)
    raise Unknown("parcel_unknown", f"The order has no parcel {tracking_number}.")


def _failed(
    order: Order, id: str, before: Parcel, status: str, at: datetime, text: str | None
) -> Order:
    """Say once of each way to fail that a parcel did; a return is not followed by attempts."""
    known = before.failure
    if status not in FAILURES or (known and known.status in (status, RETURNING)):
        return order
    until = deadline(status, at)
    return tell(order, ShipmentFailed(id, before.id, status, at, until, text))


def _arrived(order: Order, id: str, at: datetime) -> Order:
    """Say that a shipment has arrived, or is back, once that is true of all its parcels."""
    statuses = {parcel.status for parcel in order.fulfilment(id).parcels}
    if not statuses <= {*ARRIVED}:
        return order
    back = statuses == {"returned"}
    return tell(order, ShipmentReturned(id, at) if back else ShipmentDelivered(id, at))


def came_back(order: Order, id: str, *, at: datetime) -> Order:
    """The warehouse has those parcels of a fulfilment again that were sent back to it.

    Repeating it changes nothing. Raises Refusal when none is on its way back.
    """
    fulfilment = order.fulfilment(id)
    coming = [p for p in astray(fulfilment) if p.failure and p.failure.status == RETURNING]
    if not coming:
        if any(parcel.status == "returned" for parcel in fulfilment.parcels):
            return order
        raise Refusal("not_returning", "No parcel of it is on its way back.")
    for parcel in coming:
        order = tell(order, ShipmentTracked(id, parcel.id, "returned", at))
    return _arrived(order, id, at)


def remind(order: Order, id: str, at: datetime) -> Order:
    """Tell the team of a parcel that is overdue, on its way or back, as long as it is."""
    for fulfilment in order.fulfilments:
        for due in dues(fulfilment):
            if due.id == id and due.at <= at:
                return tell(order, ShipmentOverdue(fulfilment.id, id, at))
    return order
