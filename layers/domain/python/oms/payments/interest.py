"""Default interest: the statutory rate by date, and what it comes to over days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from oms.core import money

BASE_RATES: Mapping[date, Decimal] = {
    date(2016, 7, 1): Decimal("-0.88"),
    date(2023, 1, 1): Decimal("1.62"),
    date(2023, 7, 1): Decimal("3.12"),
    date(2024, 1, 1): Decimal("3.62"),
    date(2024, 7, 1): Decimal("3.37"),
    date(2025, 1, 1): Decimal("2.27"),
    date(2025, 7, 1): Decimal("1.27"),
}
"""The base rate of § 247 BGB in percent, from each day on; Deutsche Bundesbank announces it for
1 January and 1 July. A shop adds later ones (`dunning.base_rates`); until then the last one goes
on."""

POINTS = {"B2C": Decimal(5), "B2B": Decimal(9)}
"""Points above it: § 288 (1) BGB, and (2) where no consumer takes part."""

LUMP_SUM = Decimal(40)
"""EUR, of debtors who are no consumers: § 288 (5) BGB."""


def base_rate(on: date, more: Mapping[date, Decimal] | None = None) -> Decimal:
    """The base rate in percent on a day; `more` are rates that are known besides."""
    rates = {**BASE_RATES, **(more or {})}
    return rates[max(day for day in rates if day <= on)]


def interest(
    amount: Decimal,
    first: date,
    until: date,
    points: Decimal,
    currency: str,
    more: Mapping[date, Decimal] | None = None,
) -> Decimal:
    """Simple interest over the days from `first` to before `until`, rounded once.

    By days of the year (365 or 366), without interest on interest: § 289 BGB.
    """
    sum_, day = Fraction(0), first
    while day < until:
        rate = max(Decimal(0), base_rate(day, more) + points)
        ends = [d for d in {**BASE_RATES, **(more or {})} if day < d < until]
        following = min([*ends, until, date(day.year + 1, 1, 1)])
        year = 366 if (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days == 366 else 365
        sum_ += Fraction(amount * rate) * (following - day).days / (100 * year)
        day = following
    exact = Decimal(sum_.numerator) / Decimal(sum_.denominator)
    return money.rounded(exact, currency)


def in_default_since(due_on: date, reminded_on: date | None, buyer: str) -> date | None:
    """The first day of default: after the first reminder (§ 286 (1) BGB).

    Who is no consumer is so 30 days after the invoice is due in any case (§ 286 (3) BGB).
    """
    days = [reminded_on + timedelta(1)] if reminded_on else []
    if buyer == "B2B":
        days.append(due_on + timedelta(31))
    return min(days, default=None)
