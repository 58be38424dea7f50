"""How many orders are accepted per second, one, eight and thirty-two at a time, and how fast."""

from __future__ import annotations

import asyncio
from typing import Any

from bench import yardstick
from bench.gear import load
from bench.gear.bed import Bed, fresh
from bench.gear.report import Target, options, publish
from local.player import merchant
from local.player.client import connected

WIDTHS = (1, 8, 32)
WARM_UP = 40


async def _level(bed: Bed, run: str, orders: int, width: int) -> dict[str, Any]:
    before = bed.stats()["saving"]
    async with load.shop(bed.running, width) as client:
        placed = await load.place(client, load.three_liners(run, orders), width)
    after = bed.stats()["saving"]
    seconds, answers = (after[name] - before[name] for name in ("held_seconds", "answers_held"))
    return {**placed.figures(), "held_ms": round(seconds / answers * 1000, 1)}


async def _seed(bed: Bed, times: int) -> None:
    async with connected(bed.running) as desks:
        await merchant.seed(desks, times=times)


def main() -> None:
    """Each width begins when the work that the one before left behind is done."""
    asked = options(__doc__, orders=200).parse_args()
    levels: dict[str, dict[str, Any]] = {}
    with fresh() as bed:
        asyncio.run(_seed(bed, 20))
        asyncio.run(_level(bed, "W", WARM_UP, max(WIDTHS)))
        bed.rest()
        measured = yardstick.measure(bed)
        for width in WIDTHS:
            found = asyncio.run(_level(bed, f"C{width}", asked.orders, width))
            found["per_put"] = round(found["orders_per_second"] / measured["puts_per_second"], 4)
            levels[str(width)] = found
            bed.rest()
    eight = levels["8"]
    publish(
        "intake",
        measured,
        {"orders": asked.orders, "concurrency": levels},
        [
            Target("orders/s at concurrency 8", eight["orders_per_second"], at_least=40),
            Target("p99 ms at concurrency 8", eight["p99_ms"], at_most=500),
        ],
        quietly=asked.json,
    )


if __name__ == "__main__":
    main()
