"""Answers about fulfilments, route by route."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from oms_aws.orders.answers import Gift
from oms_aws.orders.fulfilment_answers import LinePieces, RecallOf
from oms_aws.platform.answers import (
    ID,
    Address,
    Carrier,
    ExternalNumber,
    FulfilmentId,
    Location,
    OrderId,
    Shop,
    Time,
    Told,
    TrackingNumber,
)
from oms_aws.platform.models import Model
from oms_aws.platform.query import FulfilmentStatus


class FulfilmentParcel(Model):
    """A parcel as the warehouse packed it."""

    id: Annotated[str, Field(examples=[f"par_{ID}-1-1"])]
    weight_g: Annotated[int, Field(examples=[1200])]
    lines: list[LinePieces]
    carrier: Carrier
    tracking_number: TrackingNumber


class Fulfilment(Model):
    """Pieces that a warehouse has to pack and ship, and to whom."""

    id: FulfilmentId
    order_id: OrderId
    external_number: ExternalNumber
    shop: Shop
    location: Location
    status: FulfilmentStatus
    lines: list[LinePieces]
    ship_to: Address
    label: Annotated[
        list[str],
        Field(
            description="The lines of the label, as the address's country writes them.",
            examples=[["Erika Mustermann", "Ringstr. 5", "80331 München"]],
        ),
    ]
    method: Annotated[str, Field(description="The shipping method.", examples=["standard"])]
    ship_by: Time
    note: Annotated[str | None, Field(examples=[None])]
    gift: Annotated[
        Gift | None, Field(description="Then no prices are in the parcel.", examples=[None])
    ]
    parcels: Annotated[list[FulfilmentParcel], Field(description="Empty until it is packed.")]
    recall: Annotated[
        RecallOf | None, Field(description="Answer it before you pack or ship.", examples=[None])
    ]


class Scanned(Model):
    """The scan is on record, or was known or outdated."""

    order: OrderId


ANSWERS: dict[str, Told] = {
    "POST /v1/fulfilments/{fulfilment}/pack": Told(
        Fulfilment,
        conflict="It is packed otherwise already (`fulfilment_not_released`), the parcels do not "
        "hold exactly what is to be packed (`contents_do_not_match`), or pieces of it are recalled "
        "(`recall_open`: answer that first).",
    ),
    "POST /v1/fulfilments/{fulfilment}/ship": Told(
        Fulfilment,
        conflict="It is not packed, or has left otherwise already (`fulfilment_not_packed`), or "
        "parcels and tracking numbers are not equally many (`tracking_numbers_do_not_match`).",
    ),
    "POST /v1/fulfilments/{fulfilment}/returned": Told(
        Fulfilment, conflict="None of its parcels is on its way back (`not_returning`)."
    ),
    "POST /v1/carriers/{carrier}/webhook": Told(Scanned),
    "POST /v1/fulfilments/{fulfilment}/recall": Told(
        Fulfilment,
        conflict="Nothing of it is recalled (`not_recalled`), or the recall was answered otherwise "
        "before (`recall_answered`), as by shipping it.",
    ),
}
