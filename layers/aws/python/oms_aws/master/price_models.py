"""Requests about price lists and the prices in them."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from oms_aws.platform.models import Amount, Currency, Id, Model, Quantity
from oms_aws.platform.moments import Day


class PriceListIn(Model):
    """For which customers (`group` null: all) a list is, and on which days; both days count."""

    currency: Currency
    price_mode: Literal["gross", "net"]
    group: Id | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None

    @model_validator(mode="after")
    def check_days(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError("valid_from lies after valid_to")
        return self


class BreakIn(Model):
    """The price of one piece when at least so many are bought."""

    from_quantity: Quantity
    unit_price: Amount


class PriceIn(Model):
    """Price of a SKU, by rising quantity."""

    breaks: Annotated[tuple[BreakIn, ...], Field(max_length=50)]

    @model_validator(mode="after")
    def check_rising(self) -> Self:
        quantities = [each.from_quantity for each in self.breaks]
        if quantities != sorted(set(quantities)):
            raise ValueError("the quantities of the breaks must rise")
        return self


class PriceRow(PriceIn):
    """A price of a batch."""

    list: Id
    sku: Id
