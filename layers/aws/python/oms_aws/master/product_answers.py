"""Answers about products, route by route."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from oms.master.exclusions import Exclusion
from oms_aws.master.answers import Changes, Stored
from oms_aws.master.models import TaxCategory
from oms_aws.platform.answers import Currency, Cursor, Pieces, Sku, Told, Version
from oms_aws.platform.models import Model


class Component(Model):
    """One part of a bundle: so many pieces of a SKU for each piece of the bundle."""

    sku: Sku
    quantity: Pieces


class Product(Model):
    """Master data of a product; weight in grams, sides in millimetres, list price gross."""

    sku: Sku
    name: Annotated[
        dict[str, str], Field(examples=[{"de": "Rucksack 45 l", "en": "Backpack 45 l"}])
    ]
    weight_g: Annotated[int, Field(examples=[1450])]
    length_mm: Annotated[int, Field(examples=[650])]
    width_mm: Annotated[int, Field(examples=[320])]
    height_mm: Annotated[int, Field(examples=[240])]
    tax_category: TaxCategory
    tax_abroad: Annotated[
        dict[str, str],
        Field(description="By state, where it is another one.", examples=[{"IT": "super_reduced"}]),
    ]
    list_price: Annotated[str | None, Field(examples=["129.90"])]
    price_currency: Currency
    kind: Annotated[str, Field(examples=["stock"])]
    components: list[Component]
    personalisable: bool
    gtin: Annotated[str | None, Field(examples=["4006381333931"])]
    hs_code: Annotated[str | None, Field(examples=["42029291"])]
    origin: Annotated[str | None, Field(examples=["DE"])]
    hazard_class: Annotated[str | None, Field(examples=[None])]
    un_number: Annotated[str | None, Field(examples=[None])]
    lithium: bool
    minimum_age: Annotated[int, Field(description="In years.", examples=[0])]
    fragile: bool
    bins: Annotated[
        dict[str, str],
        Field(description="Where it lies, by warehouse.", examples=[{"MUC": "Z1-02"}]),
    ]
    packing_note: Annotated[str | None, Field(examples=["Wrap it in paper, not in foil."])]
    group: Annotated[str | None, Field(examples=["bags"])]
    available_from: Annotated[date | None, Field(examples=[None])]
    withdrawal_exclusion: Annotated[
        Exclusion | None,
        Field(description="Why consumers cannot withdraw from it (§ 312g (2) BGB)."),
    ]
    backorder_limit: Annotated[int | None, Field(examples=[None])]
    buckets: Annotated[int, Field(examples=[0])]
    owner: Annotated[
        str | None,
        Field(
            description="The shop whose key may change it; null: none, or another one than yours.",
            examples=["berg-beutel"],
        ),
    ]
    version: Annotated[Version, Field(examples=[1])]


class Products(Model):
    """A page of products."""

    items: list[Product]
    cursor: Cursor


KIND = (
    "The SKU is known and is a bundle, or is none: this cannot change (`kind_differs`), or a "
    "component is no product, or is a bundle itself (`component_unknown`)."
)
ANSWERS: dict[str, Told] = {
    "PUT /v1/products/{sku}": Told(Product, ("ETag",), KIND),
    "PUT /v1/products/{sku}/owner": Told(Product, ("ETag",)),
    "GET /v1/products/{sku}": Told(Product, ("ETag",)),
    "GET /v1/products": Told(Products),
    "GET /v1/products/{sku}/history": Told(Changes),
    "POST /v1/products/batch": Told(Stored),
}
