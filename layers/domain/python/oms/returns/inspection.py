"""Inspection: what came back in a parcel, in which condition, and where each piece goes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from oms.core.values import Value
from oms.orders.lines import Pieces, summed
from oms.returns.verdicts import Decision

Grade = Literal["A", "B", "C", "D"]
"""A: as new. B: opened, complete. C: used, or incomplete. D: broken, or worth nothing."""

Disposition = Literal["restock", "quarantine", "refurbish", "supplier", "scrap"]
"""Where a piece goes. Only `restock` brings it back on the shelf, and so to those who wait."""


class Inspected(Value, frozen=True, omit_defaults=True):
    """Pieces of a line that came back, and whether they are paid back.

    `decision` is None while a clerk has to take it; `decided_by` and `reason` are the clerk's.
    """

    number: str
    sku: str
    quantity: int
    grade: Grade
    disposition: Disposition
    decision: Decision | None = "accepted"
    decided_by: str = ""
    reason: str = ""


class Unexpected(Value, frozen=True, omit_defaults=True):
    """Something in the parcel that the order has not: a clerk has to find out whose it is."""

    sku: str
    quantity: int


class GoodsReceipt(Value, frozen=True, omit_defaults=True):
    """A parcel that came back to a warehouse; `number` is the warehouse's own of it."""

    number: str
    location: str
    received_at: datetime
    by: str
    lines: tuple[Inspected, ...] = ()
    unexpected: tuple[Unexpected, ...] = ()

    @property
    def pieces(self) -> Pieces:
        """Pieces that came back, by line."""
        return _summed(self.lines)

    @property
    def accepted(self) -> Pieces:
        """Pieces that are paid back, by line."""
        return _summed(each for each in self.lines if each.decision == "accepted")

    @property
    def restocked(self) -> Pieces:
        """Pieces that go back on the shelf, by line."""
        return _summed(each for each in self.lines if each.disposition == "restock")


def _summed(lines: Iterable[Inspected]) -> Pieces:
    return summed({each.number: each.quantity} for each in lines)
