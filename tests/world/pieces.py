"""Where an order's pieces are, and when those that wait are expected."""

from __future__ import annotations

from typing import Any

from oms.core.events import facts
from tests.world.merchant import Merchant
from tests.world.world import World

UNPAID = {"method": "prepayment", "status": "pending", "amount": "0", "reference": None}


def quantities(merchant: Merchant, id: str, line: int = 0) -> dict[str, int]:
    """Where the pieces of a line are, places without any left out."""
    found = merchant.order(id)["lines"][line]["quantities"]
    return {place: n for place, n in found.items() if n and place != "ordered"}


def told(world: World, id: str) -> list[Any]:
    """What the order said of its expected days, one after the other."""
    log = world.ports("orders/read_events").orders.log(id)
    return [facts(event)["expected"] for event in log if event.type == "Eta.Changed"]
