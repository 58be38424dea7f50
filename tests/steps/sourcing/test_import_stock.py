"""Counting stock: once, twice, older than what is known, and broken row by row."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.world.merchant import Merchant
from tests.world.world import World


def count(world: World, merchant: Merchant, rows: list[Any], *, age: int = 0) -> Any:
    as_of = (world.now() - timedelta(hours=age)).isoformat()
    body = {"location": "A", "as_of": as_of, "rows": rows}
    return merchant.do("POST /v1/stock/batch", merchant.wms, body)


def test_count_that_says_the_same_changes_nothing(world: World, merchant: Merchant) -> None:
    rows = [{"sku": "RUCK-45", "on_hand": 5}]
    assert count(world, merchant, rows)["changed"] == 1
    answer = count(world, merchant, rows)
    assert (answer["changed"], answer["unchanged"]) == (0, 1)
    assert sum(item.get("type") == "Stock.Changed" for item in world.items()) == 1


def test_older_count_is_ignored(world: World, merchant: Merchant) -> None:
    count(world, merchant, [{"sku": "RUCK-45", "on_hand": 5}])
    answer = count(world, merchant, [{"sku": "RUCK-45", "on_hand": 9}], age=1)
    assert answer["ignored"] == 1
    (row,) = answer["not_counted"]
    assert (row["row"], row["sku"]) == (0, "RUCK-45")
    assert world.now().isoformat()[:16] in row["reason"]
    assert merchant.stock("RUCK-45")["promisable"] == 5


def test_broken_rows_are_named_and_the_others_taken(world: World, merchant: Merchant) -> None:
    rows: list[Any] = [
        {"sku": "RUCK-45", "on_hand": 5},
        {"sku": "RUCK-45", "on_hand": -1},
        {"sku": "NO-SUCH", "on_hand": 1},
        {"sku": "ZELT-2", "on_hand": "many"},
        {"sku": "SOCKE-42"},
        "nonsense",
        None,
        {"sku": "SOCKE-42", "on_hand": 3, "colour": "red"},
        {"sku": "SOCKE-42", "on_hand": 10**12},
    ]
    answer = count(world, merchant, rows)
    assert answer["changed"] == 1
    assert [row["row"] for row in answer["refused"]] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert all(row["reason"] for row in answer["refused"])


def test_of_a_sku_counted_twice_the_last_row_counts(world: World, merchant: Merchant) -> None:
    rows = [{"sku": "RUCK-45", "on_hand": 5}, {"sku": "RUCK-45", "on_hand": 7}]
    answer = count(world, merchant, rows)
    assert (answer["changed"], [row["row"] for row in answer["refused"]]) == (1, [0])
    assert merchant.stock("RUCK-45")["promisable"] == 7


def test_location_that_does_not_exist_is_not_found(world: World, merchant: Merchant) -> None:
    rows = [{"sku": "RUCK-45", "on_hand": 1}]
    body = {"location": "Z", "as_of": world.now().isoformat(), "rows": rows}
    assert world.call("POST /v1/stock/batch", merchant.wms, body).status == 404


@pytest.mark.parametrize("rows", [[], [{"sku": "A", "on_hand": 1}] * 1_001, "all", None])
def test_batch_of_a_wrong_size_is_refused(world: World, merchant: Merchant, rows: Any) -> None:
    body = {"location": "A", "as_of": world.now().isoformat(), "rows": rows}
    assert world.call("POST /v1/stock/batch", merchant.wms, body).status == 422


def test_lower_count_leaves_soft_reservations_uncovered_but_consistent(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=5)
    unpaid = {"method": "prepayment", "status": "pending", "amount": "0", "reference": None}
    id = merchant.place(merchant.request(RUCK_45=4) | {"payment": unpaid})
    world.settle()
    merchant.count("A", RUCK_45=1)
    merchant.release(id)
    world.settle()
    quantities = merchant.order(id)["lines"][0]["quantities"]
    assert (quantities["released"], quantities["backordered"]) == (1, 3)


def test_safety_stock_is_never_promised(world: World, merchant: Merchant) -> None:
    address = merchant.request()["billing_address"]
    body = {"name": "Lager C", "address": address, "safety_stock": 2}
    merchant.do("PUT /v1/warehouses/{warehouse}", merchant.clerk, body, warehouse="C")
    merchant.count("C", RUCK_45=3)
    id = merchant.place(merchant.request(RUCK_45=2))
    world.settle()
    quantities = merchant.order(id)["lines"][0]["quantities"]
    assert (quantities["released"], quantities["backordered"]) == (1, 1)
