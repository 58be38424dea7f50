"""Requests about purchase orders: what is to come, and what has come."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from oms_aws.platform.models import Id, Model, Name, Quantity
from oms_aws.platform.moments import Counted, PlannedDay

MOST_LINES = 48
"""One transaction replaces all lines of a purchase order, each being an action."""

MOST_RECEIVED = 20
"""One transaction books all of a receipt, each line also in the stock of its SKU and its log."""


class PurchaseLineIn(Model):
    """Pieces of a SKU that a supplier is to deliver on a day."""

    number: Id
    sku: Id
    quantity: Quantity
    expected_on: PlannedDay


class PurchaseIn(Model):
    """A purchase order; of a cancelled one nothing more is to come."""

    location: Id
    supplier: Name | None = None
    lines: Annotated[list[PurchaseLineIn], Field(min_length=1, max_length=MOST_LINES)]
    cancelled: bool = False

    def faults(self) -> dict[str, str]:
        """Faults across fields: field -> reason."""
        first: dict[str, int] = {}
        return {
            f"lines.{n}.number": f"lines.{first[line.number]} has this number already"
            for n, line in enumerate(self.lines)
            if first.setdefault(line.number, n) != n
        }


class ReceivedLine(Model):
    """Pieces of a line that have come."""

    number: Id
    quantity: Quantity


class ReceiptIn(Model):
    """Goods that have come: the number on their delivery note, and when (now, unless said)."""

    number: Id
    received_at: Counted | None = None
    lines: Annotated[list[ReceivedLine], Field(min_length=1, max_length=MOST_RECEIVED)]
