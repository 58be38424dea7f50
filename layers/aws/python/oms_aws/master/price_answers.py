"""Answers about price lists and their prices, route by route."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from oms_aws.master.answers import Changes, Stored
from oms_aws.platform.answers import Currency, Cursor, Money, Sku, Told, Version
from oms_aws.platform.models import Model


class PriceList(Model):
    """For which customers a price list is, and on which days; both days count."""

    id: Annotated[str, Field(examples=["clubs-2026"])]
    currency: Currency
    price_mode: Literal["gross", "net"]
    group: Annotated[str | None, Field(description="Null: for all.", examples=["clubs"])]
    valid_from: Annotated[date | None, Field(examples=["2026-01-01"])]
    valid_to: Annotated[date | None, Field(examples=["2026-12-31"])]
    version: Annotated[Version, Field(examples=[1])]


class PriceLists(Model):
    """A page of price lists."""

    items: list[PriceList]
    cursor: Cursor


class Break(Model):
    """The price of one piece when at least so many are bought."""

    from_quantity: Annotated[int, Field(ge=1, examples=[10])]
    unit_price: Money


class Price(Model):
    """Price of a SKU in a price list, by rising quantity."""

    list: Annotated[str, Field(examples=["clubs-2026"])]
    sku: Sku
    breaks: tuple[Break, ...]
    version: Annotated[Version, Field(examples=[1])]


class Prices(Model):
    """A page of the prices of a list."""

    items: list[Price]
    cursor: Cursor


ONE_PRICE = "/v1/price-lists/{list}/prices/{sku}"
PRICED = (
    "The list or the product is unknown (`price_list_unknown`, `product_unknown`), or the "
    "price has more decimal places than its currency (`price_too_fine`)."
)
ANSWERS: dict[str, Told] = {
    "PUT /v1/price-lists/{list}": Told(
        PriceList,
        ("ETag",),
        "The list has another currency or price mode already (`currency_differs`).",
    ),
    "GET /v1/price-lists/{list}": Told(PriceList, ("ETag",)),
    "GET /v1/price-lists": Told(PriceLists),
    "GET /v1/price-lists/{list}/history": Told(Changes),
    f"PUT {ONE_PRICE}": Told(Price, ("ETag",), PRICED),
    f"GET {ONE_PRICE}": Told(Price, ("ETag",)),
    f"GET {ONE_PRICE}/history": Told(Changes),
    "GET /v1/price-lists/{list}/prices": Told(Prices),
    "POST /v1/prices/batch": Told(Stored),
}
