"""Events of an order about stock and what waits for it."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from oms.core.events import DomainEvent
from oms.core.formats import unchanged
from oms.orders.lines import Pieces, ProductSnapshot


class OrderSourced(DomainEvent, frozen=True, tag="Order.Sourced"):
    """Master data of the lines and the customer, as far as they differ from the rule."""

    upgrades: ClassVar = (unchanged,)
    natures: dict[str, ProductSnapshot]
    rank: int
    partial_allowed: bool
    reserve_hours: int
    at: datetime


class StockReserved(DomainEvent, frozen=True, tag="Stock.Reserved"):
    """Pieces of an order that are promised from stock, by line."""

    pieces: Pieces
    at: datetime


class StockReleased(DomainEvent, frozen=True, tag="Stock.Released"):
    """The reservation of a held order has expired: what it held is open again."""

    pieces: dict[str, Pieces]
    at: datetime


class LineBackordered(DomainEvent, frozen=True, tag="Line.Backordered"):
    """Pieces that wait for stock, by line; they were in the line state `origin`."""

    pieces: Pieces
    origin: str
    at: datetime


class BackorderAllocated(DomainEvent, frozen=True, tag="Backorder.Allocated"):
    """Pieces that waited and got stock, by line."""

    pieces: Pieces
    at: datetime


class EtaChanged(DomainEvent, frozen=True, tag="Eta.Changed"):
    """Days on which waiting pieces are expected now, by line; `first` if a line had none before."""

    expected: dict[str, date | None]
    first: bool
    at: datetime


class BackorderDue(DomainEvent, frozen=True, tag="Backorder.Due"):
    """The day has come on which these lines were expected, or may be sold."""

    lines: tuple[str, ...]
    at: datetime
