"""How many orders per second get from POST to an archived invoice, and what that takes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Container
from datetime import datetime
from typing import Any

from bench import yardstick
from bench.gear import load, meters
from bench.gear.bed import PATIENCE, Bed, Stuck, fresh
from bench.gear.report import Target, options, publish
from local.player import merchant
from local.player.answers import Event
from local.player.client import Desks, connected
from local.player.crowd import each
from local.player.warehouse import Carrier, Warehouse, one_parcel, straight

BUYERS = 8
WARM_UP = 10
PAUSE = 0.4
MEGA = 1024 * 1024


async def _journey(bed: Bed, run: str, orders: int) -> tuple[load.Answers, float]:
    """Customers order while warehouses pack and ship; ends when nothing is left to do."""
    async with connected(bed.running) as desks, load.shop(bed.running, BUYERS) as client:
        bodies = list(load.three_liners(run, orders))
        ours = {body["external_number"] for body in bodies}
        began = time.time()
        placing = asyncio.create_task(load.place(client, iter(bodies), BUYERS))
        carrier = Carrier(desks, merchant.CARRIER, straight)
        await ship(desks, ours, orders, carrier)
        placed = await placing
        await asyncio.to_thread(bed.rest)
        while await ship(desks, ours, 0, carrier):  # the second halves of split orders
            await asyncio.to_thread(bed.rest)
    return placed, began


async def ship(desks: Desks, ours: Container[str], least: int, carrier: Carrier) -> int:
    """Two warehouses ask, pack and hand over to the carrier, at least once and until so many
    fulfilments have left; answers how many."""
    places = [
        Warehouse(desks, place["id"], ours, one_parcel, carrier) for place in merchant.warehouses()
    ]
    limit = time.monotonic() + PATIENCE
    while True:
        for place in places:
            await place.work()
            if place.troubles:
                raise Stuck(place.troubles[0])
        shipped = sum(place.shipped for place in places)
        if shipped >= least:
            return shipped
        if time.monotonic() > limit:
            raise Stuck(f"{shipped} of {least} fulfilments have left")
        await asyncio.sleep(PAUSE)


async def _logs(bed: Bed, ids: list[str]) -> list[list[Event]]:
    async with connected(bed.running) as desks:
        return await each(ids, desks.shop.events)


def _times(logs: list[list[Event]], began: float) -> dict[str, Any]:
    """When each order was archived with its invoice, and how long that took it."""
    created = [_first(log, "Order.Created") for log in logs]
    archived = [_first(log, "Document.Archived") for log in logs]
    done = [(a, c) for a, c in zip(archived, created, strict=True) if a and c]
    seconds = max(a.timestamp() for a, _ in done) - began
    cycles = [(a - c).total_seconds() * 1000 for a, c in done]
    return {
        "archived": len(done),
        "seconds": round(seconds, 2),
        "orders_per_second": round(len(done) / seconds, 2),
        "cycle": load.percentiles(cycles),
    }


def _first(log: list[Event], type: str) -> datetime | None:
    return next((event.at for event in log if event.type == type), None)


def _run(bed: Bed, orders: int) -> dict[str, Any]:
    root = bed.process.pid
    asyncio.run(_journey(bed, "W", WARM_UP))
    measured = yardstick.measure(bed)
    requests, cpu, own = bed.requests(), meters.cpu_seconds(root), meters.own_cpu_seconds()
    with meters.Peak(root) as peak:
        placed, began = asyncio.run(_journey(bed, "J", orders))
    after = meters.cpu_seconds(root)
    per_order = {name: round((after[name] - cpu[name]) / orders, 4) for name in cpu}
    total = sum(per_order.values())
    own = meters.own_cpu_seconds() - own
    asked = _gained(requests, bed.requests())
    times = _times(asyncio.run(_logs(bed, placed.ids)), began)
    return {
        "yardstick": measured,
        "orders": orders,
        "accepted": len(placed.ids),
        **times,
        "per_put": round(times["orders_per_second"] / measured["puts_per_second"], 4),
        "cpu_seconds_per_order": {
            **per_order,
            "system": round(total, 4),
            "load_generator": round(own / orders, 4),
            "system_msteps": round(total * measured["cpu_msteps"], 3),
        },
        "memory": {"pss_mb": round(peak.bytes / MEGA, 1), "processes": peak.processes},
        "aws_requests_per_order": round(sum(asked.values()) / orders, 2),
        "aws_requests": {name: round(n / orders, 2) for name, n in sorted(asked.items())},
    }


def _gained(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {name: n - before.get(name, 0) for name, n in after.items() if n > before.get(name, 0)}


def main() -> None:
    """A short journey first, so that no worker starts cold in the one that counts."""
    asked = options(__doc__, orders=100).parse_args()
    with fresh() as bed:
        asyncio.run(_seed(bed))
        figures = _run(bed, asked.orders)
    measured = figures.pop("yardstick")
    publish(
        "journey",
        measured,
        figures,
        [
            Target("orders archived", figures["archived"], at_least=asked.orders),
            Target("orders/s", figures["orders_per_second"], at_least=8),
            Target("PSS in MB", figures["memory"]["pss_mb"], at_most=1.5 * 1024),
        ],
        quietly=asked.json,
    )


async def _seed(bed: Bed) -> None:
    async with connected(bed.running) as desks:
        await merchant.seed(desks, times=20)


if __name__ == "__main__":
    main()
