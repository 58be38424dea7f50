"""Cancellations of pieces that no warehouse has."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from oms.core.refusals import Refusal
from oms.orders.applying import tell
from oms.orders.fulfilments import Cause
from oms.orders.lines import FREE, Pieces
from oms.orders.order import Order
from oms.orders.order_events import OrderCancelled


def cancel(
    order: Order,
    wanted: Mapping[str, int] | None,
    *,
    reason: str,
    by: str,
    at: datetime,
    cause: Cause = "other",
) -> Order:
    """Cancel pieces that no warehouse has yet: open, backordered or reserved ones.

    `wanted` is line number -> quantity, None for every piece of the order. Raises Refusal
    naming the lines of which fewer pieces can be cancelled; then nothing is cancelled.
    """
    asked = (
        {line.number: line.ordered - line.cancelled for line in order.lines}
        if wanted is None
        else {order.line(number).number: quantity for number, quantity in wanted.items()}
    )
    pieces, others = split_free(order, asked)
    short = {
        f"lines.{n}": f"{asked[n] - rest} of {asked[n]} pieces can still be cancelled"
        for n, rest in others.items()
    }
    if short:
        raise Refusal(
            "not_cancellable",
            "Pieces that are with a warehouse, shipped or cancelled already stay as they are.",
            short,
        )
    if not pieces:
        return order
    whole = sum(asked.values()) == order.count("ordered") - order.count("cancelled")
    return tell(order, OrderCancelled(pieces, reason, by, whole, at, cause))


def split_free(order: Order, asked: Mapping[str, int]) -> tuple[dict[str, Pieces], Pieces]:
    """Of the asked pieces those that no warehouse has, by place, and by line the others."""
    free: dict[str, Pieces] = {}
    others: Pieces = {}
    for number, quantity in asked.items():
        line, rest = order.line(number), quantity
        for place in FREE:
            take = min(rest, getattr(line, place))
            if take:
                free.setdefault(place, {})[number] = take
            rest -= take
        if rest:
            others[number] = rest
    return free, others


def cancel_rest(
    order: Order, *, reason: str, by: str, at: datetime, cause: Cause = "other"
) -> Order:
    """Cancel every piece that no warehouse has yet."""
    rest = {
        line.number: n
        for line in order.lines
        if (n := line.open + line.backordered + line.reserved)
    }
    return cancel(order, rest, reason=reason, by=by, at=at, cause=cause)
