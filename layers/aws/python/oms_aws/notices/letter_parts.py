"""Parts of many letters: who writes, pieces, parcels, and where money goes."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from msgspec import Struct


class Shop(Struct, frozen=True):
    """Shop that writes, and where the customer can answer."""

    name: str
    support_email: str


class Item(Struct, frozen=True):
    """Pieces of an order line; `total` is what they cost, where that is of interest.

    `exclusion` is why a consumer cannot withdraw from them (`oms.master.exclusions`), if so.
    """

    description: str
    quantity: int
    sku: str = ""
    total: Decimal | None = None
    exclusion: str = ""


class ShippedParcel(Struct, frozen=True):
    """A parcel on its way."""

    carrier: str
    tracking_number: str
    tracking_url: str | None = None


class WaitingItem(Struct, frozen=True):
    """Pieces still to come; `expected` is their day in words, None while nobody knows it.

    `how`: they are expected in, leave a warehouse by, or are promised for that day.
    """

    description: str
    quantity: int
    sku: str
    expected: str | None = None
    how: Literal["expected", "leaves", "promised"] = "expected"


class BankDetails(Struct, frozen=True):
    """Account that money goes to, and what the payer writes."""

    holder: str
    name: str
    iban: str
    bic: str | None
    reference: str
