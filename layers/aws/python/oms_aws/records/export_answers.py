"""Answers of the routes of exports."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from oms_aws.platform.answers import ID, Cursor, Money, Shop, Time, Told, Url
from oms_aws.platform.models import Model

ExportId = Annotated[str, Field(pattern=r"^exp_", examples=[f"exp_{ID}"])]


class ExportTotals(Model):
    """Sums of the exported vouchers in EUR, credits taken off."""

    vouchers: Annotated[int, Field(examples=[312])]
    net: Money
    tax: Money
    gross: Money


class ExportFile(Model):
    """A file of an export in the archive."""

    name: Annotated[str, Field(examples=["EXTF_Buchungsstapel_20261101-20261130.csv"])]
    size: Annotated[int, Field(description="In bytes.", examples=[81_920])]
    sha256: Annotated[str, Field(examples=["9f86d081884c7d65…"])]
    url: Annotated[Url, Field(description="Opens the file for ten minutes.")]


class Export(Model):
    """The vouchers of a shop that were issued in some days, as an accountant takes them away."""

    id: ExportId
    shop: Shop
    kind: Literal["datev", "z3"]
    since: Annotated[date, Field(alias="from", examples=["2026-11-01"])]
    until: Annotated[date, Field(alias="to", examples=["2026-11-30"])]
    status: Literal["asked", "written", "refused"]
    reason: Annotated[str | None, Field(description="Why it was refused.", examples=[None])]
    asked_by: Annotated[str, Field(examples=["accountant:books"])]
    asked_at: Time
    totals: ExportTotals | None
    files: list[ExportFile]


class Exports(Model):
    """A page of exports, newest first."""

    items: list[Export]
    cursor: Cursor


ANSWERS: dict[str, Told] = {
    "POST /v1/exports": Told(
        Export,
        ("Location",),
        "The days make no sense (`days_reversed`, `period_too_long`), or the Idempotency-Key came "
        "with another body before.",
    ),
    "GET /v1/exports/{export}": Told(Export),
    "GET /v1/exports": Told(Exports),
}
