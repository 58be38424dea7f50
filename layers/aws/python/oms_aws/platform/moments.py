"""Times that callers send: plausible ones, in a window around now that the refusal names."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ValidationInfo, WithJsonSchema

from oms.core.clocks import SKEW

FIRST_YEAR, LAST_YEAR = 2000, 2199
"""Years that a time lies in wherever nothing narrower is said."""

LONG_AGO = timedelta(days=731)
"""How far back a count may lie."""

AHEAD = timedelta(days=7)
"""How far ahead what a shop, its payment provider or a carrier says may lie."""


MONTH_AHEAD = timedelta(days=31)
"""How far ahead the value date of a payment may lie."""

YEARS_AHEAD = timedelta(days=1_096)
"""How far ahead a day may be planned."""


def _written(given: Any) -> Any:
    """Only text is a time: a bare number would be taken for seconds since 1970."""
    if isinstance(given, datetime):
        return given
    if not isinstance(given, str) or not given.isascii() or "-" not in given[:5]:
        raise ValueError("is no time like 2026-11-23T10:15:00+01:00")
    return given


def _within(back: timedelta | None, ahead: timedelta | None) -> Callable[..., datetime]:
    def check(at: datetime, info: ValidationInfo) -> datetime:
        if not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise ValueError(f"lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
        now = (info.context or {}).get("now")
        if now is not None and back is not None and at < now - back:
            raise ValueError(f"lies more than {_said(back)} back")
        if now is not None and ahead is not None and at > now + ahead:
            raise ValueError(f"lies more than {_said(ahead)} ahead")
        return at

    return check


def _said(much: timedelta) -> str:
    if much.days:
        return f"{much.days} days" if much.days > 1 else "1 day"
    return f"{much.seconds // 60} minutes"


_TEXT = WithJsonSchema({"type": "string", "format": "date-time"})
Moment = Annotated[
    AwareDatetime, BeforeValidator(_written), AfterValidator(_within(None, None)), _TEXT
]
"""Any time in the years above."""

Told = Annotated[
    AwareDatetime, BeforeValidator(_written), AfterValidator(_within(None, AHEAD)), _TEXT
]
"""When something happened that somebody tells of: from 2000 on, at most a week ahead."""

Counted = Annotated[
    AwareDatetime, BeforeValidator(_written), AfterValidator(_within(LONG_AGO, SKEW)), _TEXT
]
"""When a warehouse counted or took in: in the last two years, at most five minutes from now."""


def _day(given: Any) -> Any:
    """Only text is a day: a bare number would be taken for seconds since 1970."""
    if isinstance(given, date) and not isinstance(given, datetime):
        return given
    if not isinstance(given, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", given):
        raise ValueError("is no day like 2026-11-23")
    return given


def _day_within(ahead: timedelta | None) -> Callable[..., date]:
    def check(on: date, info: ValidationInfo) -> date:
        if not FIRST_YEAR <= on.year <= LAST_YEAR:
            raise ValueError(f"lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
        now = (info.context or {}).get("now")
        if now is not None and ahead is not None and on > (now + ahead).date():
            raise ValueError(f"lies more than {_said(ahead)} ahead")
        return on

    return check


_DATE = WithJsonSchema({"type": "string", "format": "date"})
Day = Annotated[date, BeforeValidator(_day), AfterValidator(_day_within(None)), _DATE]
"""Any day in the years above."""

PlannedDay = Annotated[date, BeforeValidator(_day), AfterValidator(_day_within(YEARS_AHEAD)), _DATE]
"""A day that something is planned for, or was: at most three years ahead."""

ToldDay = Annotated[date, BeforeValidator(_day), AfterValidator(_day_within(MONTH_AHEAD)), _DATE]
"""The day on which something happened that somebody tells of: at most a month ahead."""
