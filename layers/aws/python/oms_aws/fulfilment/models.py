"""Bodies of requests about fulfilments and parcels."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from oms_aws.platform.models import Id, Model, Name, Quantity, ScanStatus
from oms_aws.platform.moments import Told


class PackedLine(Model):
    """Pieces of a line in a parcel."""

    number: Id
    quantity: Quantity


class PackedParcel(Model):
    """A parcel: its weight in grams, and what is in it (null for everything)."""

    weight_g: Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
    lines: list[PackedLine] | None = None


class Pack(Model):
    """Packing of a fulfilment."""

    parcels: Annotated[list[PackedParcel], Field(min_length=1, max_length=30)]

    @field_validator("parcels")
    @classmethod
    def check_contents(cls, parcels: list[PackedParcel]) -> list[PackedParcel]:
        if len(parcels) > 1 and any(parcel.lines is None for parcel in parcels):
            raise ValueError("with several parcels each must name its lines")
        return parcels


class Ship(Model):
    """With whom a fulfilment left, one tracking number for each parcel."""

    carrier: Id
    tracking_numbers: Annotated[
        list[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,60}$")]],
        Field(min_length=1, max_length=30),
    ]


class Scan(Model):
    """A carrier's scan of a parcel."""

    tracking_number: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,60}$")]
    status: ScanStatus
    occurred_at: Told
    location: Name | None = None
    text: Name | None = None
