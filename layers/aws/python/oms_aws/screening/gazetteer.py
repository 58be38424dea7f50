"""Postcodes of Germany, Austria and Switzerland, made from GeoNames' data (CC BY 4.0)."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path

from oms.screening.gazetteer import Gazetteer, Spot, parsed

TABLES = Path(__file__).parent / "postcodes"
COUNTRIES = ("AT", "CH", "DE")


@cache
def gazetteer() -> Gazetteer:
    """The postcodes that Auftakt brings along, read once."""
    return Gazetteer({country: _table(country) for country in COUNTRIES})


def _table(country: str) -> dict[str, Spot]:
    with gzip.open(TABLES / f"{country.lower()}.tsv.gz", "rt", encoding="ascii") as lines:
        return parsed(lines)
