"""Reservations: open pieces get stock or wait for it."""

from __future__ import annotations

from datetime import datetime

from oms.orders.applying import tell
from oms.orders.lines import Pieces
from oms.orders.order import Order
from oms.orders.sourcing_events import BackorderAllocated, LineBackordered, StockReserved


def reserve(order: Order, taken: Pieces, short: Pieces, *, at: datetime) -> Order:
    """Open pieces become reserved (`taken`) or backordered (`short`)."""
    if taken:
        order = tell(order, StockReserved(taken, at))
    if short:
        order = tell(order, LineBackordered(short, "open", at))
    return order


def lose_reservation(order: Order, pieces: Pieces, *, at: datetime) -> Order:
    """Reserved pieces that no shelf covers any more wait in backorder again."""
    return tell(order, LineBackordered(pieces, "reserved", at)) if pieces else order


def allocate(order: Order, pieces: Pieces, *, at: datetime) -> Order:
    """Backordered pieces got stock."""
    return tell(order, BackorderAllocated(pieces, at)) if pieces else order
