"""What the event logs of our orders say: how far each came, how fast, and what is still to come."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from local.player.answers import Event
from local.player.board import Board
from local.player.client import Desks
from local.player.crowd import each

Logs = dict[str, list[Event]]
"""Order id -> its events, oldest first."""

_TOLD = (
    "Order.Created",
    "Order.HoldEscalated",
    "Order.Changed",
    "Order.Cancelled",
    "Fulfilment.RecallRefused",
    "Document.Archived",
)
"""Events of which the customer gets a mail."""


async def logs(
    desks: Desks, board: Board, heard: Callable[[str], bool], patience: float
) -> tuple[Logs, dict[str, str]]:
    """All logs once mails and webhooks have caught up, and what of which order has not.

    `heard` tells whether the subscriber has an event. Ends when nothing came for `patience`
    seconds.
    """
    found: Logs = {}
    late = dict.fromkeys(board.orders, "not read")
    arrived, stirred = -1, time.monotonic()

    async def read(id: str) -> None:
        found[id] = await desks.shop.events(id)
        late[id] = backlog(found[id], heard)

    while any(late.values()) and time.monotonic() - stirred < patience:
        await each([id for id, what in late.items() if what], read)
        now = sum(heard(event.id) + 1 for log in found.values() for event in log)
        if now != arrived:
            arrived, stirred = now, time.monotonic()
        await asyncio.sleep(0.5 if any(late.values()) else 0)
    return found, {id: what for id, what in late.items() if what}


def backlog(log: Sequence[Event], heard: Callable[[str], bool]) -> str:
    """What is still to come of an order that rests, in words; empty when nothing is."""
    count = Counter(event.type for event in log)
    missing = {
        "invoices": count["Shipment.Confirmed"] - count["Invoice.Issued"],
        "archived documents": count["Invoice.Issued"] - count["Document.Archived"],
        "mails": sum(count[told] for told in _TOLD) - count["Notification.Sent"],
        "webhooks": sum(not heard(event.id) for event in log),
    }
    return ", ".join(f"{number} {what} missing" for what, number in missing.items() if number > 0)


def figures(found: Logs) -> dict[str, Any]:
    """How many orders came how far at any time of their lives; cycle times in seconds."""
    lives = [{event.type for event in log} for log in found.values()]
    cycles = [seconds for log in found.values() if (seconds := cycle(log)) is not None]

    def orders_with(kind: str) -> int:
        return sum(kind in life for life in lives)

    return {
        "orders": len(found),
        "shipped": orders_with("Shipment.Confirmed"),
        "delivered": orders_with("Shipment.Delivered"),
        "captured": orders_with("Payment.Captured"),
        "completed": orders_with("Order.Completed"),
        "backordered": orders_with("Line.Backordered"),
        "held": orders_with("Order.Held"),
        "refused": orders_with("Order.Refused"),
        "changed": orders_with("Order.Changed"),
        "cancelled": orders_with("Order.Cancelled"),
        "recalled": orders_with("Fulfilment.RecallRequested"),
        "documents": sum(e.type == "Document.Archived" for log in found.values() for e in log),
        "cycle_p50_seconds": percentile(cycles, 50),
        "cycle_p95_seconds": percentile(cycles, 95),
    }


def cycle(log: Sequence[Event]) -> float | None:
    """Seconds from placed to the last delivery; None for an order that was not delivered."""
    delivered = [event.at for event in log if event.type == "Shipment.Delivered"]
    if not delivered:
        return None
    return (max(delivered) - log[0].at).total_seconds()


def percentile(values: Sequence[float], percent: int) -> float | None:
    """Nearest rank: the smallest value that at least so many percent do not exceed."""
    if not values:
        return None
    rank = -(-len(values) * percent // 100)
    return round(sorted(values)[max(rank, 1) - 1], 3)
