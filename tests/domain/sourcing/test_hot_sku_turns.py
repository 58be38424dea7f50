"""Many buy one SKU at once, their steps in thousands of orders: none oversold, none forgotten."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from msgspec.structs import replace

from bench.gear.items import Items
from oms.core.refusals import NotNow
from oms.records.invariants import counted
from oms.sourcing.stock import Buffer, Item, Reservation
from oms.sourcing.stock_buckets import MOST_PARTS
from oms_aws.orders.store import DynamoOrders, StoredOrder
from oms_aws.platform import keys
from oms_aws.platform.attributes import unmarshal
from oms_aws.platform.log import stored_event
from oms_aws.platform.table import ConditionFailed, Table
from oms_aws.sourcing.counters import View, counters_in, layout, stored_reservation
from oms_aws.sourcing.counting import Count, Counting, Keeping
from oms_aws.sourcing.stock import MOVE_TRIES, DynamoStock, Move
from tests.world.turns import Turns

SKU = "HOT"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
NOBODY, NOTHING = cast(DynamoOrders, None), cast(StoredOrder, None)
"""What moving a reservation by itself does not ask for."""
SEEDS = 500
A_TEST = 250


class Sale:
    """A SKU in a table in memory, and those who are after it."""

    def __init__(self, seed: int) -> None:
        self.turns = Turns(seed)
        self.chance = random.Random(seed)
        self.items = Items(self.turns.pause)
        self.clock = NOW
        self.ids = Counter[str]()
        self.outcomes: dict[str, tuple[int, int]] = {}
        self.lowest: dict[str, int] = {}
        self.left = 0
        self.counts = 0

    def stock(self) -> DynamoStock:
        """The port of a process of its own."""
        return DynamoStock(Table(self.items, "T"), self.now, self.new_id)

    def now(self) -> datetime:
        return self.clock

    def new_id(self, prefix: str) -> str:
        self.ids[prefix] += 1
        return f"{prefix}_{self.ids[prefix]}"

    # -- who takes part -----------------------------------------------------------------------

    def count(self, on_hand: int, place: str = "A") -> None:
        self.counts += 1
        by = Counting(place, NOW + timedelta(seconds=self.counts), 0, "wms", "test")
        self.stock().take_counts([Count(SKU, on_hand)], by)

    def split(self, parts: int) -> None:
        self.stock().arrange(SKU, parts)

    def buy(self, name: str, wanted: int, shop: str = "") -> Reservation:
        """Take what can be promised, let the rest wait."""
        held = Reservation(sku=SKU, order_id=name, placed_at=NOW, shop=shop)

        def plan(item: Item) -> Reservation:
            soft = max(0, min(wanted, item.promisable_to(held)))
            return replace(held, soft=soft, backordered=wanted - soft)

        after = self._move(held, plan)
        self.outcomes[name] = (after.soft, wanted)
        return replace(after, version=1)

    def give_back(self, held: Reservation) -> None:
        self._move(held, lambda item: replace(held, soft=0, backordered=0))

    def harden(self, held: Reservation, place: str = "A") -> None:
        """Claim it on the shelf, as far as the shelf has it."""

        def plan(item: Item) -> Reservation:
            claimed = min(held.soft, max(0, item.free.get(place, 0)))
            return replace(held, soft=held.soft - claimed, hard={place: claimed})

        self._move(held, plan)

    def _move(self, held: Reservation, plan: Callable[[Item], Reservation]) -> Reservation:
        """Read, decide, move; from the start after every objection."""
        stock = self.stock()
        for _ in range(MOVE_TRIES):
            after = plan(stock.items([SKU])[SKU])
            try:
                stock.move([Move(held, after)], NOBODY, NOTHING)
                return after
            except ConditionFailed:
                continue
        raise NotNow("many at once")

    # -- watching -----------------------------------------------------------------------------

    def view(self) -> View:
        held = {keys.Key(*key): unmarshal(item) for key, item in self.items.held.items()}
        main = held.get(keys.stock(SKU), {})
        numbers = range(1, MOST_PARTS)
        buckets = [held.get(keys.stock_part(SKU, n), {}) for n in numbers]
        return View(SKU, (main, *buckets))

    def play(self, kept: dict[str, int] | None = None) -> None:
        """Let all act; whoever takes pieces leaves none owed, and what is kept from its shop."""
        self.left = self.view().item.promisable

        def watch(actor: str) -> None:
            view = self.view()
            assert view.parts.sound
            item = view.item
            if actor.startswith("buyer") and item.promisable < self.left:
                assert item.promisable >= (kept or {}).get(actor, 0)
            self.left = item.promisable
            available = item.promisable - item.backordered
            for name in self.lowest:
                if name not in self.outcomes:
                    self.lowest[name] = min(self.lowest[name], available)

        self.turns.play(watch)
        self.proven()

    def add_buyer(self, name: str, wanted: int, then: Callable[[Reservation], Any] | None = None,
                  shop: str = "") -> None:  # fmt: skip
        item = self.view().item
        self.lowest[name] = item.promisable - item.backordered

        def act() -> None:
            held = self.buy(name, wanted, shop)
            if then:
                then(held)

        self.turns.add(name, act)

    def nobody_refused_in_vain(self) -> None:
        """Who got less than wanted met a moment at which there was no more than that."""
        for name, (got, wanted) in self.outcomes.items():
            if got < wanted:
                assert self.lowest[name] <= got, (name, got, wanted, self.lowest[name])

    def proven(self) -> None:
        """The counters are the sums of the records; closed buckets count nothing."""
        view, held, log = self.view(), [], []
        for item in map(unmarshal, self.items.held.values()):
            if item.get("kind") == "reservation":
                held.append(stored_reservation(item))
            if item.get("kind") == "event":
                log.append(stored_event(item))
        log.sort(key=lambda event: event.sequence)
        assert list(counted(view.item, held, log)) == []
        opened = [each for each in view.read[1:] if each.get("open")]
        assert len(opened) + 1 == layout(view.main).parts
        for each in view.read[1:]:
            assert each.get("open") or not any(counters_in(each).values())


def item_of(sale: Sale) -> Item:
    return sale.view().item


def seeds(number: int) -> range:
    return range(number * A_TEST, (number + 1) * A_TEST)


BATCHES = pytest.mark.parametrize("batch", range(SEEDS // A_TEST))


@BATCHES
def test_the_last_piece_of_every_bucket_is_sold_and_no_more(batch: int) -> None:
    for seed in seeds(batch):
        sale = Sale(seed)
        pieces = sale.chance.randint(1, 8)
        sale.count(pieces)
        sale.split(sale.chance.choice([1, 2, 4]))
        for n in range(4):
            sale.add_buyer(f"buyer-{n}", sale.chance.randint(1, 4))
        sale.play()
        sold = sum(got for got, _ in sale.outcomes.values())
        wanted = sum(wanted for _, wanted in sale.outcomes.values())
        assert sold == min(pieces, wanted)
        sale.nobody_refused_in_vain()


@BATCHES
def test_splitting_merging_and_giving_back_meanwhile_hides_no_piece(batch: int) -> None:
    for seed in seeds(batch):
        sale = Sale(seed)
        sale.count(sale.chance.randint(1, 8))
        sale.split(sale.chance.choice([1, 2, 4]))
        for n in range(2):
            sale.add_buyer(f"buyer-{n}", sale.chance.randint(1, 3))
        sale.add_buyer("buyer-fickle", sale.chance.randint(1, 3), sale.give_back)
        sale.add_buyer("buyer-routed", sale.chance.randint(1, 3), sale.harden)
        for parts in sale.chance.sample([1, 2, 4], 2):
            sale.turns.add(f"split-{parts}", lambda parts=parts, s=sale: s.split(parts))  # type: ignore[misc]
        sale.play()
        sale.nobody_refused_in_vain()


@BATCHES
def test_counting_meanwhile_neither_invents_nor_hides_a_piece(batch: int) -> None:
    for seed in seeds(batch):
        sale = Sale(seed)
        sale.count(sale.chance.randint(1, 6))
        sale.split(sale.chance.choice([1, 2, 4]))
        for n in range(3):
            then = sale.chance.choice([None, sale.harden, sale.give_back])
            sale.add_buyer(f"buyer-{n}", sale.chance.randint(1, 3), then)
        on_hand = sale.chance.randint(0, 8)
        sale.turns.add("count", lambda s=sale, n=on_hand: s.count(n))  # type: ignore[misc]
        sale.turns.add("split", lambda s=sale: s.split(2))  # type: ignore[misc]
        sale.play()
        assert item_of(sale).on_hand == {"A": on_hand}
        sale.nobody_refused_in_vain()


@BATCHES
def test_no_race_gets_a_shop_below_its_buffer(batch: int) -> None:
    for seed in seeds(batch):
        sale = Sale(seed)
        pieces, kept = sale.chance.randint(2, 8), sale.chance.randint(1, 4)
        sale.count(pieces)
        sale.split(sale.chance.choice([1, 2, 4]))
        sale.stock().keep_back(SKU, Keeping("tal", Buffer(kept), "clerk", "test"))
        for n in range(3):
            sale.add_buyer(f"buyer-tal-{n}", sale.chance.randint(1, 3), shop="tal")
        sale.add_buyer("buyer-berg", 1, shop="berg")
        sale.play({f"buyer-tal-{n}": kept for n in range(3)})


def test_a_warm_process_looks_after_the_skus_of_its_order_alone() -> None:
    sale = Sale(0)
    sale.count(8)
    sale.split(2)
    stock, before = sale.stock(), dict(sale.items.held[keys.stock(SKU)])
    for sku in (SKU, "OTHER"):
        stock.items([sku])
        held = Reservation(sku=sku, order_id="ord_1", placed_at=NOW)
        stock.move([Move(held, replace(held, backordered=1))], NOBODY, NOTHING)
        sale.clock += timedelta(seconds=5)
    after = sale.items.held[keys.stock(SKU)]
    assert after["mark_at"] == before["mark_at"]
