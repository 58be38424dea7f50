"""A day at the merchant's: everyone who has a hand in an order, doing their part over the API."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import chain

from local.player import merchant
from local.player.answers import Listed, Order
from local.player.board import Board, waits_only_for_stock
from local.player.client import Desks
from local.player.crowd import each
from local.player.merchant import Intent
from local.player.returning import Returning
from local.player.screen import Screen
from local.player.warehouse import Carrier, Warehouse, by_weight, winding
from local.player.wire import Problem

PATIENCE = 90.0
"""Seconds without any change after which the day ends, finished or not."""
_SPARE = 3


class Day:
    """Customers, a clerk, two warehouses and a carrier; those in `left` a clerk leaves held."""

    def __init__(
        self,
        desks: Desks,
        run: str,
        intents: Sequence[Intent],
        chance: random.Random,
        screen: Screen,
    ) -> None:
        self._desks = desks
        self._intents = {intent.number: intent for intent in intents}
        self._screen = screen
        self._idle = 0
        self._restocked = False
        self._troubles: list[str] = []
        self.board = Board(desks)
        self.left: set[str] = set()
        self.carrier = Carrier(desks, merchant.CARRIER, winding(chance))
        pack = by_weight(lambda sku: merchant.assortment()[sku].weight)
        self._warehouses = [
            Warehouse(desks, place["id"], self._intents, pack, self.carrier)
            for place in merchant.warehouses()
        ]
        self.returning = Returning(desks, self._warehouses[0].location, self._intents)

    async def play(self) -> None:
        """Play until every order is at rest, or nothing has changed for PATIENCE seconds."""
        placing = asyncio.create_task(each(self._intents.values(), self._place, width=6))
        try:
            while not (placing.done() and await self._over()):
                await self._tick("customers order" if not placing.done() else "parcels travel")
            await placing
        finally:
            placing.cancel()

    @property
    def unfinished(self) -> list[Listed]:
        return [order for order in self.board.unfinished() if order.id not in self.left]

    @property
    def troubles(self) -> list[str]:
        """What the API refused although it should not have."""
        return [
            *self._troubles,
            *chain(*(w.troubles for w in self._warehouses)),
            *self.carrier.troubles,
            *self.returning.troubles,
        ]

    async def _tick(self, note: str) -> None:
        await self.board.refresh()
        acts = [
            self._clear_holds(),
            *(warehouse.work() for warehouse in self._warehouses),
            self.returning.work(self.board.at("completed")),
        ]
        self._idle = 0 if any(await asyncio.gather(*acts)) else self._idle + 1
        self._screen.show(self.board.counts(), len(self._intents), note)
        await asyncio.sleep(max(0.4, 2 * self.board.seconds))

    async def _over(self) -> bool:
        waiting = self.unfinished
        coming = self.returning.waiting or self.returning.open(self.board.at("completed"))
        if not (waiting or coming) or self.board.still_for > PATIENCE:
            return True
        stuck = bool(waiting) and all(
            order.status in ("backordered", "partially_shipped") for order in waiting
        )
        if stuck and self._idle > 1 and not self._restocked:
            self._restocked = await self._stock_arrives(waiting)
        return False

    # -- customers ----------------------------------------------------------------------------

    async def _place(self, intent: Intent) -> None:
        body = {**intent.body, "placed_at": datetime.now(UTC).isoformat(timespec="milliseconds")}
        try:
            placed = await self._desks.shop.place_order(body, f"checkout-{intent.number}")
        except Problem as problem:
            self._troubles.append(f"{intent.number}: {problem}")
            return
        self.board.add(Listed(placed.id, intent.number, placed.status))

    async def _lose_patience(self, order: Order) -> None:
        pieces = {line.number: line.quantities.backordered for line in order.lines}
        some = {number: quantity for number, quantity in pieces.items() if quantity}
        await self._desks.shop.cancel(order.id, "takes too long", some)

    # -- clerks -------------------------------------------------------------------------------

    async def _clear_holds(self) -> int:
        held = [order for order in self.board.at("held") if order.id not in self.left]
        return sum(await each(held, self._clear, width=4))

    async def _clear(self, listed: Listed) -> int:
        story = self._intents[listed.external_number].story
        if story == "left":
            self.left.add(listed.id)
        elif story == "withdrawn":
            await self._desks.shop.cancel(listed.id, "bought elsewhere")
        else:
            order = await self._desks.clerk.order(listed.id)
            for hold in order.open_holds:
                await self._desks.clerk.release_hold(order.id, hold.id, "asked the customer")
        return 1

    # -- suppliers ----------------------------------------------------------------------------

    async def _stock_arrives(self, waiting: Sequence[Listed]) -> bool:
        """Once nothing else can move: some customers give up, then a delivery fills the gaps."""
        orders = [await self._desks.shop.order(listed.id) for listed in waiting]
        if not all(self._waits(order) for order in orders):
            return False
        for order in orders:
            if self._story(order) == "impatient":
                await self._lose_patience(order)
        missing: Counter[str] = Counter()
        for line in chain(*(order.lines for order in orders if self._story(order) != "impatient")):
            missing[line.sku] += line.quantities.backordered
        await self._book_in([sku for sku, pieces in missing.items() if pieces])
        return True

    def _story(self, order: Order) -> merchant.Story:
        return self._intents[order.external_number].story

    def _waits(self, order: Order) -> bool:
        routed = not order.count("reserved") or self._story(order) == "all_or_nothing"
        return routed and waits_only_for_stock(order)

    async def _book_in(self, skus: Sequence[str]) -> None:
        place = self._warehouses[-1].location
        found = [stock for sku in skus if (stock := await self._desks.wms.stock(sku))]
        counts = {
            stock.sku: stock.backordered
            + _SPARE
            + (stock.locations[place].on_hand if place in stock.locations else 0)
            for stock in found
        }
        await self._desks.wms.count_stock(place, datetime.now(UTC), counts)
