"""Stock in DynamoDB: counters and reservations move together or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from oms.core.refusals import NotNow
from oms.orders.order import Order
from oms.sourcing.bundles import stock_skus
from oms.sourcing.stock import Buffer, Delta, Reservation, delta, summed
from oms.sourcing.stock_buckets import Changes, at_home, placed
from oms_aws.orders.store import DynamoOrders, StoredOrder
from oms_aws.platform import indexes, keys
from oms_aws.platform.table import MOST_ACTIONS, Action, ConditionFailed, Table, WriteContention
from oms_aws.sourcing.buckets import DynamoCounters
from oms_aws.sourcing.counters import (
    View,
    edited,
    marked,
    stored_reservation,
)
from oms_aws.sourcing.counting import (
    Count,
    Counting,
    Keeping,
    Tally,
    counted,
    judged,
    kept_back,
    last_counted,
)

MOVE_TRIES = 12


class Move(NamedTuple):
    """A reservation as it is and as it shall be; `limited`: not so many may wait as want to."""

    before: Reservation
    after: Reservation
    limited: bool = False


class Waiting(NamedTuple):
    """An order that waits for a SKU; `filled` if it got some and may not know yet."""

    order_id: str
    filled: bool


class DynamoStock(DynamoCounters):
    """The stock of all SKUs at all locations."""

    def __init__(
        self, table: Table, now: Callable[[], datetime], new_id: Callable[[str], str]
    ) -> None:
        super().__init__(table, now)
        self._new_id = new_id

    # -- reading reservations -----------------------------------------------------------------

    def reservations(self, order: Order) -> dict[str, Reservation]:
        """Reservations of the order, by SKU that it takes from stock."""
        return self.reservations_of([order])[order.id]

    def reservations_of(self, orders: Sequence[Order]) -> dict[str, dict[str, Reservation]]:
        """Reservations of each order, by SKU that it takes from stock."""
        pairs = [(sku, order.id) for order in orders for sku in stock_skus(order)]
        found = self._table.get_many(keys.reservation(sku, id) for sku, id in pairs)
        known = {(item["sku"], item["order_id"]): stored_reservation(item) for item in found}
        return {
            order.id: {
                sku: known.get((sku, order.id)) or unreserved(order, sku)
                for sku in stock_skus(order)
            }
            for order in orders
        }

    def promised(self, sku: str) -> list[Reservation]:
        """Reservations of the SKU that are claimed at no location yet, the last in turn first."""
        shards = (indexes.holders(sku, shard) for shard in range(indexes.HOLDER_SHARDS))
        rows = [row for shard in shards for row in self._table.listed("gsi2", shard)]
        items = self._table.get_many(keys.Key(row["pk"], row["sk"]) for row in rows)
        held = (stored_reservation(item) for item in items)
        return sorted((each for each in held if each.soft), key=lambda r: r.turn, reverse=True)

    def waiting_for(self, sku: str) -> Iterator[Waiting]:
        """The orders that wait for the SKU, in their turn.

        Those that got stock stay among them until it is claimed at a location: should the step that
        filled them be cut off, they are found again and their orders told.
        """
        for item in self._table.listed("gsi1", indexes.backorders(sku)):
            yield Waiting(item["order_id"], item.get("filled", False))

    def queue(self, sku: str) -> list[Reservation]:
        """Reservations that wait for the SKU, in turn."""
        rows = self._table.listed("gsi1", indexes.backorders(sku))
        orders = [row["order_id"] for row in rows]
        items = self._table.get_many(keys.reservation(sku, id) for id in orders)
        held = (stored_reservation(item) for item in items)
        return sorted((each for each in held if each.backordered), key=lambda r: r.turn)

    def last_waiting(self, sku: str) -> str | None:
        """The order whose turn for the SKU comes last."""
        last = self._table.listed("gsi1", indexes.backorders(sku), limit=1, newest=True)
        return next((row["order_id"] for row in last), None)

    # -- moving reservations ------------------------------------------------------------------

    def move(
        self, moves: list[Move], orders: DynamoOrders, seen: StoredOrder, *, alone: bool = False
    ) -> StoredOrder:
        """Do the moves of an order; answers the order as it is then.

        `alone`: only while it is as it was seen, and other steps on it start again. The counters
        are taken as `items` read them last. Raises ConditionFailed when anything is not as read.
        """
        try:
            for some in self._packed(moves, MOST_ACTIONS - 1):
                self._write([*([orders.touched(seen)] if alone else []), *some])
                seen = seen._replace(version=seen.version + 1) if alone else seen
            return seen
        finally:
            self._tend()

    def merged(self, moves: Sequence[Move]) -> list[Action]:
        """The actions of moves of several orders that take nothing: each SKU is changed once.

        Where its counters lie in buckets, the main item gets what is given back, so that nobody
        has to read them. Raises ConditionFailed when a move takes something.
        """
        deltas: dict[str, list[Delta]] = {}
        for move in moves:
            deltas.setdefault(move.before.sku, []).append(delta(move.before, move.after))
        actions = [*map(self._reservation, moves)]
        for sku, some in deltas.items():
            actions += self._counters(View(sku, ({},)), summed(some))
        return actions

    def _write(self, actions: list[Action]) -> None:
        try:
            met = self._table.write(actions)
        except WriteContention as crowd:
            self._note(actions, crowd.met)
            raise
        self._note(actions, met)

    def _packed(self, moves: list[Move], room: int) -> Iterator[list[Action]]:
        """The actions of the moves in as few transactions as hold them, each move whole."""
        transaction: list[Action] = []
        for move in moves:
            actions = [*self._moved(move), self._reservation(move)]
            if len(transaction) + len(actions) > room:
                yield transaction
                transaction = []
            transaction += actions
        if transaction:
            yield transaction

    def _moved(self, move: Move) -> Iterator[Action]:
        """Changes of a SKU's counters by a move; raises ConditionFailed if they lack it."""
        sku, after = move.before.sku, move.after
        view = self._views.get(sku) or View(sku, ({},))
        home = at_home(after.order_id, view.parts.number)
        kept = max(0, view.item.kept_from(after.shop))
        change = delta(move.before, after)
        return self._counters(view, change, home=home, kept=kept, limited=move.limited)

    def _counters(
        self, view: View, change: Delta, *, home: int = 0, kept: int = 0, limited: bool = False
    ) -> Iterator[Action]:
        changes = placed(change, view.parts, home=home, kept=kept)
        if changes is None:
            raise ConditionFailed((0,))
        yield from self._parts(view, changes, limited=limited)

    def _parts(self, view: View, changes: Changes, *, limited: bool = False) -> Iterator[Action]:
        now = self._now()
        for n, change in changes.items():
            edit = edited(view, n, change)
            if limited and "backordered" in change.adds:
                edit.see("backordered", view.read[n].get("backordered"))
            if n == 0 and view.main and view.parts.number == 1 and view.mark.due(now):
                marked(edit, view, now)
            yield edit.action(self._table, keys.stock_part(view.sku, n))

    def _reservation(self, move: Move) -> Action:
        after = move.after
        attributes = {
            "kind": "reservation",
            "sku": after.sku,
            "order_id": after.order_id,
            "placed_at": after.placed_at.isoformat(),
            "shop": after.shop,
            "soft": after.soft,
            "backordered": after.backordered,
            "hard": after.hard,
            "issued": after.issued,
            "version": move.before.version + 1,
        }
        if after.rank:
            attributes["rank"] = after.rank
        if after.promised_on:
            attributes["promised_on"] = after.promised_on.isoformat()
        if after.filled:
            attributes["filled"] = True
        turn = indexes.turn(after.rank, after.promised_on, after.placed_at, after.order_id)
        if after.backordered or after.filled:
            attributes |= {"gsi1pk": indexes.backorders(after.sku), "gsi1sk": turn}
        if after.soft > 0:
            shard = at_home(after.order_id, indexes.HOLDER_SHARDS)
            attributes |= {"gsi2pk": indexes.holders(after.sku, shard), "gsi2sk": turn}
        key = keys.reservation(after.sku, after.order_id)
        if move.before.version == 0:
            return self._table.put(key, attributes, unless_exists=True)
        return self._table.put_if(key, attributes, version=move.before.version)

    # -- counting -----------------------------------------------------------------------------

    def take_counts(self, counts: Iterable[Count], by: Counting) -> Tally:
        """Take a warehouse's counts; answers what became of them.

        A count older than the one taken before is ignored; each change is one `Stock.Changed`.
        Raises NotNow.
        """
        self._views.clear()
        changed = unchanged = 0
        ignored: dict[str, datetime] = {}
        left = {count.sku: count for count in counts}
        for attempt in range(MOVE_TRIES):
            views = self._read(left)
            self._views |= views
            for sku, count in list(left.items()):
                later = last_counted(views[sku].item, by.location, now=self._now())
                word = judged(views[sku].item, count, by, now=self._now())
                if word == "ignored" and later:
                    ignored[sku] = later
                unchanged += word == "unchanged"
                if word != "changed":
                    del left[sku]
            if not left:
                return Tally(changed, unchanged, ignored)
            room = MOST_ACTIONS if attempt == 0 else 1
            for sku in self._count([(views[sku], count) for sku, count in left.items()], by, room):
                changed += 1
                del left[sku]
        raise NotNow(f"{len(left)} SKUs are being changed by many at once")

    def gained(
        self, gains: Mapping[str, int], by: Counting
    ) -> tuple[list[Action], dict[str, datetime]]:
        """The actions by which a location holds more, with one `Stock.Changed` for each SKU.

        Beside them the SKUs that were counted there at that time or later, and when: their pieces
        are in that count already.
        """
        actions: list[Action] = []
        late: dict[str, datetime] = {}
        for sku, view in self._read(gains).items():
            known = last_counted(view.item, by.location, now=self._now())
            if known is None or known < by.as_of:
                count = Count(sku, view.item.on_hand.get(by.location, 0) + gains[sku])
                event_id, now = self._new_id("evt"), self._now()
                actions += counted(self._table, view, count, by, event_id=event_id, at=now)
            else:
                late[sku] = known
        return actions, late

    def _count(self, counts: list[tuple[View, Count]], by: Counting, room: int) -> Iterator[str]:
        """Write counts, several to a transaction if there is room; answers the SKUs written."""
        transaction: list[Action] = []
        skus: list[str] = []
        for view, count in counts:
            event_id, now = self._new_id("evt"), self._now()
            actions = counted(self._table, view, count, by, event_id=event_id, at=now)
            if transaction and len(transaction) + len(actions) > room:
                yield from self._written(transaction, skus)
                transaction, skus = [], []
            transaction += actions
            skus.append(view.sku)
        yield from self._written(transaction, skus)

    def _written(self, actions: list[Action], skus: list[str]) -> list[str]:
        try:
            self._table.write(actions)
        except ConditionFailed:
            return []
        return skus

    def keep_back(self, sku: str, by: Keeping) -> Buffer:
        """Set what a shop leaves of the SKU for the other channels; raises NotNow."""
        for _ in range(MOVE_TRIES):
            view = self._read([sku])[sku]
            if view.item.buffers.get(by.shop, Buffer()) == by.buffer:
                return by.buffer
            event_id, now = self._new_id("evt"), self._now()
            try:
                self._table.write(kept_back(self._table, view, by, event_id=event_id, at=now))
                return by.buffer
            except ConditionFailed:
                continue
        raise NotNow(f"the stock of {sku} is being changed by many at once")


def unreserved(order: Order, sku: str) -> Reservation:
    """Reservation of a SKU by an order before anything; preorders are served as they come."""
    preorder = any(li.sku == sku and li.nature.kind == "preorder" for li in order.lines)
    return Reservation(
        sku=sku,
        order_id=order.id,
        placed_at=order.placed_at,
        shop=order.shop,
        rank=0 if preorder else order.wishes.rank,
        promised_on=None if preorder else order.wishes.promised_on,
    )
