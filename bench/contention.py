"""Five hundred buyers at once of articles of which there are a hundred pieces: no air is sold."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from bench import yardstick
from bench.gear import load
from bench.gear.bed import Bed, fresh
from bench.gear.report import Target, options, publish
from local.player import merchant
from local.player.answers import Order, Stock
from local.player.client import connected
from local.player.crowd import each
from local.player.stock import open_stock

BUYERS, WIDTH, SEED = 500, 32, 20261124
PATIENCE = 600
PRICE = Decimal("19.90")
SHELVES = {f"BENCH-RARE-{n}": {"A": 12, "B": 8} for n in range(1, 6)}
PIECES = {sku: sum(shelves.values()) for sku, shelves in SHELVES.items()}
Json = dict[str, Any]


async def _offer(bed: Bed) -> None:
    """The articles, new, on the shelves of both warehouses."""
    product = next(iter(merchant.assortment().values())).master
    rows = [{**product, "sku": sku, "gtin": None, "list_price": str(PRICE)} for sku in SHELVES]
    async with connected(bed.running) as desks:
        await merchant.settle_in(desks)
        refused = await desks.clerk.keep_products(rows)
        refused |= await open_stock(desks, SHELVES)
    if refused:
        raise SystemExit(f"the articles could not be offered: {refused}")


def _baskets() -> list[list[str]]:
    """What each buyer wants: one piece of one to five of the articles."""
    chance = random.Random(SEED)
    return [chance.sample(sorted(SHELVES), chance.randint(1, len(SHELVES))) for _ in range(BUYERS)]


def _orders(baskets: list[list[str]]) -> Iterator[Json]:
    for n, skus in enumerate(baskets):
        yield load.order(f"R-{n:05d}", [(sku, 1, PRICE) for sku in skus])


async def _buy(bed: Bed, baskets: list[list[str]]) -> load.Answers:
    async with load.shop(bed.running, WIDTH) as client:
        return await load.place(client, _orders(baskets), WIDTH)


async def _decided(bed: Bed, ids: list[str]) -> tuple[list[Stock | None], list[Order]]:
    """Stock and orders once every order knows what it gets; mails may still be on their way."""
    limit = time.monotonic() + PATIENCE
    async with connected(bed.running) as desks:
        while time.monotonic() < limit:
            await asyncio.sleep(1)
            if bed.underway()["executions"]:
                continue
            orders = await each(ids, desks.shop.order)
            if not any(order.status == "received" or order.count("open") for order in orders):
                return await each(list(SHELVES), desks.wms.stock), orders
    raise SystemExit(f"not decided after {PATIENCE} s: {bed.underway()}")


def _figures(stocks: list[Stock | None], orders: list[Order]) -> dict[str, int]:
    """Pieces by the stock's own books and by the orders', and orders by how they came off."""
    known = [stock for stock in stocks if stock]
    shelves = [shelf for stock in known for shelf in stock.locations.values()]
    served = [o.count("reserved") + o.count("released") for o in orders]
    waiting = [o.count("backordered") for o in orders]
    pairs = list(zip(waiting, served, strict=True))
    return {
        "stock_promisable": sum(stock.promisable for stock in known),
        "stock_reserved": sum(stock.soft for stock in known) + sum(each.hard for each in shelves),
        "stock_backordered": sum(stock.backordered for stock in known),
        "most_of_one_sku": max(s.soft + sum(p.hard for p in s.locations.values()) for s in known),
        "orders_reserved": sum(served),
        "orders_backordered": sum(waiting),
        "orders_accepted_whole": sum(not n for n in waiting),
        "orders_backordered_in_part": sum(bool(n and m) for n, m in pairs),
        "orders_backordered_whole": sum(not m for m in served),
        "orders_refused": sum(o.status == "refused" for o in orders),
    }


def _targets(figures: dict[str, int], placed: load.Answers, wanted: int) -> list[Target]:
    """Every piece is sold and none twice; each order sent is accepted, refused or waits."""
    pieces = sum(PIECES.values())
    due = {
        "stock_promisable": 0,
        "stock_reserved": pieces,
        "stock_backordered": wanted - pieces,
        "most_of_one_sku": max(PIECES.values()),
        "orders_reserved": pieces,
        "orders_backordered": wanted - pieces,
    }
    targets = [Target(name, figures[name], at_least=n, at_most=n) for name, n in due.items()]
    whole = figures["orders_accepted_whole"] + figures["orders_backordered_in_part"]
    seen = whole + figures["orders_backordered_whole"] + BUYERS - len(placed.ids)
    return [*targets, Target("accepted_and_refused", seen, at_least=BUYERS, at_most=BUYERS)]


def main() -> None:
    """Exit code 1 unless exactly as many pieces were promised as there are."""
    asked = options(__doc__).parse_args()
    baskets = _baskets()
    wanted = Counter(sku for basket in baskets for sku in basket)
    with fresh() as bed:
        asyncio.run(_offer(bed))
        measured = yardstick.measure(bed)
        began = time.perf_counter()
        placed = asyncio.run(_buy(bed, baskets))
        stocks, orders = asyncio.run(_decided(bed, placed.ids))
        seconds = time.perf_counter() - began
        figures = _figures(stocks, orders)
    targets = _targets(figures, placed, sum(wanted.values()))
    publish(
        "contention",
        measured,
        {
            "buyers": BUYERS,
            "pieces": sum(PIECES.values()),
            "wanted": sum(wanted.values()),
            **figures,
            "seconds": round(seconds, 2),
            "orders_per_second": round(BUYERS / seconds, 2),
            "per_put": round(BUYERS / seconds / measured["puts_per_second"], 4),
            "intake": placed.figures(),
        },
        targets,
        quietly=asked.json,
    )
    sys.exit(0 if all(target.met for target in targets) else 1)


if __name__ == "__main__":
    main()
