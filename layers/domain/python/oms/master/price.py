"""Prices: what a SKU costs whom, from when on, and from which quantity."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Literal

from msgspec import Struct


class PriceBreak(Struct, frozen=True):
    """The price of one piece when at least so many are bought."""

    from_quantity: int
    unit_price: Decimal


class PriceList(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """List of prices for a group of customers (None: everybody), on some days (inclusive)."""

    id: str
    currency: str
    price_mode: Literal["gross", "net"]
    group: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    version: int = 0

    def applies(self, *, group: str | None, currency: str, on: date) -> bool:
        """True if it is the list of a customer of that group on that day."""
        return (
            self.currency == currency
            and self.group in (None, group)
            and (self.valid_from or date.min) <= on <= (self.valid_to or date.max)
        )


class Price(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Price of a SKU in a price list; `breaks` by rising quantity."""

    list: str
    sku: str
    breaks: tuple[PriceBreak, ...]
    version: int = 0

    def unit_price(self, quantity: int) -> Decimal | None:
        """The price of one piece when `quantity` are bought, None below the first break."""
        return at_quantity(self.breaks, quantity)


def at_quantity(breaks: Iterable[PriceBreak], quantity: int) -> Decimal | None:
    """The price of the highest break that the quantity reaches."""
    reached = [each for each in breaks if each.from_quantity <= quantity]
    return max(reached, key=lambda each: each.from_quantity).unit_price if reached else None
