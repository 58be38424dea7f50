"""Requests about returns: what is to come back, what came, and what is paid back."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from oms.returns.inspection import Disposition, Grade
from oms.returns.rma import Basis, Reason
from oms.returns.verdicts import Decision
from oms_aws.platform.models import MOST_LINES, Id, Model, Quantity, Text
from oms_aws.platform.moments import Counted
from oms_aws.returns.models import faults_of

MOST_RECEIVED = 20
"""One transaction books all of a receipt: each line also in the stock of its SKU, and its log."""


class ReturnLineIn(Model):
    """Pieces of a line that are to come back."""

    number: Id
    quantity: Quantity
    reason: Reason = "unknown"


class AnnounceReturn(Model):
    """A return: of which order (its id, or the shop's number), what, and why.

    `withdrawal` is the consumer's statement that it follows from; its pieces are paid back whatever
    their condition.
    """

    order: Id
    lines: Annotated[list[ReturnLineIn], Field(min_length=1, max_length=MOST_LINES)]
    basis: Basis = "goodwill"
    withdrawal: Id | None = None

    def faults(self) -> dict[str, str]:
        """Faults across fields: field -> reason."""
        found = faults_of(self.lines)
        if self.withdrawal and self.basis != "withdrawal":
            found["basis"] = "is withdrawal where one is named"
        return found


class InspectedIn(Model):
    """Pieces of a line that came back in one condition."""

    number: Id
    quantity: Quantity
    grade: Grade = "A"
    disposition: Disposition = "restock"


class UnexpectedIn(Model):
    """Something in the parcel that the order has not."""

    sku: Id
    quantity: Quantity


class GoodsReceiptIn(Model):
    """A parcel that came back: the warehouse's number of it, where, when, and what was in it.

    A line may stand there several times, in different conditions. Nothing at all may be in it.
    """

    number: Id
    location: Id
    received_at: Counted | None = None
    lines: Annotated[list[InspectedIn], Field(max_length=MOST_RECEIVED)]
    unexpected: Annotated[list[UnexpectedIn], Field(max_length=MOST_LINES)] = []


class ReturnDecisionIn(Model):
    """Decision on the pieces of a line."""

    number: Id
    decision: Decision


class DecideReturn(Model):
    """Decisions on lines of a receipt, with the reason."""

    receipt: Id
    lines: Annotated[list[ReturnDecisionIn], Field(min_length=1, max_length=MOST_LINES)]
    reason: Annotated[Text, Field(min_length=1)]


class CloseReturn(Model):
    """Reason that nothing more is expected of a return."""

    reason: Annotated[Text, Field(min_length=1)]
