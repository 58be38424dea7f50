"""Retention of what an order says of a person: why it is needed still, and until when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from oms.core.values import Due
from oms.orders.ledger import ledger
from oms.orders.order import Order
from oms.orders.waiting import finished, waiting

RETURNS = timedelta(days=28)
"""Days from the last delivery: 14 to withdraw (§ 355 (2) BGB) and 14 to send the goods back
(§ 357 (5) with § 355 (3) BGB)."""

SETTLED_DISPUTES = ("won", "lost", "warning_closed")


class Need(NamedTuple):
    """Need for an order's personal data; `until` is None while nobody can tell.

    Source: Art. 17 (1) (a) and (3) (b), (e) GDPR: the contract, what law demands, open claims.
    """

    reason: Literal["unfinished", "money_open", "returns"]
    until: datetime | None = None


def need(order: Order, at: datetime) -> Need | None:
    """Need of the order to know its customer, if it has one at that time."""
    if not finished(order):
        return Need("unfinished")
    if _money_open(order):
        return Need("money_open")
    until = _returns_until(order)
    return Need("returns", until) if until and until > at else None


def _money_open(order: Order) -> bool:
    """True if somebody still has to pay, the customer or we, or a dispute about it is open."""
    disputes = order.settlement.disputes
    if any(each.status not in SETTLED_DISPUTES for each in disputes) or waiting(order):
        return True
    book = ledger(order)
    return bool(book.left) or any(item.open for item in book.items)


def _returns_until(order: Order) -> datetime | None:
    kept = [f for f in order.fulfilments if f.status in ("shipped", "delivered")]
    left = [at for f in kept if (at := f.delivered_at or f.shipped_at)]
    return max(left) + RETURNS if left else None


def due(order: Order) -> Iterator[Due]:
    """Time of the clock to erase what somebody wants erased; what is open tells of its end."""
    asked = order.erasure
    if asked is None or asked.erased_at or not finished(order) or _money_open(order):
        return
    yield Due("erasure", "", _returns_until(order) or asked.requested_at)
