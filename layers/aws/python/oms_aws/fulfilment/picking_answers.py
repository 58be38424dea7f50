"""Answers to a warehouse that picks: its fulfilments, and what it needs to know of each product."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from oms_aws.fulfilment.answers import Fulfilment
from oms_aws.orders.fulfilment_answers import ComponentPieces, LinePieces
from oms_aws.platform.answers import Cursor, Told
from oms_aws.platform.models import Model


class ToPick(Model):
    """A product as a warehouse needs to know it; weight in grams, sides in millimetres."""

    name: Annotated[dict[str, str], Field(examples=[{"de": "Rucksack 45 l"}])]
    gtin: Annotated[str | None, Field(examples=["4006381333931"])]
    bin: Annotated[
        str | None, Field(description="Where it lies in this warehouse.", examples=["Z1-02"])
    ]
    weight_g: Annotated[int, Field(examples=[1450])]
    length_mm: Annotated[int, Field(examples=[650])]
    width_mm: Annotated[int, Field(examples=[320])]
    height_mm: Annotated[int, Field(examples=[240])]
    hazard_class: Annotated[str | None, Field(description="ADR.", examples=[None])]
    un_number: Annotated[str | None, Field(examples=[None])]
    lithium: bool
    minimum_age: Annotated[int, Field(description="In years.", examples=[0])]
    fragile: bool
    personalisable: bool
    hs_code: Annotated[str | None, Field(examples=["42029291"])]
    origin: Annotated[str | None, Field(examples=["DE"])]
    packing_note: Annotated[str | None, Field(examples=["Wrap it in paper, not in foil."])]


KNOWN = Field(description="As it is now; null if it is not known any more.")


class ComponentToPick(ComponentPieces):
    """Pieces of a component of a bundle, which is what lies in the bins."""

    product: Annotated[ToPick | None, KNOWN]


class LineToPick(LinePieces):
    """Pieces of a line; `components` is what is in all these pieces of a bundle."""

    components: Annotated[  # type: ignore[assignment]
        list[ComponentToPick], Field(examples=[[]], default=[])
    ]
    product: Annotated[ToPick | None, KNOWN]


class FulfilmentToPick(Fulfilment):
    """Pieces that a warehouse has to pick, pack and ship, and to whom."""

    lines: list[LineToPick]  # type: ignore[assignment]


class Fulfilments(Model):
    """A page of fulfilments."""

    items: list[FulfilmentToPick]
    cursor: Cursor


ANSWERS = {
    "GET /v1/fulfilments": Told(Fulfilments),
    "GET /v1/fulfilments/{fulfilment}": Told(FulfilmentToPick),
}
