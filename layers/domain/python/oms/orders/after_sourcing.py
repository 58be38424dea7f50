"""Orders after events about stock."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from oms.orders.order import Order
from oms.orders.sourcing_news import (
    BackorderAllocated,
    BackorderDue,
    EtaChanged,
    LineBackordered,
    OrderSourced,
    StockReleased,
    StockReserved,
)


def _sourced(order: Order, news: OrderSourced) -> Order:
    lines = tuple(
        replace(line, nature=news.natures[line.number]) if line.number in news.natures else line
        for line in order.lines
    )
    return replace(
        order,
        lines=lines,
        rank=news.rank,
        partial_allowed=news.partial_allowed,
        reserve_hours=news.reserve_hours,
    )


def _reserved(order: Order, news: StockReserved) -> Order:
    return order.move(news.pieces, "open", "reserved")


def _lapsed(order: Order, news: StockReleased) -> Order:
    for place, pieces in news.pieces.items():
        order = order.move(pieces, place, "open")
    return replace(order, lapsed_at=news.at)


def _backordered(order: Order, news: LineBackordered) -> Order:
    return order.move(news.pieces, news.origin, "backordered")


def _allocated(order: Order, news: BackorderAllocated) -> Order:
    return order.move(news.pieces, "backordered", "reserved")


def _expected(order: Order, news: EtaChanged) -> Order:
    return replace(order, expected={**order.expected, **news.expected})


def _looked_again(order: Order, news: BackorderDue) -> Order:
    return replace(order, looked_at=news.at)


AFTER: dict[type, Any] = {
    OrderSourced: _sourced,
    StockReserved: _reserved,
    StockReleased: _lapsed,
    LineBackordered: _backordered,
    BackorderAllocated: _allocated,
    EtaChanged: _expected,
    BackorderDue: _looked_again,
}
