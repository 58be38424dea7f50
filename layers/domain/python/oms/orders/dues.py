"""Due times: what of an order the clock has to see to, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from oms.core.values import BUSINESS_ZONE, Due
from oms.orders import astray, balance, personal_retention, stalled
from oms.orders.deadlines import LATE_AFTER
from oms.orders.order import Order
from oms.orders.waiting import dunning_due, finished, waiting


def _passed(day: date | None) -> date | None:
    return day + LATE_AFTER if day else None


def due(order: Order) -> tuple[Due, ...]:
    """Due times of the order, the earliest first."""
    return tuple(sorted(_dues(order), key=lambda due: due.at))


def _dues(order: Order) -> Iterator[Due]:
    yield from dunning_due(order)
    yield from personal_retention.due(order)
    if at := stalled.due_at(waiting(order), order.progress.stalled, order.progress.changed_at):
        yield Due("stalled", "", at)
    if finished(order):
        return
    for hold in order.open_holds:
        if hold.reason == "payment_awaited" and not hold.escalated_at:
            yield Due("payment_end", hold.id, hold.deadline)
            if "reminded_at" not in hold.data:
                patience = timedelta(days=hold.data["remind_after"])
                yield Due("payment_reminder", hold.id, hold.raised_at + patience)
        elif not hold.escalated_at:
            yield Due("hold", hold.id, hold.deadline)
    yield from _approvals_due(order)
    if order.settlement.capture_by and balance.to_capture(order):
        yield Due("capture", "", order.settlement.capture_by)
    if order.reserved_until:
        yield Due("reservation", "", order.reserved_until)
    for number, again in days_to_look_again(order):
        yield Due("backorder", number, again)
    yield from (due for fulfilment in order.fulfilments for due in astray.dues(fulfilment))


def _approvals_due(order: Order) -> Iterator[Due]:
    held = {hold.id for hold in order.open_holds}
    for number, stage in enumerate(order.screening.approvals):
        if stage.hold not in held or not stage.asked_at or stage.decision:
            continue
        if not stage.reminded_at:
            half = timedelta(hours=stage.hours / 2)
            yield Due("approval_reminder", str(number), stage.asked_at + half)
        if stage.substitute and not stage.escalated_at:
            yield Due("approval", str(number), stage.asked_at + timedelta(hours=stage.hours))


def days_to_look_again(order: Order) -> Iterator[tuple[str, datetime]]:
    """Times to look at a waiting line: its day of sale, or when its ETA has passed."""
    for line in order.lines:
        if not line.backordered:
            continue
        for day in (line.nature.available_from, _passed(order.progress.expected.get(line.number))):
            at = datetime.combine(day, time(), BUSINESS_ZONE) if day else None
            if at and not (order.progress.looked_at and order.progress.looked_at >= at):
                yield line.number, at
