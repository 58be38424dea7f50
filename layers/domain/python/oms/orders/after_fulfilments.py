"""Orders after events about fulfilments and parcels."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from oms.core.refusals import Broken
from oms.orders import astray
from oms.orders.fulfilment_news import (
    FulfilmentPacked,
    FulfilmentPlanned,
    FulfilmentRecallAccepted,
    FulfilmentRecallRefused,
    FulfilmentRecallRequested,
    FulfilmentReleased,
    ShipmentConfirmed,
    ShipmentDelivered,
    ShipmentFailed,
    ShipmentOverdue,
    ShipmentReturned,
    ShipmentTracked,
)
from oms.orders.fulfilments import ParcelFailure
from oms.orders.order import Order


def _planned(order: Order, news: FulfilmentPlanned) -> Order:
    order = order.move(news.fulfilment.pieces, news.origin, "released")
    return replace(
        order,
        fulfilments=(*order.fulfilments, news.fulfilment),
        changed_at=news.fulfilment.planned_at,
    )


def _offered(order: Order, _: FulfilmentReleased) -> Order:
    return order


def _recall_requested(order: Order, news: FulfilmentRecallRequested) -> Order:
    fulfilment = replace(order.fulfilment(news.fulfilment), recall=news.recall)
    return replace(order.with_fulfilment(fulfilment), changed_at=news.recall.requested_at)


def _recall_accepted(order: Order, news: FulfilmentRecallAccepted) -> Order:
    """Order after a recall: given pieces are reserved again, what is left is packed anew."""
    fulfilment = order.fulfilment(news.fulfilment)
    recall = fulfilment.recall
    if recall is None or fulfilment.status not in ("released", "packed"):
        raise Broken(f"{fulfilment.id}: nothing is recalled")
    order = order.move(recall.pieces, fulfilment.status, "reserved")
    given = {n: q - recall.pieces.get(n, 0) for n, q in fulfilment.pieces.items()}
    left = {number: quantity for number, quantity in given.items() if quantity}
    answered = replace(recall, status="accepted", answer=news.reason, answered_at=news.at)
    if not left:
        return order.with_fulfilment(replace(fulfilment, status="cancelled", recall=answered))
    if fulfilment.status == "packed":
        order = order.move(left, "packed", "released")
    return order.with_fulfilment(
        replace(fulfilment, pieces=left, status="released", parcels=(), recall=answered)
    )


def _recall_refused(order: Order, news: FulfilmentRecallRefused) -> Order:
    fulfilment = order.fulfilment(news.fulfilment)
    recall = fulfilment.recall
    if recall is None:
        raise Broken(f"{fulfilment.id}: nothing is recalled")
    answered = replace(recall, status="refused", answer=news.reason, answered_at=news.at)
    return order.with_fulfilment(replace(fulfilment, recall=answered))


def _packed(order: Order, news: FulfilmentPacked) -> Order:
    fulfilment = order.fulfilment(news.fulfilment)
    order = order.move(fulfilment.pieces, "released", "packed")
    return order.with_fulfilment(replace(fulfilment, status="packed", parcels=news.parcels))


def _shipped(order: Order, news: ShipmentConfirmed) -> Order:
    fulfilment = order.fulfilment(news.fulfilment)
    parcels = tuple(
        replace(parcel, carrier=news.carrier, tracking_number=number)
        for parcel, number in zip(fulfilment.parcels, news.tracking_numbers, strict=True)
    )
    order = order.move(fulfilment.pieces, "packed", "shipped")
    return order.with_fulfilment(
        replace(fulfilment, status="shipped", parcels=parcels, shipped_at=news.at)
    )


def _tracked(order: Order, news: ShipmentTracked) -> Order:
    changes = {"status": news.status, "scanned_at": news.at}
    return _with_parcel(order, news.fulfilment, news.parcel, **changes)


def _with_parcel(order: Order, id: str, parcel: str, **changes: Any) -> Order:
    fulfilment = order.fulfilment(id)
    parcels = (replace(p, **changes) if p.id == parcel else p for p in fulfilment.parcels)
    return order.with_fulfilment(replace(fulfilment, parcels=tuple(parcels)))


def _delivered(order: Order, news: ShipmentDelivered) -> Order:
    """Parcels that came back meanwhile are where they came from."""
    fulfilment = order.fulfilment(news.fulfilment)
    for place, pieces in astray.places(fulfilment):
        order = order.move(pieces, "shipped", place)
    back = news.at if any(p.status == "returned" for p in fulfilment.parcels) else None
    return order.with_fulfilment(
        replace(fulfilment, status="delivered", delivered_at=news.at, returned_at=back)
    )


def _failed_to_arrive(order: Order, news: ShipmentFailed) -> Order:
    failure = ParcelFailure(news.status, news.at, news.until, news.text)
    return _with_parcel(order, news.fulfilment, news.parcel, failure=failure)


def _overdue(order: Order, news: ShipmentOverdue) -> Order:
    parcels = order.fulfilment(news.fulfilment).parcels
    (failure,) = (each.failure for each in parcels if each.id == news.parcel)
    assert failure
    told = replace(failure, reminded_at=news.at)
    return _with_parcel(order, news.fulfilment, news.parcel, failure=told)


def _came_back(order: Order, news: ShipmentReturned) -> Order:
    fulfilment = order.fulfilment(news.fulfilment)
    order = order.move(fulfilment.pieces, "shipped", "returned")
    return order.with_fulfilment(replace(fulfilment, status="returned", returned_at=news.at))


AFTER: dict[type, Any] = {
    FulfilmentPlanned: _planned,
    FulfilmentReleased: _offered,
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
}
