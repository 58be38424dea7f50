"""Shipping: pieces go to a warehouse, into parcels, and on their way."""

from __future__ import annotations

from datetime import datetime

from oms.core.refusals import Refusal
from oms.orders.applying import tell
from oms.orders.fulfilment_events import (
    FulfilmentPacked,
    FulfilmentPlanned,
    FulfilmentReleased,
    ShipmentConfirmed,
    ShipmentDelivered,
    recall_refused,
)
from oms.orders.fulfilments import DIGITAL, Fulfilment, Parcel
from oms.orders.invoicing import deferred
from oms.orders.lines import Pieces
from oms.orders.order import Order


def _require_same_pieces(parcels: tuple[Parcel, ...], expected: Pieces) -> None:
    packed: Pieces = {}
    for parcel in parcels:
        for number, quantity in parcel.pieces.items():
            packed[number] = packed.get(number, 0) + quantity
    if packed != expected:
        wrong = {
            f"lines.{n}": f"{packed.get(n, 0)} packed, {expected.get(n, 0)} to pack"
            for n in sorted(packed.keys() | expected.keys())
            if packed.get(n, 0) != expected.get(n, 0)
        }
        raise Refusal(
            "contents_do_not_match", "The parcels do not hold what is to be packed.", wrong
        )


def release_to_warehouse(
    order: Order,
    location: str,
    pieces: Pieces,
    *,
    ship_by: datetime,
    reasons: tuple[str, ...],
    at: datetime,
    capacity: int | None = None,
) -> Order:
    """Offer reserved pieces to a warehouse as a new fulfilment."""
    fulfilment = Fulfilment(
        id=_next_id(order),
        location=location,
        pieces=pieces,
        planned_at=at,
        ship_by=ship_by,
        reasons=reasons,
        capacity=capacity,
    )
    return tell(order, FulfilmentPlanned(fulfilment), FulfilmentReleased(fulfilment.id, location))


def _next_id(order: Order) -> str:
    return f"ful_{order.id.removeprefix('ord_')}-{len(order.fulfilments) + 1}"


def provide(order: Order, *, at: datetime) -> Order:
    """Hand over the open pieces that no parcel carries: at once, as one fulfilment."""
    pieces = {li.number: li.open for li in order.lines if li.open and li.nature.kind == "digital"}
    if not pieces:
        return order
    fulfilment = Fulfilment(
        id=_next_id(order),
        location=DIGITAL,
        pieces=pieces,
        planned_at=at,
        ship_by=at,
        reasons=("needs no parcel",),
    )
    return deferred(
        tell(
            order,
            FulfilmentPlanned(fulfilment, "open"),
            FulfilmentPacked(fulfilment.id, (), at),
            ShipmentConfirmed(fulfilment.id, DIGITAL, (), at),
            ShipmentDelivered(fulfilment.id, at),
        ),
        at,
    )


def pack(
    order: Order, id: str, contents: list[tuple[int, Pieces | None]], *, at: datetime
) -> Order:
    """Pack a fulfilment whole, as parcels of (weight in grams, pieces; None: everything).

    Packing it again with the same parcels changes nothing. Raises Refusal.
    """
    fulfilment = order.fulfilment(id)
    parcels = tuple(
        Parcel(
            id=f"par_{id.removeprefix('ful_')}-{n}",
            weight_g=weight,
            pieces=dict(fulfilment.pieces) if pieces is None else pieces,
        )
        for n, (weight, pieces) in enumerate(contents, 1)
    )
    if [(p.weight_g, p.pieces) for p in fulfilment.parcels] == [
        (p.weight_g, p.pieces) for p in parcels
    ]:
        return order
    if fulfilment.status != "released":
        raise Refusal("fulfilment_not_released", f"The fulfilment is {fulfilment.status} already.")
    if fulfilment.recalled:
        raise Refusal("recall_open", "Pieces of it are recalled: answer that before you pack.")
    _require_same_pieces(parcels, fulfilment.pieces)
    return tell(order, FulfilmentPacked(id, parcels, at))


def ship(
    order: Order, id: str, *, carrier: str, tracking_numbers: tuple[str, ...], at: datetime
) -> Order:
    """Confirm that a packed fulfilment has left; repeating it changes nothing.

    What has left cannot be given back: an open recall is refused by that.
    """
    fulfilment = order.fulfilment(id)
    known = tuple(p.tracking_number for p in fulfilment.parcels)
    if fulfilment.shipped_at and known == tracking_numbers:
        return order
    if fulfilment.status != "packed":
        raise Refusal(
            "fulfilment_not_packed", f"The fulfilment is {fulfilment.status}, not packed."
        )
    if len(tracking_numbers) != len(fulfilment.parcels):
        raise Refusal(
            "tracking_numbers_do_not_match",
            f"{len(fulfilment.parcels)} parcels need as many tracking numbers.",
            {"tracking_numbers": f"{len(tracking_numbers)} given"},
        )
    if len(set(tracking_numbers)) < len(tracking_numbers):
        raise Refusal(
            "tracking_number_taken",
            "Each parcel has a tracking number of its own.",
            {"tracking_numbers": "one stands twice"},
        )
    confirmed = ShipmentConfirmed(id, carrier, tracking_numbers, at)
    if fulfilment.recalled:
        refused = recall_refused(fulfilment, "It has left already.", at)
        return deferred(tell(order, refused, confirmed), at)
    return deferred(tell(order, confirmed), at)
