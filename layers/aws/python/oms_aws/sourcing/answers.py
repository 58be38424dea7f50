"""Answers about files of counts, buffers and availability."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from oms_aws.platform.answers import ID, Location, Pieces, RefusedRow, Shop, Sku, Time, Told, Url
from oms_aws.platform.models import Model

UploadId = Annotated[str, Field(examples=[f"upl_{ID}"])]


class OfferedUpload(Model):
    """A form by which one file can be sent: POST it as multipart/form-data, `file` as the last."""

    id: UploadId
    status: Literal["waiting"]
    url: Url
    fields: Annotated[
        dict[str, str],
        Field(description="Send them as they are.", examples=[{"key": f"stock/upl_{ID}"}]),
    ]
    until: Annotated[Time, Field(description="The form is good until then.")]
    largest_bytes: Annotated[int, Field(examples=[5_000_000])]


class Upload(Model):
    """State of a file of counts."""

    id: UploadId
    location: Location
    as_of: Time
    format: Literal["csv", "jsonl"]
    actor: Annotated[str, Field(examples=["wms:warehouse-a"])]
    created_at: Time
    status: Literal["waiting", "working", "done", "refused"]
    taken: Annotated[int, Field(description="Rows seen to so far.", examples=[9_998])]
    changed: Annotated[int, Field(description="Other than before.", examples=[412])]
    unchanged: Annotated[int, Field(description="As before.", examples=[9_586])]
    ignored: Annotated[int, Field(description="Older than the count known.", examples=[0])]
    not_counted: Annotated[list[NotCountedRow], Field(description="The first 1,000 ignored rows.")]
    broken: Annotated[int, Field(description="Refused rows.", examples=[2])]
    refused: Annotated[list[RefusedRow], Field(description="The first 1,000 refused rows.")]
    reason: Annotated[
        str | None, Field(description="Why the file was refused as a whole.", examples=[None])
    ]
    finished_at: Time | None
    version: Annotated[int, Field(examples=[12])]


class KeptBuffer(Model):
    """Stock of a SKU that a shop leaves for the other channels."""

    sku: Sku
    shop: Shop
    pieces: Annotated[int, Field(examples=[2])]
    percent: Annotated[int, Field(description="Of what is on the shelves.", examples=[10])]


class Arrival(Model):
    """Departure of pieces ordered now, and the days between which they would arrive."""

    departs_at: Time
    earliest: Annotated[date, Field(examples=["2026-11-24"])]
    latest: Annotated[date, Field(examples=["2026-11-25"])]


class AvailableLine(Model):
    """Promise for the pieces asked for, what is free where, and when it comes."""

    sku: Sku
    quantity: Pieces
    promisable: Annotated[
        int | None, Field(description="Null for what needs no stock of ours.", ge=0, examples=[8])
    ]
    available: Annotated[bool, Field(examples=[True])]
    available_from: Annotated[
        date | None,
        Field(
            description="From when on all can be promised, null while nobody knows.",
            examples=["2026-11-23"],
        ),
    ]
    locations: Annotated[dict[str, int], Field(examples=[{"A": 10, "B": 0}])]
    deliveries: Annotated[
        dict[str, Arrival],
        Field(
            description="Of the locations that have pieces.",
            examples=[
                {
                    "A": {
                        "departs_at": "2026-11-23T15:00:00+01:00",
                        "earliest": "2026-11-24",
                        "latest": "2026-11-25",
                    }
                }
            ],
        ),
    ]


class Availability(Model):
    """Promises at this moment; only an order reserves."""

    lines: list[AvailableLine]


class LocationStock(Model):
    """The stock of a SKU at one location, in pieces: free = on hand - safety - hard."""

    on_hand: Annotated[int, Field(description="On the shelf, as counted.", examples=[14])]
    safety: Annotated[int, Field(description="Never promised.", examples=[1])]
    own_safety: Annotated[
        bool, Field(description="Whether that is set for the SKU, not the warehouse.")
    ]
    hard: Annotated[int, Field(description="Claimed by fulfilments.", examples=[3])]
    free: Annotated[int, Field(description="Can be given to a fulfilment.", examples=[10])]
    as_of: Annotated[Time | None, Field(description="When it was counted.")]


class ShopBuffer(Model):
    """Stock of a SKU that a shop leaves for the other channels."""

    pieces: Annotated[int, Field(examples=[2])]
    percent: Annotated[int, Field(description="Of what is on the shelves.", examples=[10])]
    kept: Annotated[int, Field(description="The pieces that both come to now.", examples=[4])]


class Stock(Model):
    """The stock of a SKU, in pieces: promisable = sum of free - soft."""

    sku: Sku
    promisable: Annotated[int, Field(description="Can be promised now.", examples=[8])]
    soft: Annotated[int, Field(description="Promised, from no location yet.", examples=[2])]
    backordered: Annotated[int, Field(description="Waited for.", examples=[0])]
    uncovered: Annotated[
        int,
        Field(description="With warehouses to be shipped, but on no shelf.", examples=[0]),
    ]
    locations: Annotated[
        dict[str, LocationStock],
        Field(
            examples=[
                {
                    "A": {
                        "on_hand": 14,
                        "safety": 1,
                        "own_safety": True,
                        "hard": 3,
                        "free": 10,
                        "as_of": "2026-11-23T06:00:00+01:00",
                    }
                }
            ]
        ),
    ]
    buffers: Annotated[
        dict[str, ShopBuffer],
        Field(
            description="By shop, those that the caller may see.",
            examples=[{"tal-tasche": {"pieces": 2, "percent": 10, "kept": 4}}],
        ),
    ]
    parts: Annotated[
        int, Field(description="In how many items its counters lie.", ge=1, examples=[1])
    ]


class NotCounted(Model):
    """A SKU that a count or receipt did not change, and the later count that stands."""

    sku: Sku
    reason: Annotated[str, Field(examples=["was counted later, at 2026-11-24T06:00:00+00:00"])]
    counted_at: Time


class NotCountedRow(NotCounted):
    """A row that was not counted; `row` counts from 0."""

    row: Annotated[int, Field(ge=0, examples=[7])]


class Counted(Model):
    """Outcome of each row of a stock batch."""

    changed: Annotated[int, Field(description="Other than before.", examples=[41])]
    unchanged: Annotated[int, Field(description="As before.", examples=[18])]
    ignored: Annotated[int, Field(description="Older than the count known.", examples=[1])]
    not_counted: Annotated[
        list[NotCountedRow], Field(description="The ignored rows, as they stand in the batch.")
    ]
    refused: list[RefusedRow]


ANSWERS: dict[str, Told] = {
    "POST /v1/stock/uploads": Told(OfferedUpload, ("Location",)),
    "GET /v1/stock/uploads/{upload}": Told(Upload),
    "PUT /v1/stock/{sku}/buffers/{shop}": Told(KeptBuffer),
    "POST /v1/availability": Told(Availability),
    "POST /v1/stock/batch": Told(Counted),
    "GET /v1/stock/{sku}": Told(Stock),
}
