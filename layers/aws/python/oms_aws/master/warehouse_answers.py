"""Answers about warehouses, route by route."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from oms_aws.master.answers import LARGE, Changes, Stored
from oms_aws.platform.answers import Address, Cursor, Location, Told, Version
from oms_aws.platform.models import Model


class Zone(Model):
    """A part of a warehouse, and its bins in walking order."""

    id: Annotated[str, Field(examples=["Z1"])]
    bins: Annotated[list[str], Field(examples=[["Z1-01", "Z1-02"]])]


class Warehouse(Model):
    """Master data of a warehouse."""

    id: Location
    name: Annotated[str, Field(examples=["Lager München"])]
    address: Address
    time_zone: Annotated[str, Field(examples=["Europe/Berlin"])]
    cut_off: Annotated[dict[str, str], Field(examples=[{"standard": "15:00"}])]
    priority: Annotated[int, Field(description="Lower is preferred.", examples=[1])]
    safety_stock: Annotated[int, Field(description="Pieces of each SKU.", examples=[0])]
    region: Annotated[str | None, Field(description="Whose holidays it keeps.", examples=["BY"])]
    holidays: Annotated[list[str], Field(description="Which categories.", examples=[["public"]])]
    closures: Annotated[list[date], Field(examples=[["2026-12-24"]])]
    capacity: Annotated[int | None, Field(description="Fulfilments a day.", examples=[800])]
    zones: list[Zone]
    unregistered_shops: Annotated[
        list[str],
        Field(description="They may not send from there: no VAT registration.", examples=[[]]),
    ]
    version: Annotated[Version, Field(examples=[1])]


class Warehouses(Model):
    """A page of warehouses."""

    items: list[Warehouse]
    cursor: Cursor


ANSWERS: dict[str, Told] = {
    "PUT /v1/warehouses/{warehouse}": Told(Warehouse, ("ETag",), LARGE),
    "GET /v1/warehouses/{warehouse}": Told(Warehouse, ("ETag",)),
    "GET /v1/warehouses": Told(Warehouses),
    "GET /v1/warehouses/{warehouse}/history": Told(Changes),
    "POST /v1/warehouses/batch": Told(Stored),
}
