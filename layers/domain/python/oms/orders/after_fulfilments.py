"""Orders after events about fulfilments and parcels."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from oms.core.refusals import Broken
from oms.orders import astray
from oms.orders.fulfilment_events import (
    FulfilmentPacked,
    FulfilmentPlanned,
    FulfilmentRecallAccepted,
    FulfilmentRecallRefused,
    FulfilmentRecallRequested,
    FulfilmentReleased,
    PiecesReturned,
    ReturnAwaited,
    ShipmentConfirmed,
    ShipmentDelivered,
    ShipmentFailed,
    ShipmentOverdue,
    ShipmentReturned,
    ShipmentTracked,
)
from oms.orders.fulfilments import ParcelFailure
from oms.orders.lines import summed
from oms.orders.order import Order


def _planned(order: Order, event: FulfilmentPlanned) -> Order:
    order = order.move(event.fulfilment.pieces, event.origin, "released")
    order = replace(order, fulfilments=(*order.fulfilments, event.fulfilment))
    return order.within("progress", changed_at=event.fulfilment.planned_at)


def _noted(order: Order, _: FulfilmentReleased | ReturnAwaited) -> Order:
    return order


def _recall_requested(order: Order, event: FulfilmentRecallRequested) -> Order:
    fulfilment = replace(order.fulfilment(event.fulfilment), recall=event.recall)
    return order.with_fulfilment(fulfilment).within(
        "progress", changed_at=event.recall.requested_at
    )


def _recall_accepted(order: Order, event: FulfilmentRecallAccepted) -> Order:
    """Order after a recall: given pieces are reserved again, what is left is packed anew."""
    fulfilment = order.fulfilment(event.fulfilment)
    recall = fulfilment.recall
    if recall is None or fulfilment.status not in ("released", "packed"):
        raise Broken(f"{fulfilment.id}: nothing is recalled")
    order = order.move(recall.pieces, fulfilment.status, "reserved")
    given = {n: q - recall.pieces.get(n, 0) for n, q in fulfilment.pieces.items()}
    left = {number: quantity for number, quantity in given.items() if quantity}
    answered = replace(recall, status="accepted", answer=event.reason, answered_at=event.at)
    if not left:
        return order.with_fulfilment(replace(fulfilment, status="cancelled", recall=answered))
    if fulfilment.status == "packed":
        order = order.move(left, "packed", "released")
    return order.with_fulfilment(
        replace(fulfilment, pieces=left, status="released", parcels=(), recall=answered)
    )


def _recall_refused(order: Order, event: FulfilmentRecallRefused) -> Order:
    fulfilment = order.fulfilment(event.fulfilment)
    recall = fulfilment.recall
    if recall is None:
        raise Broken(f"{fulfilment.id}: nothing is recalled")
    answered = replace(recall, status="refused", answer=event.reason, answered_at=event.at)
    return order.with_fulfilment(replace(fulfilment, recall=answered))


def _packed(order: Order, event: FulfilmentPacked) -> Order:
    fulfilment = order.fulfilment(event.fulfilment)
    order = order.move(fulfilment.pieces, "released", "packed")
    return order.with_fulfilment(replace(fulfilment, status="packed", parcels=event.parcels))


def _shipped(order: Order, event: ShipmentConfirmed) -> Order:
    fulfilment = order.fulfilment(event.fulfilment)
    parcels = tuple(
        replace(parcel, carrier=event.carrier, tracking_number=number)
        for parcel, number in zip(fulfilment.parcels, event.tracking_numbers, strict=True)
    )
    order = order.move(fulfilment.pieces, "packed", "shipped")
    return order.with_fulfilment(
        replace(fulfilment, status="shipped", parcels=parcels, shipped_at=event.at)
    )


def _tracked(order: Order, event: ShipmentTracked) -> Order:
    changes = {"status": event.status, "scanned_at": event.at}
    return _with_parcel(order, event.fulfilment, event.parcel, **changes)


def _with_parcel(order: Order, id: str, parcel: str, **changes: Any) -> Order:
    fulfilment = order.fulfilment(id)
    parcels = (replace(p, **changes) if p.id == parcel else p for p in fulfilment.parcels)
    return order.with_fulfilment(replace(fulfilment, parcels=tuple(parcels)))


def _delivered(order: Order, event: ShipmentDelivered) -> Order:
    """Parcels that came back meanwhile are where they came from."""
    fulfilment = order.fulfilment(event.fulfilment)
    for place, pieces in astray.places(fulfilment):
        order = order.move(pieces, "shipped", place)
    back = event.at if any(p.status == "returned" for p in fulfilment.parcels) else None
    return order.with_fulfilment(
        replace(fulfilment, status="delivered", delivered_at=event.at, returned_at=back)
    )


def _failed_to_arrive(order: Order, event: ShipmentFailed) -> Order:
    failure = ParcelFailure(event.status, event.at, event.until, event.text)
    return _with_parcel(order, event.fulfilment, event.parcel, failure=failure)


def _overdue(order: Order, event: ShipmentOverdue) -> Order:
    parcels = order.fulfilment(event.fulfilment).parcels
    (failure,) = (each.failure for each in parcels if each.id == event.parcel)
    assert failure
    told = replace(failure, reminded_at=event.at)
    return _with_parcel(order, event.fulfilment, event.parcel, failure=told)


def _came_back(order: Order, event: ShipmentReturned) -> Order:
    fulfilment = order.fulfilment(event.fulfilment)
    order = order.move(fulfilment.pieces, "shipped", "returned")
    return order.with_fulfilment(replace(fulfilment, status="returned", returned_at=event.at))


def _pieces_returned(order: Order, event: PiecesReturned) -> Order:
    taken = summed((order.progress.taken_back, event.pieces))
    return order.move(event.pieces, "delivered", "returned").within("progress", taken_back=taken)


AFTER: dict[type, Any] = {
    FulfilmentPlanned: _planned,
    FulfilmentReleased: _noted,
    FulfilmentRecallRequested: _recall_requested,
    FulfilmentRecallAccepted: _recall_accepted,
    FulfilmentRecallRefused: _recall_refused,
    FulfilmentPacked: _packed,
    ShipmentConfirmed: _shipped,
    ShipmentTracked: _tracked,
    ShipmentDelivered: _delivered,
    ShipmentFailed: _failed_to_arrive,
    ShipmentOverdue: _overdue,
    ShipmentReturned: _came_back,
    ReturnAwaited: _noted,
    PiecesReturned: _pieces_returned,
}
