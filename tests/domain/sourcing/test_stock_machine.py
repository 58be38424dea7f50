"""Orders and stock under any interleaving of what happens to them: the invariants always hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace

from oms.core.events import LogEntry
from oms.core.parties import Address
from oms.core.refusals import Refusal
from oms.master.product import Component
from oms.master.warehouse import Warehouse
from oms.orders import cancelling, shipping
from oms.orders.findings import Finding
from oms.orders.holding import release_hold, screen
from oms.orders.lines import Line, ProductSnapshot
from oms.orders.order import Order
from oms.orders.reserving import lose_reservation
from oms.orders.shipping import pack, release_to_warehouse
from oms.records.invariants import claimed, conserved, counted
from oms.sourcing import allocation
from oms.sourcing.bundles import parts, recipes, stock_skus
from oms.sourcing.routing import Plan, route
from oms.sourcing.stock import (
    Delta,
    Item,
    Reservation,
    agrees,
    asking,
    claims,
    delta,
    settled,
    spread,
)
from tests.domain.orders.test_order_properties import new_order
from tests.domain.sourcing.test_stock_properties import moved

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PLACES = ("A", "B")
SKUS = ("X", "Y")
HOME = Address("Lager", "Talweg 1", "80331", "München", "DE")
WAREHOUSES = [Warehouse(id=place, name=place, address=HOME) for place in PLACES]
NATURES = {
    "X": ProductSnapshot(),
    "Y": ProductSnapshot(),
    "SET": ProductSnapshot("bundle", (Component("X", 1), Component("Y", 2))),
}
lines = st.lists(st.tuples(st.sampled_from([*NATURES]), st.integers(1, 3)), min_size=1, max_size=3)


class Lacking(Exception):
    """A move that the counters do not cover: DynamoDB would refuse it."""


class Shop(RuleBasedStateMachine):
    """A merchant's day; every step may be cut off between its moves and its order's save."""

    def __init__(self) -> None:
        super().__init__()
        self.now = MONDAY
        self.orders: dict[str, Order] = {}
        self.items = {sku: Item(sku=sku) for sku in SKUS}
        self.held: dict[tuple[str, str], Reservation] = {}
        self.log: dict[str, list[LogEntry]] = {sku: [] for sku in SKUS}
        self.astray: set[str] = set()
        self.counts_taken: set[str] = set()

    # -- what the adapters do, in memory ----------------------------------------------------------

    def reservations(self, order: Order) -> dict[str, Reservation]:
        return {
            sku: self.held.get((sku, order.id))
            or Reservation(
                sku=sku, order_id=order.id, placed_at=order.placed_at, rank=order.wishes.rank
            )
            for sku in stock_skus(order)
        }

    def move(self, before: Reservation, after: Reservation) -> None:
        change, item = delta(before, after), self.items[before.sku]
        short = {**change.free, "": change.promisable}
        has = {**item.free, "": item.promisable}
        if any(n < 0 and has.get(place, 0) < -n for place, n in short.items()):
            raise Lacking(before.sku)
        self.items[before.sku] = moved(item, change)
        self.held[before.sku, before.order_id] = after

    def work(self, before: Order, after: Order, *, saved: bool) -> None:
        """Bring the reservations to what the order will claim, and save it unless cut off."""
        wanted = claims(after)
        for sku, held in self.reservations(before).items():
            self.move(held, held.brought_to(wanted[sku]))
        if saved:
            self.save(after)
            self.astray.discard(after.id)
        else:
            self.astray.add(before.id)

    def save(self, order: Order) -> None:
        self.orders[order.id] = replace(order, events=())

    def room(self, order: Order) -> allocation.Room:
        return allocation.room_of(order, self.reservations(order), self.items)

    def plan(self, order: Order, told: Order) -> Plan:
        free = {}
        for sku, held in self.reservations(told).items():
            hard = claims(told)[sku].hard
            places = {**self.items[sku].free, **held.hard}
            free[sku] = {
                p: max(0, self.items[sku].free.get(p, 0)) + held.hard.get(p, 0) - hard.get(p, 0)
                for p in places
            }
        return route(
            order.by_sku("reserved"),
            free,
            WAREHOUSES,
            method="standard",
            now=self.now,
            recipes=recipes(order),
        )

    def misfits(self, told: Order) -> allocation.Fits:
        def misfits(order: Order) -> dict[str, int]:
            lacking = self.plan(order, told).uncovered
            bundles = {sku: n for sku, n in lacking.items() if sku in recipes(order)}
            return spread(order, "reserved", bundles)

        return misfits

    # -- what happens -----------------------------------------------------------------------------

    @rule(of=lines, partial=st.booleans(), rank=st.integers(0, 2), held=st.booleans())
    def place(self, of: list[tuple[str, int]], partial: bool, rank: int, held: bool) -> None:
        order = replace(
            new_order([1], partial).within("wishes", rank=rank),
            id=f"ord_{len(self.orders) + 1}",
            placed_at=self.now,
            lines=tuple(
                Line(str(n), sku, Decimal(1), q, open=q, nature=NATURES[sku])
                for n, (sku, q) in enumerate(of, 1)
            ),
        )
        finding = Finding("check", "hold" if held else "pass", "reason")
        self.save(screen(order, [finding], at=self.now))

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), saved=st.booleans())
    def reserve(self, data: st.DataObject, saved: bool) -> None:
        order = self.some(data)
        if asking(order):
            after = allocation.reserved(
                order, self.room(order), closed=(), fits=self.misfits(order), at=self.now
            )
            self.work(order, after, saved=saved)

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), saved=st.booleans())
    def allocate(self, data: st.DataObject, saved: bool) -> None:
        order = self.some(data)
        after = allocation.allocated(
            order, self.room(order), closed=(), fits=self.misfits(order), at=self.now
        )
        self.work(order, after, saved=saved)

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), saved=st.booleans())
    def send_to_warehouses(self, data: st.DataObject, saved: bool) -> None:
        told = self.some(data)
        if told.open_holds or not told.count("reserved"):
            return
        order = allocation.kept(told, self.room(told), at=self.now)
        plan = self.plan(order, told)
        order = lose_reservation(order, spread(order, "reserved", plan.uncovered), at=self.now)
        for share in plan.shares:
            order = release_to_warehouse(
                order,
                share.location,
                spread(order, "reserved", share.quantities),
                ship_by=self.now,
                reasons=(),
                at=self.now,
            )
        self.work(told, order, saved=saved)

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def ship(self, data: st.DataObject) -> None:
        order = self.some(data)
        for fulfilment in order.fulfilments:
            if fulfilment.status == "released":
                order = pack(order, fulfilment.id, [(100, None)], at=self.now)
                numbers = (f"T-{fulfilment.id}",)
                order = shipping.ship(
                    order, fulfilment.id, carrier="dhl", tracking_numbers=numbers, at=self.now
                )
        self.save(order)
        self.astray.add(order.id)

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), quantity=st.integers(1, 3))
    def cancel(self, data: st.DataObject, quantity: int) -> None:
        order = self.some(data)
        line = data.draw(st.sampled_from(order.lines))
        try:
            self.save(
                cancelling.cancel(order, {line.number: quantity}, reason="", by="shop", at=self.now)
            )
        except Refusal:
            return
        self.astray.add(order.id)

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        order = self.some(data)
        for sku, held in self.reservations(order).items():
            self.move(held, settled(held, claims(order)[sku]))

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        order = self.some(data)
        for hold in order.open_holds:
            order = release_hold(order, hold.id, by="clerk", reason="", at=self.now)
        self.save(order)

    @rule(hours=st.integers(1, 80))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def expire(self, data: st.DataObject) -> None:
        order = self.some(data)
        after = allocation.expire(order, "", self.now)
        if after.events:
            self.save(after)
            self.astray.add(order.id)

    @rule(sku=st.sampled_from(SKUS), place=st.sampled_from(PLACES), on_hand=st.integers(0, 8))
    def count(self, sku: str, place: str, on_hand: int) -> None:
        self.shelve(sku, place, on_hand)
        self.cover(sku)

    @rule(sku=st.sampled_from(SKUS), place=st.sampled_from(PLACES), gain=st.integers(1, 5))
    def receive(self, sku: str, place: str, gain: int) -> None:
        self.shelve(sku, place, self.items[sku].on_hand.get(place, 0) + gain)

    def shelve(self, sku: str, place: str, on_hand: int) -> None:
        item = self.items[sku]
        before = item.on_hand.get(place, 0)
        data = {"location": place, "before": before, "on_hand": on_hand}
        self.log[sku].append(
            LogEntry(
                id="evt",
                type="Stock.Changed",
                aggregate=f"stock/{sku}",
                shop="",
                sequence=len(self.log[sku]) + 1,
                at=self.now,
                actor="wms",
                cause="",
                data=msgspec.Raw(msgspec.json.encode(data)),
            )
        )
        gain = {place: on_hand - before}
        self.items[sku] = moved(item, Delta(on_hand - before, 0, 0, {}, gain, gain))
        self.counts_taken.add(sku)

    def cover(self, sku: str) -> None:
        """What the step does that hears of a lower count."""
        held = [r for (of, _), r in self.held.items() if of == sku and r.soft]
        for each in sorted(held, key=lambda r: r.turn, reverse=True):
            if self.items[sku].promisable >= 0:
                return
            order = self.orders[each.order_id]
            if order.count("reserved"):
                after = allocation.uncovered(
                    order, self.reservations(order), self.items, sku, self.now
                )
                self.work(order, after, saved=True)
                continue
            for part, mine in self.reservations(order).items():
                self.move(mine, settled(mine, claims(order)[part]))

    def some(self, data: st.DataObject) -> Order:
        return self.orders[data.draw(st.sampled_from(sorted(self.orders)))]

    # -- what must hold ---------------------------------------------------------------------------

    @invariant()
    def pieces_are_somewhere(self) -> None:
        for order in self.orders.values():
            assert list(conserved(order)) == []

    @invariant()
    def counters_are_the_sums_of_their_records(self) -> None:
        for sku, item in self.items.items():
            held = [r for (of, _), r in self.held.items() if of == sku]
            assert list(counted(item, held, self.log[sku])) == []

    @invariant()
    def orders_hold_what_they_claim(self) -> None:
        for order in self.orders.values():
            held = self.reservations(order)
            if order.id not in self.astray:
                assert list(claimed(order, held)) == []

    @invariant()
    def bundles_are_claimed_whole(self) -> None:
        for order in self.orders.values():
            for line in order.lines:
                assert set(parts(line)) <= set(stock_skus(order))

    @invariant()
    def promises_are_covered(self) -> None:
        for item in self.items.values():
            promised = item.soft - sum(
                r.soft
                for (sku, id), r in self.held.items()
                if sku == item.sku and id in self.astray
            )
            assert item.promisable >= 0 or promised <= 0

    def teardown(self) -> None:
        """Every order that is worked on once more comes to rest, and agrees with what it holds."""
        for order in list(self.orders.values()):
            for sku, held in self.reservations(order).items():
                self.move(held, settled(held, claims(order)[sku]))
            again = self.orders[order.id]
            if asking(again):
                room = self.room(again)
                after = allocation.reserved(
                    again, room, closed=(), fits=self.misfits(again), at=self.now
                )
            else:
                after = allocation.kept(again, self.room(again), at=self.now)
            self.work(again, after, saved=True)
            told = self.orders[order.id]
            for sku, held in self.reservations(told).items():
                assert agrees(held, claims(told)[sku])


TestShop = Shop.TestCase
TestShop.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


FIRST = SimpleNamespace(draw=lambda _: "ord_1")


def rules_of(*names: str) -> dict[str, Callable[..., None]]:
    return {name: getattr(Shop, name).hypothesis_stateful_rule.function for name in names}


def test_what_has_left_is_not_promised_again_before_its_stock_is_settled() -> None:
    shop, rules = Shop(), rules_of("place", "count", "reserve", "allocate", "send_to_warehouses")
    ship = rules_of("ship")["ship"]
    rules["place"](shop, held=False, of=[("X", 1), ("X", 1)], partial=False, rank=0)
    rules["reserve"](shop, data=FIRST, saved=True)
    rules["count"](shop, sku="X", place="A", on_hand=1)
    rules["allocate"](shop, data=FIRST, saved=True)
    rules["send_to_warehouses"](shop, data=FIRST, saved=True)
    ship(shop, data=FIRST)
    rules["allocate"](shop, data=FIRST, saved=True)
    (order,) = shop.orders.values()
    assert (order.count("shipped"), order.count("backordered")) == (1, 1)


def test_what_a_cut_off_run_reserved_is_not_kept_once_a_count_took_it() -> None:
    shop, rules, cut_off = Shop(), rules_of("place", "count", "reserve"), FIRST
    rules["place"](shop, held=False, of=[("X", 1)], partial=False, rank=0)
    rules["count"](shop, sku="X", place="A", on_hand=1)
    rules["reserve"](shop, data=cut_off, saved=False)
    rules["count"](shop, sku="X", place="A", on_hand=0)
    rules["reserve"](shop, data=cut_off, saved=True)
    (order,) = shop.orders.values()
    assert (order.count("reserved"), order.count("backordered")) == (0, 1)
    shop.promises_are_covered()
