"""Answers about purchase orders, and about what waits for them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from oms_aws.platform.answers import PAGES, Location, Number, Pieces, Sku, Time, Told, Version
from oms_aws.platform.models import Model
from oms_aws.sourcing.answers import NotCounted

PurchaseId = Annotated[str, Field(examples=["PO-4711"])]
Day = Annotated[date, Field(examples=["2026-12-04"])]


class PurchaseLine(Model):
    """Pieces of a SKU that are expected on a day, and how many of them have come."""

    number: Number
    sku: Sku
    quantity: Pieces
    expected_on: Day
    received: Annotated[int, Field(examples=[0])]


class GoodsReceipt(Model):
    """Goods that have come, by the number of the line."""

    number: Annotated[str, Field(examples=["LS-88"])]
    received_at: Time
    lines: Annotated[dict[str, int], Field(examples=[{"1": 12}])]
    not_counted: Annotated[
        list[NotCounted],
        Field(description="SKUs of which nothing was added to the shelf: a later count has it."),
    ]


class Purchase(Model):
    """A purchase order."""

    id: PurchaseId
    location: Location
    supplier: Annotated[str | None, Field(examples=["Nordwand GmbH"])]
    status: Literal["ordered", "partly_received", "received", "cancelled"]
    cancelled: bool
    lines: list[PurchaseLine]
    receipts: list[GoodsReceipt]
    version: Version


class Expected(Model):
    """Pieces of a SKU that are still to come."""

    purchase: PurchaseId
    number: Number
    location: Location
    sku: Sku
    expected_on: Day
    missing: Pieces


class ExpectedLines(Model):
    """Lines of a SKU that are still to come, the earliest first."""

    items: list[Expected]


ANSWERS: dict[str, Told] = {
    "GET /w/{token}": Told(
        text="What still waits, with a form to cancel it.", content_type="text/html", pages=PAGES
    ),
    "POST /w/{token}": Told(
        headers=("Location",), text="Cancelled: the page says so.", pages=PAGES
    ),
    "PUT /v1/purchase-orders/{purchase}": Told(
        Purchase,
        ("ETag",),
        "Goods have come of what is to be another SKU, at another location, or gone "
        "(`goods_have_come`; `errors` names the lines).",
    ),
    "GET /v1/purchase-orders/{purchase}": Told(Purchase, ("ETag",)),
    "GET /v1/purchase-orders": Told(ExpectedLines),
    "POST /v1/purchase-orders/{purchase}/receipts": Told(
        Purchase,
        ("ETag",),
        "There is a receipt of this number with other pieces (`receipt_differs`).",
    ),
}
