"""Requests for a deposit."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field, WithJsonSchema

from oms_aws.platform.models import Amount, Digits, Model
from oms_aws.platform.moments import PlannedDay

Percent = Annotated[
    Decimal,
    Digits,
    Field(gt=0, le=100, decimal_places=2),
    WithJsonSchema(
        {"type": "string", "pattern": r"^[0-9]{1,3}(\.[0-9]{1,2})?$", "examples": ["30"]}
    ),
]


class AskDeposit(Model):
    """A part of the order, as an amount in its price mode or as a percentage; and until when.

    Without a day it is due as agreed with the customer.
    """

    amount: Amount | None = None
    percent: Percent | None = None
    due_on: PlannedDay | None = None

    def faults(self) -> dict[str, str]:
        if (self.amount is None) == (self.percent is None):
            return {"amount": "needs either amount or percent"}
        return {}
