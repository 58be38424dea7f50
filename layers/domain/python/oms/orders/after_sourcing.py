"""Orders after events about stock."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from oms.orders.order import Order
from oms.orders.sourcing_events import (
    BackorderAllocated,
    BackorderDue,
    EtaChanged,
    LineBackordered,
    OrderSourced,
    StockReleased,
    StockReserved,
)


def _sourced(order: Order, event: OrderSourced) -> Order:
    lines = tuple(
        replace(line, nature=event.natures[line.number]) if line.number in event.natures else line
        for line in order.lines
    )
    order = order.within("wishes", rank=event.rank, partial_allowed=event.partial_allowed)
    return replace(order.within("screening", reserve_hours=event.reserve_hours), lines=lines)


def _reserved(order: Order, event: StockReserved) -> Order:
    return order.move(event.pieces, "open", "reserved")


def _lapsed(order: Order, event: StockReleased) -> Order:
    for place, pieces in event.pieces.items():
        order = order.move(pieces, place, "open")
    return order.within("screening", lapsed_at=event.at)


def _backordered(order: Order, event: LineBackordered) -> Order:
    return order.move(event.pieces, event.origin, "backordered")


def _allocated(order: Order, event: BackorderAllocated) -> Order:
    return order.move(event.pieces, "backordered", "reserved")


def _expected(order: Order, event: EtaChanged) -> Order:
    return order.within("progress", expected={**order.progress.expected, **event.expected})


def _looked_again(order: Order, event: BackorderDue) -> Order:
    return order.within("progress", looked_at=event.at)


AFTER: dict[type, Any] = {
    OrderSourced: _sourced,
    StockReserved: _reserved,
    StockReleased: _lapsed,
    LineBackordered: _backordered,
    BackorderAllocated: _allocated,
    EtaChanged: _expected,
    BackorderDue: _looked_again,
}
