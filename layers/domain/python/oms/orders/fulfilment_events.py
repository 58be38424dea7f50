"""Events of an order about fulfilments and parcels."""

from __future__ import annotations

from datetime import date, datetime

from oms.core.events import DomainEvent
from oms.core.pseudonyms import Personal
from oms.orders.fulfilments import Fulfilment, Parcel, Recall
from oms.orders.lines import Pieces


class FulfilmentPlanned(DomainEvent, frozen=True, tag="Fulfilment.Planned"):
    """Choice of a warehouse for pieces of an order, which were in the line state `origin`."""

    fulfilment: Fulfilment
    origin: str = "reserved"


class FulfilmentReleased(DomainEvent, frozen=True, tag="Fulfilment.Released"):
    """Offer of a fulfilment to its warehouse."""

    fulfilment: str
    location: str


class FulfilmentRecallRequested(DomainEvent, frozen=True, tag="Fulfilment.RecallRequested"):
    """Request to a warehouse to give pieces back."""

    fulfilment: str
    recall: Recall


class FulfilmentRecallAccepted(DomainEvent, frozen=True, tag="Fulfilment.RecallAccepted"):
    """Consent of a warehouse: the recalled pieces are back on the shelf."""

    fulfilment: str
    reason: Personal
    at: datetime


class FulfilmentRecallRefused(DomainEvent, frozen=True, tag="Fulfilment.RecallRefused"):
    """Refusal of a warehouse: the recalled pieces cannot be given back any more."""

    fulfilment: str
    reason: Personal
    at: datetime
    change: str = ""


def recall_refused(fulfilment: Fulfilment, reason: str, at: datetime) -> FulfilmentRecallRefused:
    """Answer of a warehouse that it does not give back what is recalled."""
    change = fulfilment.recall.change if fulfilment.recall else ""
    return FulfilmentRecallRefused(fulfilment.id, reason, at, change)


class FulfilmentPacked(DomainEvent, frozen=True, tag="Fulfilment.Packed"):
    """Parcels that a fulfilment was packed in."""

    fulfilment: str
    parcels: tuple[Parcel, ...]
    at: datetime


class ShipmentConfirmed(DomainEvent, frozen=True, tag="Shipment.Confirmed"):
    """Departure of a fulfilment from its warehouse."""

    fulfilment: str
    carrier: str
    tracking_numbers: tuple[str, ...]
    at: datetime


class ShipmentTracked(DomainEvent, frozen=True, tag="Shipment.Tracked"):
    """Scan of a parcel by its carrier."""

    fulfilment: str
    parcel: str
    status: str
    at: datetime
    location: Personal | None = None
    text: Personal | None = None


class ShipmentDelivered(DomainEvent, frozen=True, tag="Shipment.Delivered"):
    """Arrival of every parcel of a fulfilment."""

    fulfilment: str
    at: datetime


class ShipmentFailed(DomainEvent, frozen=True, tag="Shipment.Failed"):
    """A parcel could not be delivered, or is on its way back; `until` is how long that may take."""

    fulfilment: str
    parcel: str
    status: str
    at: datetime
    until: datetime
    text: Personal | None = None


class ShipmentOverdue(DomainEvent, frozen=True, tag="Shipment.Overdue"):
    """A parcel that failed to arrive is neither delivered nor back in time: somebody has to ask."""

    fulfilment: str
    parcel: str
    at: datetime


class ShipmentReturned(DomainEvent, frozen=True, tag="Shipment.Returned"):
    """Every parcel of a fulfilment is back where it came from."""

    fulfilment: str
    at: datetime


class ReturnAwaited(DomainEvent, frozen=True, tag="Order.ReturnAwaited"):
    """Pieces are to come back, by line, with the RMA `number` on their parcel."""

    rma: str
    number: str
    pieces: Pieces
    expected_by: date
    at: datetime


class PiecesReturned(DomainEvent, frozen=True, tag="Order.PiecesReturned"):
    """Pieces came back from the customer, by line, with the return of that id and number."""

    rma: str
    number: str
    pieces: Pieces
    at: datetime
