"""Parties of a sale: people and companies with their postal addresses, and their language."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from oms.core.pseudonyms import Personal
from oms.core.values import Value


class Address(Value, frozen=True, omit_defaults=True):
    """A postal address; `country` is ISO 3166-1 alpha-2."""

    name: Personal
    line1: Personal
    postal_code: Personal
    city: Personal
    country: str
    company: Personal | None = None
    line2: Personal | None = None
    region: Personal | None = None


class Person(Value, frozen=True):
    """Someone of the customer's who can be written to."""

    id: str
    name: Personal
    email: Personal


PriceMode = Literal["gross", "net"]


Language = Literal["de", "en"]


class Party(Struct, frozen=True, kw_only=True):
    """The buyer, or who receives the goods; `number` is the customer number."""

    name: str
    line1: str
    postal_code: str
    city: str
    country: str
    company: str | None = None
    line2: str | None = None
    region: str | None = None
    vat_id: str | None = None
    number: str | None = None
    email: str | None = None


def party_of(address: Address, *, company: str | None = None) -> Party:
    """Party that an address names; `company` where that is known from elsewhere."""
    return Party(
        name=address.name,
        company=company or address.company,
        line1=address.line1,
        line2=address.line2,
        postal_code=address.postal_code,
        city=address.city,
        region=address.region,
        country=address.country,
    )
