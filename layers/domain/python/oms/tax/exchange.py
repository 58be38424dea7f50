"""Rates of exchange: what an amount in another currency is in euro, month by month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from msgspec import Struct

from oms.core import money

EURO = "EUR"
UNKNOWN = "0000-00"
"""A month before all others, for sums that need no rate: its rates name no source."""


class MonthRates(Struct, frozen=True, kw_only=True):
    """The rates of a month, in units of a currency for one euro, and where they were published.

    Tax authorities publish them for each month (§ 16 (6) UStG; Art. 91 (2), 230 of the Directive
    2006/112/EC).
    """

    source: str
    rates: dict[str, Decimal]


class Exchange(Struct, frozen=True, kw_only=True):
    """The rate that a document is converted at: `per_euro` units of its currency are one euro."""

    per_euro: Decimal
    month: str
    source: str

    def euro(self, amount: Decimal) -> Decimal:
        """An amount in euro, rounded half-up to the cent."""
        return money.rounded(amount / self.per_euro, EURO)


Table = Mapping[str, MonthRates]
"""Rates by month, `YYYY-MM`."""


def month_of(day: date) -> str:
    """The month of a day as tables name it."""
    return f"{day:%Y-%m}"


def known_for(currency: str, day: date, table: Table) -> bool:
    """True if orders in a currency can be taken on a day: its month has a rate."""
    month = table.get(month_of(day))
    return currency == EURO or bool(month and currency in month.rates)


def exchange_on(currency: str, day: date, table: Table) -> Exchange | None:
    """The rate of the month of a day, or the newest one before; None without any."""
    months = [name for name in table if name <= month_of(day) and currency in table[name].rates]
    if not months:
        return None
    month = max(months)
    rates = table[month]
    return Exchange(per_euro=rates.rates[currency], month=month, source=rates.source)


def without_need(currency: str, table: Table) -> dict[str, MonthRates]:
    """The table with a rate for sums that are right without one, where none is known."""
    return {UNKNOWN: MonthRates(source="", rates={currency: Decimal(1)}), **table}
