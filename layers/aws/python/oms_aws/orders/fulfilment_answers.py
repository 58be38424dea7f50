"""Answers about an order's fulfilments: pieces, parcels and recalls."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from oms.orders.fulfilments import Cause
from oms_aws.platform.answers import (
    ID,
    Carrier,
    FulfilmentId,
    Location,
    Number,
    Pieces,
    Sku,
    Time,
    TrackingNumber,
)
from oms_aws.platform.models import Model, ScanStatus
from oms_aws.platform.query import FulfilmentStatus


class ComponentPieces(Model):
    """Pieces of a part of a bundle."""

    sku: Sku
    quantity: Pieces


class LinePieces(Model):
    """Pieces of a line; `components` is what is in all these pieces of a bundle."""

    number: Number
    sku: Sku
    quantity: Pieces
    components: Annotated[list[ComponentPieces], Field(examples=[[]], default=[])]


class Parcel(Model):
    """A parcel and where it is."""

    id: Annotated[str, Field(examples=[f"par_{ID}-1-1"])]
    weight_g: Annotated[int, Field(examples=[1200])]
    carrier: Carrier
    tracking_number: TrackingNumber
    tracking_url: Annotated[
        str | None,
        Field(examples=["https://www.dhl.de/…?piececode=00340434161094042557"]),
    ]
    status: ScanStatus
    scanned_at: Time | None


class RecallOf(Model):
    """Pieces that the warehouse is asked to give back until a time, and what it answered."""

    status: Literal["requested", "accepted", "refused"]
    lines: list[LinePieces]
    cause: Cause
    reason: Annotated[str, Field(examples=["The customer changed their mind."])]
    requested_at: Time
    until: Time
    answer: Annotated[str, Field(description="In its own words.", examples=[""])]
    answered_at: Annotated[Time | None, Field(examples=[None])]


class OrderFulfilment(Model):
    """Pieces of an order that one warehouse packs and ships, and why it was chosen."""

    id: FulfilmentId
    location: Location
    status: FulfilmentStatus
    ship_by: Time
    shipped_at: Time | None
    delivered_at: Time | None
    returned_at: Annotated[Time | None, Field(examples=[None])]
    lines: list[LinePieces]
    parcels: list[Parcel]
    reasons: Annotated[list[str], Field(examples=[["A: has every piece"]])]
    recall: Annotated[RecallOf | None, Field(examples=[None])]
