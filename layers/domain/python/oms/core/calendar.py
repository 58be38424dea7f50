"""Calendars: on which days nobody works, in which part of which country."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from holidays import HolidayBase


def is_holiday(day: date, country: str, region: str | None, categories: tuple[str, ...]) -> bool:
    """True on a holiday of one of the categories there.

    `country` is ISO 3166-1 alpha-2, `region` its subdivision of ISO 3166-2 without the country, as
    in `BY`. The category `public` are the statutory holidays that all of the region has; others
    are such as `catholic` for the Bavarian communities that keep Assumption Day (Art. 1 FTG). No
    country that the package `holidays` does not know has any.
    """
    known = _holidays(country, region, categories)
    return known is not None and day in known


def is_holiday_anywhere(day: date, country: str) -> bool:
    """True on a statutory holiday of the country, or of any of its subdivisions."""
    return any(is_holiday(day, country, region, ("public",)) for region in _regions(country))


@cache
def _regions(country: str) -> tuple[str | None, ...]:
    from holidays import list_supported_countries

    return (None, *list_supported_countries(include_aliases=False).get(country, ()))


def calendar_fault(country: str, region: str | None, categories: tuple[str, ...]) -> str:
    """Fault of a region and its categories of holidays, in words; empty if there is none."""
    if region is None and categories == ("public",):
        return ""
    from holidays import list_supported_countries

    if country not in list_supported_countries():
        return f"the holidays of {country} are not known: leave out region and name closures"
    try:
        _holidays(country, region, categories)
    except (NotImplementedError, ValueError) as error:
        return str(error)
    return ""


@cache
def _holidays(country: str, region: str | None, categories: tuple[str, ...]) -> HolidayBase | None:
    """The holidays, which fill in each year when one of its days is asked for."""
    from holidays import country_holidays, list_supported_countries

    if country not in list_supported_countries():
        return None
    return country_holidays(country, subdiv=region, categories=categories)


BOOKS_ARE_KEPT_IN = ZoneInfo("Europe/Berlin")
"""A date on a document is the day in Germany, whatever zone the time came in."""


def book_day(at: datetime) -> date:
    """The day of the books on which something happened."""
    return at.astimezone(BOOKS_ARE_KEPT_IN).date()
