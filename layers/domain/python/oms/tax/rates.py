"""VAT rates: one dated table for all member states, and for regions with their own rates."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from oms.tax.refusals import NoRateYet, UnknownCategory

RateCategory = Literal["standard", "reduced", "reduced_2", "super_reduced", "parking", "zero"]


class Rates(Struct, frozen=True):
    """The rates in percent from a day on; `why` names the law where it changed them."""

    since: date
    standard: Decimal | None = None
    reduced: Decimal | None = None
    reduced_2: Decimal | None = None
    super_reduced: Decimal | None = None
    parking: Decimal | None = None
    zero: Decimal | None = None
    why: str = ""

    def of(self, category: str) -> Decimal | None:
        """The rate of a category, None when there is no such rate."""
        rate: Decimal | None = getattr(self, category)
        return rate


class State(Struct, frozen=True):
    """A member state, the law that sets its rates, and these, newest first."""

    name: str
    law: str
    rates: tuple[Rates, ...]


class Region(Struct, frozen=True):
    """A part of a member state with rates of its own; what it does not name is its state's.

    `established_only` regions favour only those sellers who sit there.
    """

    id: str
    state: str
    name: str
    postal_codes: str
    established_only: bool
    law: str
    rates: tuple[Rates, ...]


class _Table(Struct, frozen=True):
    about: str
    states: dict[str, State]
    regions: tuple[Region, ...]


@cache
def _table() -> _Table:
    return msgspec.json.decode(Path(__file__).with_name("rates.json").read_bytes(), type=_Table)


def states() -> dict[str, State]:
    """All states of the table by ISO 3166-1 code; Northern Ireland is XI."""
    return _table().states


def regions() -> tuple[Region, ...]:
    """All regions with rates of their own."""
    return _table().regions


def region_of(state: str, postal_code: str) -> Region | None:
    """The region in which a postal code of a state lies."""
    digits = re.sub(r"\D", "", postal_code)
    for region in regions():
        if region.state == state and re.fullmatch(region.postal_codes, digits):
            return region
    return None


def rate(state: str, category: str, on: date, region: Region | None = None) -> Decimal:
    """The rate in percent of a state, or of its region, on the day of supply.

    A rate that the state does not have that day is its standard rate: reductions are exceptions
    (Art. 96, 98 of the Directive 2006/112/EC). Raises UnknownCategory and NoRateYet.
    """
    if category not in Rates.__struct_fields__[1:-1]:
        raise UnknownCategory("unknown_tax_category", f"no rate for category {category!r}")
    general = _on(states()[state].rates, on)
    if general is None:
        raise NoRateYet("no_tax_rate", f"no rate of {state} is known for {on.isoformat()}")
    special = _on(region.rates, on) if region else None
    for name in (category, "standard"):
        for rates in (special, general):
            found = rates.of(name) if rates else None
            if found is not None:
                return found
    raise NoRateYet("no_tax_rate", f"{state} has no standard rate on {on.isoformat()}")


def _on(rates: tuple[Rates, ...], on: date) -> Rates | None:
    return next((each for each in rates if on >= each.since), None)
