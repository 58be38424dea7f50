"""Backorders: when what an order waits for is expected, and what the customer is told of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from oms.master.product import Product
from oms.orders.applying import tell
from oms.orders.deadlines import LATE_AFTER
from oms.orders.dues import days_to_look_again
from oms.orders.lines import Pieces
from oms.orders.order import Order
from oms.orders.order_events import OrderCancelled
from oms.orders.sourcing_events import BackorderDue, EtaChanged, OrderSourced

SAME = timedelta(days=1)
"""A day is not promised to the hour: so much later or earlier is no news for a customer."""

GRACE = LATE_AFTER - timedelta(days=1)
"""How long after its day a delivery may still come before its day counts for nothing."""

Days = dict[str, date | None]
"""Line number -> the day on which its last waiting piece is expected, None while nobody knows."""


class Incoming(Struct, frozen=True):
    """Pieces of a SKU that a supplier is to deliver on a day."""

    expected_on: date
    pieces: int


def expected(
    ahead: int, pieces: int, promisable: int, incoming: Iterable[Incoming], *, today: date
) -> date | None:
    """The day on which the last of so many pieces is there for an order, None if unknown.

    `ahead` pieces are for those whose turn comes before. What should have come more than `GRACE`
    ago is not relied upon.
    """
    missing = ahead + pieces - promisable
    if missing <= 0:
        return today
    for delivery in sorted(incoming, key=lambda each: each.expected_on):
        if delivery.expected_on + GRACE < today:
            continue
        missing -= delivery.pieces
        if missing <= 0:
            return max(today, delivery.expected_on)
    return None


def day_of(
    days: Sequence[date | None], *, sold_from: date | None = None, today: date
) -> date | None:
    """Day on which a line is expected whose parts are expected on these days.

    A preorder is expected on its day of sale while nobody knows better.
    """
    known = [day for day in days if day is not None]
    if sold_from and sold_from > today:
        return max([sold_from, *known])
    return max(known) if len(known) == len(days) else None


def expect(order: Order, days: Mapping[str, date | None], *, at: datetime) -> Order:
    """The order with what is expected now, where that is news for its customer.

    News is the first word on a line that waits, and a day that is another one by more than `SAME`
    than what was said last.
    """
    news: Days = {
        number: days[number]
        for number in order.pieces("backordered")
        if number in days and _is_news(order.progress.expected, number, days[number])
    }
    if not news:
        return order
    first = any(number not in order.progress.expected for number in news)
    return tell(order, EtaChanged(news, first, at))


def _is_news(said: Mapping[str, date | None], number: str, day: date | None) -> bool:
    if number not in said:
        return True
    before = said[number]
    if before is None or day is None:
        return before is not day
    return abs(day - before) > SAME


def look_again(order: Order, id: str, at: datetime) -> Order:
    """Ask anew for lines whose day has come: a preorder is sold, or what was expected is late."""
    lines = tuple(line for line, due in days_to_look_again(order) if due <= at)
    return tell(order, BackorderDue(lines, at)) if lines else order


def postpone(order: Order, products: Mapping[str, Product], at: datetime) -> Order:
    """The order with the days of its waiting preorders as the products say now."""
    natures = {
        line.number: replace(line.nature, available_from=product.available_from)
        for line in order.lines
        if line.backordered
        and line.nature.available_from
        and (product := products.get(line.sku))
        and product.available_from
        and product.available_from != line.nature.available_from
    }
    if not natures:
        return order
    wishes, hours = order.wishes, order.screening.reserve_hours
    return tell(order, OrderSourced(natures, wishes.rank, wishes.partial_allowed, hours, at))


def cancel_rest(order: Order, *, by: str, at: datetime) -> Order:
    """Cancel what waits in backorder, and nothing that has been promised meanwhile."""
    waiting: Pieces = order.pieces("backordered")
    if not waiting:
        return order
    active = order.count("ordered") - order.count("cancelled")
    whole = sum(waiting.values()) == active
    return tell(order, OrderCancelled({"backordered": waiting}, "", by, whole, at, "customer"))
