"""What shops are told they can promise: now, from when on, from where, and when it arrives."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.core.parties import Address
from oms.master.product import Component, Product
from oms.master.warehouse import Warehouse
from oms.sourcing.availability import Supply, deliveries, needs_of, offer
from oms.sourcing.backorder import Incoming
from oms.sourcing.stock import Buffer, Item
from tests.world.functions import MORNING
from tests.world.merchant import ADDRESS, Merchant
from tests.world.world import World

TODAY = date(2026, 11, 23)


def ask(merchant: Merchant, *skus: str, quantity: int = 1, key: str = "", **more: Any) -> Any:
    lines = [{"sku": sku, "quantity": quantity} for sku in skus]
    body = {"lines": lines, **more}
    return merchant.do("POST /v1/availability", key or merchant.shop, body)["lines"]


def supply(*items: Item, incoming: dict[str, list[Incoming]] | None = None, **sold: date) -> Supply:
    return Supply({item.sku: item for item in items}, incoming or {}, sold, MORNING, TODAY)


def test_shelves_are_told_with_departure_and_arrival(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=3)
    merchant.count("B", RUCK_45=0)
    (line,) = ask(merchant, "RUCK-45", quantity=2)
    assert (line["promisable"], line["available"], line["available_from"]) == (
        3,
        True,
        "2026-11-23",
    )
    assert line["locations"] == {"A": 3, "B": 0}
    delivery = line["deliveries"].pop("A")
    assert line["deliveries"] == {}
    assert datetime.fromisoformat(delivery["departs_at"]).date() == TODAY
    assert (delivery["earliest"], delivery["latest"]) == ("2026-11-24", "2026-11-25")


def test_what_lies_where_the_shop_may_not_send_from_is_not_promised(
    world: World, merchant: Merchant
) -> None:
    abroad = {"name": "Lager W", "address": {**ADDRESS, "country": "PL"}, "priority": 9}
    stored = merchant.do("PUT /v1/warehouses/{warehouse}", merchant.clerk, abroad, warehouse="W")
    assert "berg-beutel" in stored["unregistered_shops"]
    merchant.count("A", RUCK_45=2)
    merchant.count("W", RUCK_45=7)
    order = {"location": "W", "lines": [
        {"number": "1", "sku": "RUCK-45", "quantity": 9, "expected_on": "2026-11-30"},
    ]}  # fmt: skip
    route = "PUT /v1/purchase-orders/{purchase}"
    merchant.do(route, merchant.clerk, order, purchase="PO-1")
    (line,) = ask(merchant, "RUCK-45", quantity=3)
    assert (line["promisable"], line["available"], line["locations"]) == (2, False, {"A": 2})
    assert (line["available_from"], [*line["deliveries"]]) == (None, ["A"])
    (whole,) = ask(merchant, "RUCK-45", quantity=3, key=merchant.clerk)
    assert (whole["promisable"], whole["locations"]) == (9, {"A": 2, "W": 7})


def test_what_is_not_there_has_no_day_while_nobody_knows_one(
    world: World, merchant: Merchant
) -> None:
    (line,) = ask(merchant, "RUCK-45")
    assert (line["promisable"], line["available"], line["available_from"]) == (0, False, None)


def test_whoever_waits_comes_first(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    merchant.place(merchant.request(RUCK_45=3))
    world.settle()
    (line,) = ask(merchant, "RUCK-45")
    assert line["promisable"] == 0


def test_every_sku_is_one_read_and_no_write(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=3, ZELT_2=3, SOCKE_42=3)
    ask(merchant, "RUCK-45", "ZELT-2", "SOCKE-42")
    world.traced["sourcing/answer_availability"].clear()
    ask(merchant, "RUCK-45", "ZELT-2", "SOCKE-42")
    assert world.traced["sourcing/answer_availability"] == ["BatchGetItem"]


def test_split_sku_is_one_read_while_its_summary_is_young(world: World, merchant: Merchant) -> None:
    step = "sourcing/answer_availability"
    merchant.count("A", RUCK_45=30)
    merchant.do("PUT /v1/products/{sku}", merchant.clerk, HOT, sku="RUCK-45")
    world.pass_time(minutes=2)
    merchant.place(merchant.request(RUCK_45=3))
    world.settle()
    assert merchant.stock("RUCK-45")["parts"] == 4
    world.pass_time(seconds=5)
    (line,) = ask(merchant, "RUCK-45")
    assert line["promisable"] == 27
    world.traced[step].clear()
    (line,) = ask(merchant, "RUCK-45")
    assert line["promisable"] == 27
    assert world.traced[step] == ["BatchGetItem"]


HOT = {"name": {"de": "Rucksack"}, "list_price": "129.90", "buckets": 4}


def test_order_takes_the_last_pieces_of_several_buckets(world: World, merchant: Merchant) -> None:
    merchant.do("PUT /v1/products/{sku}", merchant.clerk, HOT, sku="RUCK-45")
    merchant.count("A", RUCK_45=6)
    assert merchant.stock("RUCK-45")["parts"] == 4
    ids = [merchant.place(merchant.request(RUCK_45=3)) for _ in range(3)]
    world.settle()
    found = [merchant.order(id)["lines"][0]["quantities"] for id in ids]
    assert sorted(each["released"] for each in found) == [0, 3, 3]
    assert merchant.stock("RUCK-45")["locations"]["A"]["hard"] == 6
    merchant.fulfil(ids[0])
    merchant.cancel(ids[2])
    world.settle()


def test_merged_sku_keeps_its_pieces(world: World, merchant: Merchant) -> None:
    merchant.do("PUT /v1/products/{sku}", merchant.clerk, HOT, sku="RUCK-45")
    merchant.count("A", RUCK_45=6)
    merchant.place(merchant.request(RUCK_45=2))
    world.settle()
    cold = {**HOT, "buckets": 0}
    merchant.do("PUT /v1/products/{sku}", merchant.clerk, cold, sku="RUCK-45")
    world.pass_time(minutes=2)
    merchant.count("A", RUCK_45=6)
    merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    world.pass_time(minutes=2)
    merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    stock = merchant.stock("RUCK-45")
    assert (stock["parts"], stock["promisable"]) == (1, 2)


@pytest.mark.parametrize("lines", [[], [{"sku": "A", "quantity": 0}], [{"sku": "A"}] * 101, None])
def test_question_that_is_none_is_refused(world: World, merchant: Merchant, lines: Any) -> None:
    body = {"lines": lines}
    assert world.call("POST /v1/availability", merchant.shop, body).status == 422


def test_expected_delivery_gives_the_day() -> None:
    item = Item(sku="S", promisable=2, backordered=0, on_hand={"A": 2}, free={"A": 2})
    coming = {"S": [Incoming(TODAY + timedelta(days=3), 5), Incoming(TODAY + timedelta(days=9), 5)]}
    found = offer(9, {"S": 1}, supply(item, incoming=coming), sku="S", shop="tal")
    assert (found.promisable, found.available_from) == (2, TODAY + timedelta(days=9))


def test_pieces_kept_for_others_are_not_counted_on() -> None:
    item = Item(sku="S", promisable=4, on_hand={"A": 4}, free={"A": 4}, buffers={"tal": Buffer(3)})
    coming = {"S": [Incoming(TODAY + timedelta(days=3), 2)]}
    ours = offer(3, {"S": 1}, supply(item, incoming=coming), sku="S", shop="tal")
    assert (ours.promisable, ours.available_from) == (1, TODAY + timedelta(days=3))
    theirs = offer(3, {"S": 1}, supply(item, incoming=coming), sku="S", shop="berg")
    assert (theirs.promisable, theirs.available_from) == (4, TODAY)


def test_bundle_has_as_many_as_its_scarcest_part() -> None:
    bundle = Product(
        sku="SET", name={}, kind="bundle", components=(Component("A", 2), Component("B", 1))
    )
    needs = needs_of("SET", bundle)
    a = Item(sku="A", promisable=7, on_hand={"X": 7}, free={"X": 7})
    b = Item(sku="B", promisable=5, on_hand={"X": 1, "Y": 4}, free={"X": 1, "Y": 4})
    found = offer(4, needs, supply(a, b), sku="SET", shop="")
    assert (found.promisable, found.available_from, found.locations) == (3, None, {"X": 1, "Y": 0})


def test_preorder_is_promised_from_its_day_on() -> None:
    item = Item(sku="P", promisable=5, on_hand={"A": 5}, free={"A": 5})
    day = TODAY + timedelta(days=20)
    found = offer(1, {"P": 1}, supply(item, P=day), sku="P", shop="")
    assert (found.promisable, found.available_from) == (0, day)


@pytest.mark.parametrize("kind", ["digital", "service", "drop_ship"])
def test_what_needs_no_stock_of_ours_can_always_be_had(kind: Any) -> None:
    needs = needs_of("D", Product(sku="D", name={}, kind=kind))
    found = offer(9, needs, supply(), sku="D", shop="")
    assert (found.promisable, found.available_from) == (None, TODAY)


@pytest.mark.parametrize(
    ("country", "postal_code", "days"),
    [("DE", "80331", (1, 2)), ("AT", "1010", (2, 5)), ("CH", "8001", (5, 10)),
     ("DE", "27498", (5, 10)), ("XX", "", (5, 10))],
)  # fmt: skip
def test_the_farther_the_later(country: str, postal_code: str, days: tuple[int, int]) -> None:
    address = Address(name="Lager", line1="Weg 1", postal_code="80331", city="M", country="DE")
    found = deliveries(
        ["A"],
        [
            Warehouse(id="A", name="A", address=address),
            Warehouse(id="B", name="B", address=address),
        ],
        country=country,
        postal_code=postal_code,
        method="standard",
        now=MORNING,
    )
    earliest, latest = (working(TODAY, n) for n in days)
    assert (found["A"].earliest, found["A"].latest) == (earliest, latest)
    assert list(found) == ["A"]


def working(day: date, days: int) -> date:
    for _ in range(days):
        day += timedelta(days=1)
        while day.weekday() >= 5:
            day += timedelta(days=1)
    return day


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(1, 20))
def test_promise_is_never_more_than_what_is_not_spoken_for(
    promisable: int, backordered: int, kept: int, wanted: int
) -> None:
    item = Item(
        sku="S", promisable=promisable, backordered=backordered, buffers={"tal": Buffer(kept)}
    )
    found = offer(wanted, {"S": 1}, supply(item), sku="S", shop="tal")
    assert found.promisable == max(0, promisable - backordered - kept)
    assert (found.available_from is not None) == (promisable - backordered - kept >= wanted)
