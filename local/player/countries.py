"""Invented addresses, one street per country, in the form that the country's post asks for."""

from __future__ import annotations

import csv
import zlib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

_TABLE = Path(__file__).with_name("countries.csv")


class Country(NamedTuple):
    """A country and one place in it."""

    code: str
    names: str
    street: str
    postal_code: str
    city: str
    region: str


@cache
def countries() -> dict[str, Country]:
    """All countries that we know, by code."""
    with _TABLE.open(encoding="utf-8", newline="") as text:
        return {row["code"]: Country(**row) for row in csv.DictReader(text)}


@cache
def _codes() -> dict[str, str]:
    return {
        name.casefold(): country.code
        for country in countries().values()
        for name in country.names.split("|")
    }


def code_of(name: str) -> str | None:
    """ISO 3166-1 alpha-2 code of a country by its name; None when it is not a country we know."""
    return _codes().get(name.strip().casefold())


def address_in(code: str, customer: str) -> dict[str, Any]:
    """An address that is plainly invented and always the same for the same customer."""
    country = countries()[code]
    return {
        "name": f"Replay customer {customer}",
        "company": None,
        "line1": f"{country.street} {zlib.crc32(customer.encode()) % 9_999 + 1}",
        "line2": None,
        "postal_code": country.postal_code,
        "city": country.city,
        "region": country.region or None,
        "country": code,
    }
