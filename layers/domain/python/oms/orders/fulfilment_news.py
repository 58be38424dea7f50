"""Events of an order about fulfilments and parcels."""

from __future__ import annotations

from datetime import datetime

from oms.core.pseudonyms import Personal
from oms.orders.fulfilments import Fulfilment, Parcel, Recall
from oms.orders.news import DomainEvent


class FulfilmentPlanned(DomainEvent, frozen=True, tag="Fulfilment.Planned"):
    fulfilment: Fulfilment
    origin: str = "reserved"


class FulfilmentReleased(DomainEvent, frozen=True, tag="Fulfilment.Released"):
    fulfilment: str
    location: str


class FulfilmentRecallRequested(DomainEvent, frozen=True, tag="Fulfilment.RecallRequested"):
    fulfilment: str
    recall: Recall


class FulfilmentRecallAccepted(DomainEvent, frozen=True, tag="Fulfilment.RecallAccepted"):
    fulfilment: str
    reason: Personal
    at: datetime


class FulfilmentRecallRefused(DomainEvent, frozen=True, tag="Fulfilment.RecallRefused"):
    fulfilment: str
    reason: Personal
    at: datetime
    change: str = ""


def recall_refused(fulfilment: Fulfilment, reason: str, at: datetime) -> FulfilmentRecallRefused:
    """The news that the warehouse does not give back what is recalled."""
    change = fulfilment.recall.change if fulfilment.recall else ""
    return FulfilmentRecallRefused(fulfilment.id, reason, at, change)


class FulfilmentPacked(DomainEvent, frozen=True, tag="Fulfilment.Packed"):
    fulfilment: str
    parcels: tuple[Parcel, ...]
    at: datetime


class ShipmentConfirmed(DomainEvent, frozen=True, tag="Shipment.Confirmed"):
    fulfilment: str
    carrier: str
    tracking_numbers: tuple[str, ...]
    at: datetime


class ShipmentTracked(DomainEvent, frozen=True, tag="Shipment.Tracked"):
    fulfilment: str
    parcel: str
    status: str
    at: datetime
    location: Personal | None = None
    text: Personal | None = None


class ShipmentDelivered(DomainEvent, frozen=True, tag="Shipment.Delivered"):
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
