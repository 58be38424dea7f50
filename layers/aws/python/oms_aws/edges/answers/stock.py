"""What the API answers about files of counts, buffers and availability."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from oms_aws.edges.answers.core import (
    ID,
    Location,
    NotCountedRow,
    Pieces,
    RefusedRow,
    Shop,
    Sku,
    Time,
    Told,
    Url,
)
from oms_aws.edges.models import Model

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
    """What became of a file of counts."""

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
    """What a shop leaves of a SKU for the other channels."""

    sku: Sku
    shop: Shop
    pieces: Annotated[int, Field(examples=[2])]
    percent: Annotated[int, Field(description="Of what is on the shelves.", examples=[10])]


class Arrival(Model):
    """When pieces ordered now would leave a location, and between which days they would arrive."""

    departs_at: Time
    earliest: Annotated[date, Field(examples=["2026-11-24"])]
    latest: Annotated[date, Field(examples=["2026-11-25"])]


class AvailableLine(Model):
    """Whether the pieces asked for can be promised, what is free where, and when it comes."""

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
    """What can be promised at this moment; only an order reserves."""

    lines: list[AvailableLine]


ANSWERS: dict[str, Told] = {
    "POST /v1/stock/uploads": Told(OfferedUpload, ("Location",)),
    "GET /v1/stock/uploads/{upload}": Told(Upload),
    "PUT /v1/stock/{sku}/buffers/{shop}": Told(KeptBuffer),
    "POST /v1/availability": Told(Availability),
}
