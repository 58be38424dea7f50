"""One replay: every row of the files ends as placed, refused or not applied, and is counted so."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, islice
from typing import Any

from local.player import merchant
from local.player.answers import Listed, Order
from local.player.board import FINISHED, Board
from local.player.books import BILLS, Books
from local.player.cancelling import NotApplied, Purchases, pieces_meant
from local.player.client import Desks
from local.player.crowd import each
from local.player.retail import Dirty, Document, Row, Survey
from local.player.screen import Screen
from local.player.stock import open_stock
from local.player.sums import worth
from local.player.translation import order_of, products_of, stock_of
from local.player.warehouse import Carrier, Warehouse, one_parcel, straight
from local.player.wire import Problem

PATIENCE = 120.0
"""Seconds without any change after which we wait for nothing any more."""
_WAITING = ("held", "backordered", "preordered", "partially_shipped")
_CHUNK = 250
_SHOW_EVERY = 25


@dataclass(frozen=True)
class Terms:
    """How to replay: the currency of the prices, opening stock per piece ordered, ship or not."""

    currency: str
    stock_factor: Decimal
    ships: bool


class Rerun:
    """A replay under way."""

    def __init__(self, desks: Desks, run: str, terms: Terms, found: Survey, screen: Screen) -> None:
        self._desks = desks
        self._run = run
        self._terms = terms
        self._found = found
        self._screen = screen
        self._board = Board(desks)
        self._numbers: set[str] = set()
        self._unsold: set[str] = set()
        self._cancelling: list[Document] = []
        self._purchases = Purchases(found.cancelled)
        self.books = Books()
        self._placed: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._not_applied: Counter[str] = Counter()
        self._said: list[str] = []
        self._tally: Counter[str] = Counter()
        self._statuses: Counter[str] = Counter()
        self._stuck: list[str] = []
        self._carrier = Carrier(desks, merchant.CARRIER, straight)
        self._warehouses = [
            Warehouse(desks, place["id"], self._numbers, one_parcel, self._carrier)
            for place in merchant.warehouses()
        ]

    # -- before -------------------------------------------------------------------------------

    async def stock_up(self) -> None:
        """Make the articles known and fill both warehouses for what will be ordered."""
        await merchant.settle_in(self._desks)
        products = products_of(self._found, self._terms.currency)
        while chunk := list(islice(products, _CHUNK)):
            self._unsellable(await self._desks.clerk.keep_products(chunk))
        shelves = stock_of(self._found, self._terms.stock_factor)
        sold = {sku: shelf for sku, shelf in shelves.items() if sku not in self._unsold}
        self._unsellable(await open_stock(self._desks, sold))

    def _unsellable(self, refused: Mapping[str, str]) -> None:
        self._unsold |= refused.keys()
        self._said += [f"{sku}: {reason}" for sku, reason in refused.items()]

    # -- placing ------------------------------------------------------------------------------

    async def place(self, documents: Iterable[Document | Dirty]) -> None:
        """Place every invoice as an order."""
        await each(documents, self._take, width=8)

    async def _take(self, document: Document | Dirty) -> None:
        if isinstance(document, Dirty):
            self._refused[document.reason] += 1
            self.books.left_out += worth(document.cells)
        elif document.cancels:
            self._cancelling.append(document)
        elif sold := self._sellable(document):
            await self._order(sold)

    def _sellable(self, document: Document) -> Document | None:
        """The document without the rows that cannot be sold; these are counted."""
        rows = tuple(row for row in document.rows if row.sku not in self._unsold)
        self._refused["stock_code_not_accepted"] += len(document.rows) - len(rows)
        self.books.leave_out(row for row in document.rows if row.sku in self._unsold)
        kept = Document(document.number, rows)
        if kept.goods:
            return kept
        self._refused["charge_without_goods"] += len(rows)
        self.books.leave_out(rows)
        return None

    async def _order(self, document: Document) -> None:
        body = order_of(document, self._run, self._terms.currency)
        number = body["external_number"]
        self._numbers.add(number)
        try:
            placed = await self._desks.shop.place_order(body, f"replay-{number}")
        except Problem as problem:
            self._refused[f"order_refused_{problem.status}"] += len(document.rows)
            self.books.leave_out(document.rows)
            self._said.append(f"{number}: {problem}")
            return
        self._placed["order_line"] += len(document.goods)
        self._placed["shipping_charge"] += len(document.carriage)
        self._purchases.add(placed.id, document)
        self.books.sold[placed.id] = document
        self._board.add(Listed(placed.id, number, placed.status))
        if self.orders % _SHOW_EVERY == 1:
            self._show("placing")

    async def route(self) -> None:
        """Wait until every order is checked, reserved and routed."""
        self._board.stir()
        while any(self._board.at("received", "accepted")) and self._board.still_for < PATIENCE:
            await self._look("checks, reservations and routing")

    # -- cancelling ---------------------------------------------------------------------------

    async def cancel(self) -> None:
        """Cancel what no warehouse has yet; what leaves all the same is credited later."""
        self._screen.note("cancelling")
        by_customer: dict[str, list[Row]] = {}
        for document in sorted(self._cancelling, key=lambda found: found.rows[0].at):
            for row in document.rows:
                by_customer.setdefault(row.customer or "", []).append(row)
        await each(by_customer.values(), self._cancel_rows)

    async def _cancel_rows(self, rows: list[Row]) -> None:
        for row in rows:
            try:
                await self._cancel_row(row)
            except NotApplied:
                self.books.returned.append(row)
            except Problem as problem:
                self._not_applied[f"cancellation_refused_{problem.status}"] += 1
                self.books.leave_out([row])
                self._said.append(f"{row.document}: {problem}")
            else:
                self._placed["cancellation"] += 1
                self.books.cancelled += row.amount

    async def _cancel_row(self, row: Row) -> None:
        ids = self._purchases.before(row)
        orders = {id: await self._routed(id) for id in ids}
        for id, pieces in pieces_meant(row, ids, orders.__getitem__).items():
            await self._desks.shop.cancel(id, f"{row.document} of the file", pieces)

    async def _routed(self, id: str) -> Order:
        """The order once none of its pieces is on the way to a warehouse any more."""
        while True:
            order = await self._desks.shop.order(id)
            moving = order.count("open") + order.count("reserved")
            if not moving or order.open_holds or self._board.still_for > PATIENCE:
                return order
            await asyncio.sleep(0.3)

    # -- fulfilling ---------------------------------------------------------------------------

    async def fulfil(self) -> None:
        """Pack, ship and deliver all that is released, until only missing stock holds orders up."""
        idle = 0
        self._board.stir()
        while self._terms.ships and idle < 3 and self._board.still_for < PATIENCE:
            sent = sum(await asyncio.gather(*(place.work() for place in self._warehouses)))
            await self._look("warehouses pack and ship")
            moving = [o for o in self._board.unfinished() if o.status not in _WAITING]
            idle = 0 if sent or moving else idle + 1

    async def credit(self) -> None:
        """Credit what came back of what was billed."""
        self._screen.note("crediting")
        await each(list(self._board.orders), self._at_rest)
        self._board.stir()
        missing = await self.books.credit(self._desks, self._run)
        self._placed["credit"] += len(self.books.returned) - len(missing)
        self._not_applied.update(reason for _, reason in missing)

    async def read_back(self) -> None:
        """Read every order once it is at rest, and count what became of it."""
        self._screen.note("reading all orders back")
        await each(list(self._board.orders), self._read)

    @property
    def orders(self) -> int:
        return len(self._board.orders)

    def outcome(self) -> dict[str, Any]:
        """All figures."""
        rows = self._found.rows
        placed, refused, rest = map(Counter.total, self._books)
        return {
            "rows": rows,
            "placed": placed,
            "refused": refused,
            "not_applied": rest,
            "balanced": rows == placed + refused + rest,
            "placed_as": _sorted(self._placed),
            "refused_reasons": _sorted(self._refused),
            "not_applied_reasons": _sorted(self._not_applied),
            "orders": self.orders,
            "lines": self._placed["order_line"],
            "shipped": self._tally["shipped"],
            "shipped_pieces": self._tally["shipped_pieces"],
            "backordered": self._tally["backordered"],
            "backordered_pieces": self._tally["backordered_pieces"],
            "cancelled_pieces": self._tally["cancelled_pieces"],
            "documents": self._tally["documents"],
            "statuses": _sorted(self._statuses),
            "unfinished": self._stuck,
            "troubles": self._troubles[:20],
        }

    @property
    def _troubles(self) -> list[str]:
        """What the API refused."""
        ways = (place.troubles for place in self._warehouses)
        return [*self._said, *chain(*ways), *self._carrier.troubles, *self.books.troubles]

    @property
    def _books(self) -> tuple[Counter[str], Counter[str], Counter[str]]:
        return self._placed, self._refused, self._not_applied

    async def _read(self, id: str) -> None:
        order, stuck = await self._at_rest(id)
        self._count(order)
        self.books.read(order)
        if stuck:
            self._stuck.append(f"{order.external_number} ({id}) is {order.status}: {stuck}")
        else:
            self._board.stir()

    async def _at_rest(self, id: str) -> tuple[Order, str]:
        """The order once nothing is to happen to it any more, or what still is."""
        order = await self._desks.shop.order(id)
        while (stuck := self._unrest(order)) and self._board.still_for < PATIENCE:
            await asyncio.sleep(0.5)
            order = await self._desks.shop.order(id)
        return order, stuck

    def _unrest(self, order: Order) -> str:
        return unrest(order) if self._terms.ships else ""

    def _count(self, order: Order) -> None:
        gone, waiting = order.count("gone"), order.count("backordered")
        self._statuses[order.status] += 1
        self._tally["shipped"] += gone > 0
        self._tally["backordered"] += waiting > 0
        self._tally["shipped_pieces"] += gone
        self._tally["backordered_pieces"] += waiting
        self._tally["cancelled_pieces"] += order.count("cancelled")
        self._tally["documents"] += sum(document.archived for document in order.documents)

    async def _look(self, note: str) -> None:
        await self._board.refresh()
        self._show(note)
        await asyncio.sleep(max(0.5, 3 * self._board.seconds))

    def _show(self, note: str) -> None:
        self._screen.show(self._board.counts(), len(self._board.orders), note)


def unrest(order: Order) -> str:
    """What is still to happen to an order, missing stock and holds aside, in words."""
    if order.status in ("cancelled", "refused") or order.open_holds:
        return ""
    places = ("open", "reserved", "released", "packed", "shipped")
    moving = [f"{n} {place}" for place in places if (n := order.count(place))]
    left = sum(f.status in ("shipped", "delivered") for f in order.fulfilments)
    waiting = sum(not document.archived for document in order.documents)
    if (missing := left - sum(d.type in BILLS for d in order.documents)) + waiting > 0:
        moving.append(f"{missing} documents missing, {waiting} not archived")
    if not moving and not order.count("backordered") and order.status not in FINISHED:
        moving.append("not completed")
    return ", ".join(moving)


def _sorted(book: Counter[str]) -> dict[str, int]:
    return {reason: rows for reason, rows in book.most_common() if rows}
