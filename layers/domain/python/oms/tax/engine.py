"""The tax engine: which rate, category, note and legal reason a supply has, from one table."""

from __future__ import annotations

from oms.tax.cases import Category, Text
from oms.tax.exchange import Exchange, MonthRates, exchange_on, known_for, without_need
from oms.tax.places import Territory, territory_of
from oms.tax.rates import rate
from oms.tax.refusals import (
    DestinationTax,
    ForeignDispatch,
    NoExchangeRate,
    NoRateYet,
    TaxRefusal,
    UnknownCategory,
    UnknownPlace,
)
from oms.tax.seller import LocalRegistration, Registrations
from oms.tax.table import CATEGORIES, SHIFTED_FROM, Kind, Supply, TaxDecision, decide, registered
from oms.tax.threshold import LIMIT, Watch, YearSales, exchange_of, in_euro

__all__ = [
    "CATEGORIES",
    "LIMIT",
    "SHIFTED_FROM",
    "Category",
    "DestinationTax",
    "Exchange",
    "ForeignDispatch",
    "Kind",
    "LocalRegistration",
    "MonthRates",
    "NoExchangeRate",
    "NoRateYet",
    "Registrations",
    "Supply",
    "TaxDecision",
    "TaxRefusal",
    "Territory",
    "Text",
    "UnknownCategory",
    "UnknownPlace",
    "Watch",
    "YearSales",
    "decide",
    "exchange_of",
    "exchange_on",
    "in_euro",
    "known_for",
    "rate",
    "registered",
    "territory_of",
    "without_need",
]
