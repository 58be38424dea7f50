"""Orders settled together end as they would one by one, in any order, cut off and repeated."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bench.gear.items import Items
from oms.core.events import GENESIS
from oms.core.refusals import NotNow, Unknown
from oms.orders.fulfilments import Fulfilment
from oms.orders.lines import Line
from oms.orders.order import Order
from oms.records.invariants import claimed, counted
from oms.sourcing.stock import Item, Reservation, claims, delta, settled, summed
from oms_aws.orders.store import ORDER, DynamoOrders, StoredOrder
from oms_aws.platform import keys
from oms_aws.platform.attributes import unmarshal
from oms_aws.platform.log import stored_event
from oms_aws.platform.table import Table
from oms_aws.platform.vaults import new_vault
from oms_aws.sourcing.counters import stored_reservation
from oms_aws.sourcing.counting import Count, Counting
from oms_aws.sourcing.settling import settle, settle_all
from oms_aws.sourcing.stock import DynamoStock, Move, unreserved
from oms_aws.sourcing.wiring import SourcingWiring
from tests.domain.orders.test_order_properties import new_order
from tests.domain.sourcing.test_stock_properties import moved
from tests.world.turns import Turns

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SKUS = ("S", "T", "U")
PLACES = ("A", "B")
few = st.integers(0, 3)


class Case(NamedTuple):
    """An order as it was when its reservations were made, and as it is now."""

    then: Order
    now: Order


class Gone(BaseException):
    """The process is gone."""


class Hall:
    """A table in memory with orders, their reservations and the counters of some SKUs."""

    def __init__(self, cases: Sequence[Case], *, parts: int = 1, seed: int = 0) -> None:
        self.turns = Turns(seed)
        self.left: int | None = None
        self.items = Items(self.step)
        self.ids = 0
        self.cases = {case.now.id: case for case in cases}
        self.skus = sorted({line.sku for case in cases for line in case.then.lines})
        oms = self.process()
        for sku in self.skus:
            for place in PLACES:
                oms.stock.take_counts([Count(sku, 500)], Counting(place, NOW, 0, "wms", "test"))
            oms.stock.arrange(sku, parts)
        for case in cases:
            for sku, wanted in claims(case.then).items():
                before = unreserved(case.then, sku)
                oms.stock.items([sku])
                nothing = cast(Any, None)
                oms.stock.move([Move(before, before.brought_to(wanted))], nothing, nothing)
            self.write(case.now)

    def process(self) -> SourcingWiring:
        """What a process of its own is wired to."""
        table, now = Table(self.items, "T"), lambda: NOW
        stock = DynamoStock(table, now, self.new_id)
        orders = DynamoOrders(table, now, self.new_id)
        return cast(SourcingWiring, SimpleNamespace(table=table, stock=stock, orders=orders))

    def new_id(self, prefix: str) -> str:
        self.ids += 1
        return f"{prefix}_{self.ids}"

    def step(self) -> None:
        """Before each read of an item and each transaction: here a process may end."""
        self.turns.pause()
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Gone

    def write(self, order: Order) -> None:
        table = Table(self.items, "T")
        stored = StoredOrder(order, 1, 0, GENESIS, new_vault())
        table.write([table.put(keys.order(order.id), ORDER.item(stored, order))])

    def outcome(self) -> dict[tuple[str, str], dict[str, Any]]:
        """All that is stored, but for how often a counter was written."""
        held = {key: unmarshal(item) for key, item in self.items.held.items()}
        for item in held.values():
            item.pop("writes", None)
        return held

    def reservations(self) -> list[Reservation]:
        found = map(unmarshal, self.items.held.values())
        return [stored_reservation(item) for item in found if item.get("kind") == "reservation"]

    def item(self, sku: str) -> Item:
        return self.process().stock.items([sku])[sku]

    def proven(self) -> None:
        """The counters are the sums of the records, and each order holds what it claims."""
        held, log = self.reservations(), []
        for item in map(unmarshal, self.items.held.values()):
            if item.get("kind") == "event":
                log.append(stored_event(item))
        log.sort(key=lambda event: event.sequence)
        for sku in self.skus:
            mine = [each for each in held if each.sku == sku]
            entries = [event for event in log if event.aggregate == f"stock/{sku}"]
            assert list(counted(self.item(sku), mine, entries)) == []
        for id, case in self.cases.items():
            own = {each.sku: each for each in held if each.order_id == id}
            assert list(claimed(case.now, own)) == []


def order_of(id: str, lines: list[Line], fulfilments: list[Fulfilment]) -> Order:
    order = replace(new_order([1], True), id=id, placed_at=NOW, events=())
    return replace(order, lines=tuple(lines), fulfilments=tuple(fulfilments))


@st.composite
def cases(draw: st.DrawFn, number: int) -> Case:
    """An order that has dropped some of its pieces since, and shipped some."""
    id, lines, fulfilments = f"ord_{number}", ([], []), ([], [])  # type: ignore[var-annotated]
    skus = draw(st.lists(st.sampled_from(SKUS), min_size=1, max_size=3, unique=True))
    for n, sku in enumerate(skus, 1):
        reserved, waiting, released = draw(few), draw(few), draw(few)
        soft, still = draw(st.integers(0, reserved)), draw(st.integers(0, waiting))
        shipped = released if draw(st.booleans()) else 0
        ordered = reserved + waiting + released + 1
        line = Line(str(n), sku, Decimal(1), ordered, reserved=reserved, backordered=waiting,
                    released=released, cancelled=1, open=0)  # fmt: skip
        lines[0].append(line)
        lines[1].append(
            replace(
                line,
                reserved=soft,
                backordered=still,
                released=released - shipped,
                shipped=shipped,
                cancelled=1 + reserved - soft + waiting - still,
            )
        )
        if released:
            at = draw(st.sampled_from(PLACES))
            sent = Fulfilment(id=f"ful_{number}_{n}", location=at, pieces={str(n): released},
                              planned_at=NOW, ship_by=NOW, status="released")  # fmt: skip
            gone = replace(sent, status="shipped", shipped_at=NOW) if shipped else sent
            fulfilments[0].append(sent)
            fulfilments[1].append(gone)
    return Case(order_of(id, lines[0], fulfilments[0]), order_of(id, lines[1], fulfilments[1]))


@st.composite
def days(draw: st.DrawFn) -> list[Case]:
    return [draw(cases(n)) for n in range(draw(st.integers(1, 5)))]


def one_by_one(day: list[Case], ids: Sequence[str], parts: int) -> Hall:
    hall = Hall(day, parts=parts)
    for id in ids:
        settle(hall.process(), id)
    hall.proven()
    return hall


@settings(max_examples=100)
@given(days(), st.data(), st.sampled_from([1, 2]))
def test_settled_together_is_settled_one_by_one_in_any_order(
    day: list[Case], data: st.DataObject, parts: int
) -> None:
    ids = [case.now.id for case in day]
    alone = one_by_one(day, data.draw(st.permutations(ids)), parts)
    hall = Hall(day, parts=parts)
    while ids:
        some = data.draw(st.lists(st.sampled_from(ids), min_size=1, max_size=6))
        assert settle_all(hall.process(), some) == {id: hall.cases[id].now for id in some}
        ids = [id for id in ids if id not in some]
    assert hall.outcome() == alone.outcome()


@settings(max_examples=100)
@given(days(), st.integers(0, 40), st.data())
def test_cut_off_anywhere_and_repeated_it_ends_the_same(
    day: list[Case], cut: int, data: st.DataObject
) -> None:
    ids = [case.now.id for case in day]
    hall = Hall(day)
    hall.left = cut
    with suppress(Gone):
        settle_all(hall.process(), ids)
    hall.left = None
    settle_all(hall.process(), data.draw(st.permutations(ids)))
    assert hall.outcome() == one_by_one(day, ids, 1).outcome()


@settings(max_examples=300)
@given(days(), st.randoms(use_true_random=False))
def test_the_sum_of_moves_changes_counters_as_they_do_in_any_order(
    day: list[Case], chance: random.Random
) -> None:
    moves = []
    for case in day:
        for sku, wanted in claims(case.then).items():
            held = unreserved(case.then, sku).brought_to(wanted)
            moves.append(delta(held, settled(held, claims(case.now)[sku])))
    assert all(min(each.promisable, *each.free.values(), 0) == 0 for each in moves)
    item = Item(sku="S", on_hand=dict.fromkeys(PLACES, 50), free=dict.fromkeys(PLACES, 50))
    at_once = moved(item, summed(moves))
    chance.shuffle(moves)
    for each in moves:
        item = moved(item, each)
    for end in (item, at_once):
        end.hard.update({p: end.hard.get(p, 0) for p in PLACES})
    assert item == at_once


def wide(number: int, skus: Sequence[str], *, left: int = 1) -> Case:
    """An order of two pieces of each of many SKUs, of which so many are left."""
    lines = [Line(str(n), sku, Decimal(1), 2, reserved=2, open=0) for n, sku in enumerate(skus, 1)]
    now = [replace(line, reserved=left, cancelled=2 - left) for line in lines]
    return Case(order_of(f"ord_{number}", lines, []), order_of(f"ord_{number}", now, []))


def watched(hall: Hall) -> list[int]:
    """The numbers of actions of the transactions from now on."""
    sizes: list[int] = []
    write = hall.items.transact_write_items

    def noted(**asked: Any) -> Any:
        sizes.append(len(asked["TransactItems"]))
        return write(**asked)

    hall.items.transact_write_items = noted  # type: ignore[method-assign]
    return sizes


def test_what_no_transaction_holds_takes_as_few_as_hold_it() -> None:
    """Ten orders of twelve SKUs, of which all have four in common, beside one of 120 SKUs."""
    common = [f"C{n}" for n in range(4)]
    day = [wide(n, [*common, *(f"O{n}-{m}" for m in range(8))]) for n in range(10)]
    day.append(wide(10, [*common, *(f"L{m}" for m in range(116))]))
    hall = Hall(day)
    sizes = watched(hall)
    ids = [case.now.id for case in day]
    assert settle_all(hall.process(), ids) == {case.now.id: case.now for case in day}
    hall.proven()
    assert sizes == [88, 88, 46, 99, 99, 45]


def test_ten_orders_of_two_common_skus_take_one_transaction() -> None:
    hall = Hall([wide(n, ["S", "T"]) for n in range(10)])
    sizes = watched(hall)
    settle_all(hall.process(), [*hall.cases])
    hall.proven()
    assert sizes == [10 + 20 + 2]


def test_an_order_that_is_not_there_holds_up_no_other() -> None:
    hall = Hall([wide(n, ["S"]) for n in range(9)])
    came = settle_all(hall.process(), ["ord_none", *hall.cases])
    hall.proven()
    assert isinstance(came.pop("ord_none"), Unknown)
    assert came == {id: case.now for id, case in hall.cases.items()}


def meddled(hall: Hall, act: Callable[[], None]) -> None:
    """Let somebody act before each transaction."""
    write = hall.items.transact_write_items

    def first(**asked: Any) -> Any:
        act()
        return write(**asked)

    hall.items.transact_write_items = first  # type: ignore[method-assign]


def bump(hall: Hall, id: str) -> None:
    """Another step is at work on an order."""
    key = keys.order(id)
    version = hall.items.held[key]["version"]
    hall.items.held[key]["version"] = {"N": str(int(version["N"]) + 1)}


def test_an_order_that_never_rests_says_so_and_the_others_are_done() -> None:
    hall = Hall([wide(n, ["S"]) for n in range(10)])
    meddled(hall, lambda: bump(hall, "ord_4"))
    came = settle_all(hall.process(), [*hall.cases])
    assert isinstance(came["ord_4"], NotNow)
    assert [id for id, each in came.items() if isinstance(each, Exception)] == ["ord_4"]
    assert hall.item("S").soft == 11
    del hall.items.transact_write_items
    assert settle_all(hall.process(), [*hall.cases]) == {id: c.now for id, c in hall.cases.items()}
    hall.proven()


def test_an_order_that_cannot_be_read_says_so_and_the_others_are_done() -> None:
    hall = Hall([wide(n, ["S"]) for n in range(10)])
    item = hall.items.held[keys.order("ord_4")]
    whole, item["state"] = item["state"], {"S": "{"}
    came = settle_all(hall.process(), [*hall.cases])
    assert [id for id, each in came.items() if isinstance(each, Exception)] == ["ord_4"]
    assert hall.item("S").soft == 11
    item["state"] = whole
    settle_all(hall.process(), ["ord_4"])
    hall.proven()


def delivered(hall: Hall, ids: Sequence[str]) -> None:
    came = settle_all(hall.process(), ids)
    assert came == {id: hall.cases[id].now for id in ids}


@pytest.mark.parametrize("batch", range(4))
def test_deliveries_into_each_other_settle_each_order_once(batch: int) -> None:
    """Two processes and the steps of others, their requests in hundreds of orders."""
    for seed in range(batch * 40, batch * 40 + 40):
        chance = random.Random(seed)
        day = [wide(n, chance.sample(SKUS, 2), left=chance.choice([0, 1])) for n in range(4)]
        hall = Hall(day, parts=chance.choice([1, 2]), seed=seed)
        ids = [*hall.cases]
        for n in range(2):
            some = chance.choices(ids, k=4)
            hall.turns.add(f"delivery-{n}", lambda h=hall, s=some: delivered(h, s))  # type: ignore[misc]
        hall.turns.add("other", lambda h=hall, id=ids[0]: bump(h, id))  # type: ignore[misc]
        sku = chance.choice(hall.skus)
        hall.turns.add("split", lambda h=hall, s=sku: h.process().stock.arrange(s, 4))  # type: ignore[misc]
        hall.turns.play(lambda _: None)
        delivered(hall, ids)
        hall.proven()
