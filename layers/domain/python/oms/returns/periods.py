"""Periods of the law on withdrawal: from when they run, and on which day they end."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from oms.core.calendar import is_holiday, is_holiday_anywhere
from oms.core.values import BUSINESS_ZONE
from oms.orders.lines import Line

if TYPE_CHECKING:
    from oms.orders.order import Order

PERIOD = timedelta(days=14)
"""To withdraw (§ 355 (2) BGB), to send back (§ 357 (5) with § 355 (3)), to refund (§ 357 (1))."""

AT_ONCE = ("service", "digital")
"""Kinds whose period runs from the contract, not from a delivery (§ 355 (2) sentence 2 BGB)."""

ON_THE_WAY = ("open", "reserved", "backordered", "released", "packed", "shipped")


def withdrawal_end(order: Order, line: Line) -> date | None:
    """Last day to withdraw from a line; None while its period has not begun.

    It runs from the day on which the last parcel of the order arrived (§ 356 (2) no. 1 b and c
    BGB), that day not counted (§ 187 (1), § 188 (1)). Without a scan of the delivery it has not
    begun. A last day that is no working day wherever the consumer may be moves on (§ 193).
    """
    if line.nature.kind in AT_ONCE:
        return consumer_end(order.received_at, order.ship_to.country)
    if any(order.count(place) for place in ON_THE_WAY):
        return None
    arrived = [each.delivered_at for each in order.fulfilments if each.delivered_at]
    return consumer_end(max(arrived), order.ship_to.country) if arrived else None


def consumer_end(since: datetime, country: str) -> date:
    """Last day of a consumer's period: no Saturday, Sunday, nor holiday of any region."""
    day = day_of(since) + PERIOD
    while day.weekday() >= 5 or is_holiday_anywhere(day, country):
        day += timedelta(days=1)
    return day


def refund_end(since: datetime, country: str = "DE") -> date:
    """Last day to refund: it moves on for weekends and for holidays of the whole country alone."""
    day = day_of(since) + PERIOD
    while day.weekday() >= 5 or is_holiday(day, country, None, ("public",)):
        day += timedelta(days=1)
    return day


def day_of(at: datetime) -> date:
    """Day of a time where the merchant is."""
    return at.astimezone(BUSINESS_ZONE).date()


def over_at(day: date) -> datetime:
    """Time at which a day is over there."""
    return datetime.combine(day + timedelta(days=1), time(), BUSINESS_ZONE)
