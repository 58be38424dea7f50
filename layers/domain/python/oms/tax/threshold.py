"""The threshold of distance sales: 10,000 EUR net in this and in last year (§ 3c (4) UStG)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from oms.tax.exchange import EURO, Exchange, exchange_on
from oms.tax.refusals import NoExchangeRate
from oms.tax.seller import Registrations

LIMIT = Decimal(10000)
"""Art. 59c (1) (c) of the Directive 2006/112/EC, in EUR net."""

Standing = Literal["below", "above"]


class YearSales(Struct, frozen=True, kw_only=True):
    """Sales of a seller in a calendar year that count: net in EUR, and whether they crossed."""

    year: int
    net: Decimal = Decimal(0)
    crossed: bool = False

    def adding(self, net: Decimal, seller: Registrations) -> YearSales:
        """The year after another sale; a year that has crossed stays so, whatever is credited."""
        total = self.net + net
        crossed = self.crossed or total + _elsewhere(seller, self.year) > LIMIT
        return YearSales(year=self.year, net=total, crossed=crossed)


class Watch(Struct, frozen=True, kw_only=True):
    """This and last year of a seller, as the decision about a sale needs them."""

    this: YearSales
    last: YearSales

    def standing(self, net: Decimal, seller: Registrations) -> Standing:
        """Standing of a sale of `net` EUR: the one that crosses is itself above (Art. 59c (2))."""
        last = self.last.adding(Decimal(0), seller)
        return "above" if last.crossed or self.this.adding(net, seller).crossed else "below"


def exchange_of(currency: str, seller: Registrations, on: date) -> Exchange | None:
    """At which rate a document in a currency is converted, None for euro; raises NoExchangeRate."""
    if currency == EURO:
        return None
    found = exchange_on(currency, on, seller.exchange)
    if found is None:
        text = f"no exchange rate for {currency} in {on:%Y-%m} or before: taxes are in EUR"
        raise NoExchangeRate("no_exchange_rate", text, {"tax.exchange": f"{currency} is missing"})
    return found


def in_euro(amount: Decimal, currency: str, seller: Registrations, on: date) -> Decimal:
    """An amount in EUR, in whole cents; raises NoExchangeRate."""
    found = exchange_of(currency, seller, on)
    return found.euro(amount) if found else amount


def _elsewhere(seller: Registrations, year: int) -> Decimal:
    return seller.sold_elsewhere.get(str(year), Decimal(0))
