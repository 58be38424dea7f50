"""Two hundred buyers at once of an article of which there are a hundred: nobody is promised air."""

from __future__ import annotations

import asyncio
import sys
import time
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

SKU = "BENCH-RARE"
BUYERS, SHELVES, WIDTH = 200, {"A": 60, "B": 40}, 32
PRICE = Decimal("19.90")


async def _offer(bed: Bed) -> None:
    """The article, new, on the shelves of both warehouses."""
    product = next(iter(merchant.assortment().values())).master
    async with connected(bed.running) as desks:
        await merchant.settle_in(desks)
        refused = await desks.clerk.keep_products(
            [{**product, "sku": SKU, "list_price": str(PRICE)}]
        )
        refused |= await open_stock(desks, {SKU: SHELVES})
    if refused:
        raise SystemExit(f"the article could not be offered: {refused}")


async def _buy(bed: Bed) -> load.Answers:
    bodies = (load.order(f"R-{n:05d}", [(SKU, 1, PRICE)]) for n in range(BUYERS))
    async with load.shop(bed.running, WIDTH) as client:
        return await load.place(client, bodies, WIDTH)


async def _outcome(bed: Bed, ids: list[str]) -> tuple[Stock | None, list[Order]]:
    async with connected(bed.running) as desks:
        return await desks.wms.stock(SKU), await each(ids, desks.shop.order)


def _figures(stock: Stock | None, orders: list[Order]) -> dict[str, Any]:
    """Pieces by the stock's own books and by the orders'."""
    places = stock.locations.values() if stock else ()
    return {
        "stock_promisable": stock.promisable if stock else None,
        "stock_reserved": (stock.soft if stock else 0) + sum(shelf.hard for shelf in places),
        "stock_backordered": stock.backordered if stock else 0,
        "orders_reserved": sum(o.count("reserved") + o.count("released") for o in orders),
        "orders_backordered": sum(o.count("backordered") for o in orders),
    }


def main() -> None:
    """Exit code 1 unless exactly as many were promised as there are."""
    asked = options(__doc__).parse_args()
    with fresh() as bed:
        asyncio.run(_offer(bed))
        measured = yardstick.measure(bed)
        began = time.perf_counter()
        placed = asyncio.run(_buy(bed))
        bed.rest()
        seconds = time.perf_counter() - began
        figures = _figures(*asyncio.run(_outcome(bed, placed.ids)))
    pieces = sum(SHELVES.values())
    waiting = BUYERS - pieces
    wanted = dict(zip(figures, (0, pieces, waiting, pieces, waiting), strict=True))
    publish(
        "contention",
        measured,
        {
            "buyers": BUYERS,
            "pieces": pieces,
            **figures,
            "seconds": round(seconds, 2),
            "orders_per_second": round(BUYERS / seconds, 2),
            "per_put": round(BUYERS / seconds / measured["puts_per_second"], 4),
            "intake": placed.figures(),
        },
        [Target(name, figures[name], at_least=n, at_most=n) for name, n in wanted.items()],
        quietly=asked.json,
    )
    sys.exit(0 if figures == wanted else 1)


if __name__ == "__main__":
    main()
