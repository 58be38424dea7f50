"""Where our orders stand, as the shop's list of orders shows it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator

from local.player.answers import Listed, Order
from local.player.client import Desks

STAGES = (
    "received",
    "held",
    "accepted",
    "backordered",
    "preordered",
    "released",
    "packed",
    "partially_shipped",
    "shipped",
    "delivered",
    "completed",
    "cancelled",
    "refused",
)
FINISHED = frozenset({"completed", "cancelled", "refused"})


class Board:
    """Our orders by id; `stirred` is when any of them last changed its status."""

    def __init__(self, desks: Desks) -> None:
        self._desks = desks
        self.orders: dict[str, Listed] = {}
        self.stirred = time.monotonic()
        self.seconds = 0.0

    def add(self, order: Listed) -> None:
        self.orders.setdefault(order.id, order)
        self.stir()

    def stir(self) -> None:
        """Something has happened: patience begins anew."""
        self.stirred = time.monotonic()

    async def refresh(self) -> None:
        """Read the list, newest first, as far back as our oldest unfinished order."""
        began = time.monotonic()
        open_ids = [order.id for order in self.orders.values() if order.status not in FINISHED]
        oldest = min(open_ids, default="")
        if oldest:
            async for order in self._desks.shop.orders():
                if order.id < oldest:
                    break
                self._see(order)
        self.seconds = time.monotonic() - began

    def _see(self, order: Listed) -> None:
        if order.id in self.orders and self.orders[order.id] != order:
            self.orders[order.id] = order
            self.stir()

    def counts(self) -> dict[str, int]:
        """Orders per stage, in the order of the journey."""
        found = Counter(order.status for order in self.orders.values())
        return {stage: found[stage] for stage in (*STAGES, *(found.keys() - set(STAGES)))}

    def at(self, *stages: str) -> Iterator[Listed]:
        """Our orders in any of the stages."""
        return (order for order in list(self.orders.values()) if order.status in stages)

    def unfinished(self) -> list[Listed]:
        return [order for order in self.orders.values() if order.status not in FINISHED]

    @property
    def still_for(self) -> float:
        """Seconds since anything changed."""
        return time.monotonic() - self.stirred


def waits_only_for_stock(order: Order) -> bool:
    """Whether nothing of the order can move before stock arrives or a hold is released."""
    if order.open_holds:
        return True
    moving = ("open", "released", "packed", "shipped")
    return not any(order.count(place) for place in moving)
