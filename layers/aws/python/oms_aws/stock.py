"""Stock in DynamoDB: counters and reservations move together or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec

from oms.bundles import stock_skus
from oms.events import GENESIS, Event, chained
from oms.order import Order
from oms.refusals import NotNow
from oms.stock import Delta, Item, Reservation, claims, delta, settled
from oms_aws import keys
from oms_aws.orders import DynamoOrders, Stored, event_action
from oms_aws.table import Action, ConditionFailed, Table

MOVES_A_TRANSACTION = 49
MOVE_TRIES = 12


class Move(NamedTuple):
    """A reservation as it is and as it shall be."""

    before: Reservation
    after: Reservation


class Waiting(NamedTuple):
    """An order that waits for a SKU; `filled` if it got some and may not know yet."""

    order_id: str
    filled: bool


class Count(NamedTuple):
    """A warehouse's count of a SKU: pieces on the shelf at a time."""

    sku: str
    on_hand: int


class DynamoStock:
    """The stock of all SKUs at all locations."""

    def __init__(
        self, table: Table, now: Callable[[], datetime], new_id: Callable[[str], str]
    ) -> None:
        self._table = table
        self._now = now
        self._new_id = new_id

    # -- reading ------------------------------------------------------------------------------

    def items(self, skus: Iterable[str]) -> dict[str, Item]:
        """The counters of each SKU; one that was never counted has none of anything."""
        wanted = list(dict.fromkeys(skus))
        found = self._table.get_many(keys.stock(sku) for sku in wanted)
        known = {item["sku"]: stored_item(item) for item in found}
        return {sku: known.get(sku) or Item(sku=sku) for sku in wanted}

    def reservations(self, order: Order) -> dict[str, Reservation]:
        """What the order holds of each SKU that it takes from stock."""
        skus = stock_skus(order)
        found = self._table.get_many(keys.reservation(sku, order.id) for sku in skus)
        known = {item["sku"]: stored_reservation(item) for item in found}
        return {sku: known.get(sku) or unreserved(order, sku) for sku in skus}

    def promised(self, sku: str) -> list[Reservation]:
        """What is promised of the SKU and claimed at no location yet, the last in turn first.

        It reads every reservation there ever was: for a shelf that holds less than it should.
        """
        items = self._table.query(keys.stock(sku).pk, sk_prefix=keys.RESERVATIONS)
        held = (stored_reservation(item) for item in items)
        return sorted((each for each in held if each.soft), key=lambda r: r.turn, reverse=True)

    def waiting_for(self, sku: str) -> Iterator[Waiting]:
        """The orders that wait for the SKU, in their turn.

        Those that got stock stay among them until it is claimed at a location: should the step that
        filled them be cut off, they are found again and their orders told.
        """
        for item in self._table.listed("gsi1", keys.backorders(sku)):
            yield Waiting(item["order_id"], item.get("filled", False))

    # -- moving reservations ------------------------------------------------------------------

    def move(
        self, moves: list[Move], orders: DynamoOrders, seen: Stored, *, alone: bool = False
    ) -> Stored:
        """Do the moves of an order; answers the order as it is then.

        `alone`: only while it is as it was seen, and other steps on it start again. Raises
        ConditionFailed when anything is not as it was read.
        """
        for start in range(0, len(moves), MOVES_A_TRANSACTION):
            guards = [orders.touched(seen)] if alone else []
            self._move(moves[start : start + MOVES_A_TRANSACTION], *guards)
            seen = seen._replace(version=seen.version + 1) if alone else seen
        return seen

    def settle(self, orders: DynamoOrders, order_id: str) -> None:
        """Issue what the order shipped and give back what it dropped, exactly once."""
        for _ in range(MOVE_TRIES):
            seen = orders.get(order_id)
            try:
                self._settle(orders, seen)
                return
            except ConditionFailed:
                continue
        raise NotNow(f"the reservations of {order_id} are being changed by many at once")

    def _settle(self, orders: DynamoOrders, seen: Stored) -> None:
        moves = []
        moving = False
        wanted = claims(seen.order)
        for sku, held in self.reservations(seen.order).items():
            claimed = wanted[sku]
            after = settled(held, claimed)
            if after != held:
                moves.append(Move(held, after))
                moving = moving or claimed.in_motion > 0
        for start in range(0, len(moves), MOVES_A_TRANSACTION):
            guard = orders.touched(seen) if moving else orders.unchanged(seen)
            self._move(moves[start : start + MOVES_A_TRANSACTION], guard)
            seen = seen._replace(version=seen.version + 1) if moving else seen

    def _move(self, moves: list[Move], *guards: Action) -> None:
        actions = [*guards]
        for move in moves:
            actions += [self._counters(move), self._reservation(move)]
        self._table.write(actions)

    def _counters(self, move: Move) -> Action:
        edit = _Edit()
        edit.set("sku", move.before.sku)
        edit.set("kind", "stock")
        for name, difference in _differences(delta(move.before, move.after)):
            edit.add(name, difference)
            if difference < 0 and name.startswith(("promisable", "free:")):
                edit.demand(f"{edit.name(name)} >= {edit.value(-difference)}")
        return edit.action(self._table, keys.stock(move.before.sku))

    def _reservation(self, move: Move) -> Action:
        after = move.after
        attributes = {
            "kind": "reservation",
            "sku": after.sku,
            "order_id": after.order_id,
            "placed_at": after.placed_at.isoformat(),
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
        if after.backordered or after.filled:
            attributes |= {
                "gsi1pk": keys.backorders(after.sku),
                "gsi1sk": keys.turn(after.rank, after.promised_on, after.placed_at, after.order_id),
            }
        key = keys.reservation(after.sku, after.order_id)
        if move.before.version == 0:
            return self._table.put(key, attributes, unless_exists=True)
        return self._table.put_if(key, attributes, version=move.before.version)

    # -- counting -----------------------------------------------------------------------------

    def take_counts(self, counts: Iterable[Count], by: Counting) -> dict[str, int]:
        """Take a warehouse's counts; answers how many were `changed`, `unchanged` and `ignored`.

        A count older than the one taken before is ignored; each change is one `Stock.Changed`.
        Raises NotNow.
        """
        tally = {"changed": 0, "unchanged": 0, "ignored": 0}
        left = {count.sku: count for count in counts}
        for attempt in range(MOVE_TRIES):
            items = self.items(left)
            for sku, count in list(left.items()):
                word = _judge(items[sku], count, by)
                if word != "changed":
                    tally[word] += 1
                    del left[sku]
            if not left:
                return tally
            size = MOVES_A_TRANSACTION if attempt == 0 else 1
            for sku in self._count(list(left.values()), items, by, size):
                tally["changed"] += 1
                del left[sku]
        raise NotNow(f"{len(left)} SKUs are being changed by many at once")

    def _count(
        self, counts: list[Count], items: dict[str, Item], by: Counting, size: int
    ) -> Iterator[str]:
        """Write counts, `size` to a transaction; answers the SKUs that were written."""
        for start in range(0, len(counts), size):
            some = counts[start : start + size]
            actions = [a for count in some for a in self._changed(items[count.sku], count, by)]
            try:
                self._table.write(actions)
            except ConditionFailed:
                continue
            yield from (count.sku for count in some)

    def _changed(self, item: Item, count: Count, by: Counting) -> list[Action]:
        event = chained(
            Event(
                id=self._new_id("evt"),
                type="Stock.Changed",
                aggregate=f"stock/{count.sku}",
                shop="",
                sequence=item.sequence + 1,
                at=self._now(),
                actor=by.actor,
                cause=by.cause,
                data=msgspec.Raw(msgspec.json.encode(_change(item, count, by))),
            ),
            item.hash or GENESIS,
        )
        return [self._counted(item, count, by, event), event_action(self._table, event)]

    def _counted(self, item: Item, count: Count, by: Counting, event: Event) -> Action:
        place, known = by.location, by.location in item.on_hand
        gain = count.on_hand - item.on_hand.get(place, 0) - (0 if known else by.safety)
        edit = _Edit()
        edit.set("sku", count.sku)
        edit.set("kind", "stock")
        edit.see("sequence", item.sequence or None)
        edit.see(f"on_hand:{place}", item.on_hand.get(place))
        edit.set("sequence", event.sequence)
        edit.set("hash", event.hash)
        edit.set(f"on_hand:{place}", count.on_hand)
        edit.set(f"as_of:{place}", by.as_of.isoformat())
        if not known:
            edit.set(f"safety:{place}", by.safety)
        edit.add(f"free:{place}", gain)
        edit.add("promisable", gain)
        return edit.action(self._table, keys.stock(count.sku))


class Counting(NamedTuple):
    """Where and when a warehouse counted, what it never promises, and who sent the count."""

    location: str
    as_of: datetime
    safety: int
    actor: str
    cause: str


class _Edit:
    """An update expression in the making; attribute names may hold any character."""

    def __init__(self) -> None:
        self._terms: list[str] = []
        self._conditions: list[str] = []
        self._names: dict[str, str] = {}
        self._values: dict[str, Any] = {}

    def name(self, attribute: str) -> str:
        for short, known in self._names.items():
            if known == attribute:
                return short
        short = f"#n{len(self._names)}"
        self._names[short] = attribute
        return short

    def value(self, value: Any) -> str:
        short = f":v{len(self._values)}"
        self._values[short] = value
        return short

    def set(self, attribute: str, value: Any) -> None:
        self._terms.append(f"{self.name(attribute)} = {self.value(value)}")

    def add(self, attribute: str, difference: int) -> None:
        name = self.name(attribute)
        current = f"if_not_exists({name}, {self.value(0)})"
        self._terms.append(f"{name} = {current} + {self.value(difference)}")

    def demand(self, condition: str) -> None:
        self._conditions.append(condition)

    def see(self, attribute: str, value: Any) -> None:
        """Demand that the attribute still is as seen, None for absent."""
        name = self.name(attribute)
        self.demand(
            f"attribute_not_exists({name})" if value is None else f"{name} = {self.value(value)}"
        )

    def action(self, table: Table, key: keys.Key) -> Action:
        return table.update(
            key,
            "SET " + ", ".join(self._terms),
            self._values,
            names=self._names,
            condition=" AND ".join(self._conditions),
        )


def _differences(change: Delta) -> Iterator[tuple[str, int]]:
    for name in ("promisable", "soft", "backordered"):
        if difference := getattr(change, name):
            yield name, difference
    for name in ("hard", "on_hand", "free"):
        for place, difference in getattr(change, name).items():
            if difference:
                yield f"{name}:{place}", difference


def _change(item: Item, count: Count, by: Counting) -> dict[str, Any]:
    return {
        "news": "Stock.Changed",
        "sku": count.sku,
        "location": by.location,
        "before": item.on_hand.get(by.location, 0),
        "on_hand": count.on_hand,
        "as_of": by.as_of,
    }


def _judge(item: Item, count: Count, by: Counting) -> str:
    taken = item.as_of.get(by.location)
    if taken and by.as_of < datetime.fromisoformat(taken):
        return "ignored"
    return "unchanged" if item.on_hand.get(by.location) == count.on_hand else "changed"


def stored_item(attributes: Mapping[str, Any]) -> Item:
    """The counters in a table item; those of a location are named `on_hand:<location>` etc."""
    places: dict[str, dict[str, Any]] = {}
    for name, value in attributes.items():
        counter, colon, place = name.partition(":")
        if colon:
            places.setdefault(counter, {})[place] = value
    return Item(
        sku=attributes["sku"],
        promisable=attributes.get("promisable", 0),
        soft=attributes.get("soft", 0),
        backordered=attributes.get("backordered", 0),
        sequence=attributes.get("sequence", 0),
        hash=attributes.get("hash", ""),
        **places,
    )


def unreserved(order: Order, sku: str) -> Reservation:
    """What an order holds of a SKU before anything; preorders are served as they come."""
    preorder = any(li.sku == sku and li.nature.kind == "preorder" for li in order.lines)
    return Reservation(
        sku=sku,
        order_id=order.id,
        placed_at=order.placed_at,
        rank=0 if preorder else order.rank,
        promised_on=None if preorder else order.promised_on,
    )


def stored_reservation(attributes: Mapping[str, Any]) -> Reservation:
    """The reservation in a table item."""
    return Reservation(
        sku=attributes["sku"],
        order_id=attributes["order_id"],
        placed_at=datetime.fromisoformat(attributes["placed_at"]),
        soft=attributes["soft"],
        backordered=attributes["backordered"],
        hard=attributes["hard"],
        issued=attributes["issued"],
        filled=attributes.get("filled", False),
        rank=attributes.get("rank", 0),
        promised_on=date.fromisoformat(day) if (day := attributes.get("promised_on")) else None,
        version=attributes["version"],
    )
