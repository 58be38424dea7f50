"""The tax cases that nobody but a person decides, each by its name."""

from __future__ import annotations

from oms.core.refusals import Refusal


class TaxRefusal(Refusal):
    """A case that the table does not decide; somebody must, it is never guessed."""


class UnknownPlace(TaxRefusal):
    """Not a country of ISO 3166-1 alpha-2."""


class UnknownCategory(TaxRefusal):
    """A tax category that the table does not have."""


class NoRateYet(TaxRefusal):
    """The date of supply lies before the first rate of the table."""


class ForeignDispatch(TaxRefusal):
    """The goods leave from a country in which the seller is not registered."""


class DestinationTax(TaxRefusal):
    """Taxed at the destination before the reform of 1 July 2021: its rates are not in the table."""


class NoExchangeRate(TaxRefusal):
    """Nothing says what a currency is in euro, in which taxes are owed."""
