"""What is kept back: safety stock of a SKU, and what one shop leaves for the others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.world.merchant import ADDRESS, Merchant
from tests.world.world import World


def count(world: World, merchant: Merchant, on_hand: int, **safety: Any) -> Any:
    merchant.batches += 1
    as_of = (world.now() + timedelta(seconds=merchant.batches)).isoformat()
    rows = [{"sku": "RUCK-45", "on_hand": on_hand, **safety}]
    body = {"location": "A", "as_of": as_of, "rows": rows}
    return merchant.do("POST /v1/stock/batch", merchant.wms, body)


def keep(merchant: Merchant, shop: str, **wanted: int) -> Any:
    route = "PUT /v1/stock/{sku}/buffers/{shop}"
    return merchant.do(route, merchant.clerk, wanted, sku="RUCK-45", shop=shop)


def told(world: World, type: str) -> int:
    return sum(item.get("type") == type for item in world.items())


def test_safety_stock_of_a_sku_stays_until_it_is_changed(world: World, merchant: Merchant) -> None:
    count(world, merchant, 5, safety=2)
    assert merchant.stock("RUCK-45")["promisable"] == 3
    assert count(world, merchant, 5)["unchanged"] == 1
    assert count(world, merchant, 6)["changed"] == 1
    assert merchant.stock("RUCK-45")["promisable"] == 4
    assert count(world, merchant, 6, safety=0)["changed"] == 1
    assert merchant.stock("RUCK-45")["promisable"] == 6
    assert merchant.stock("RUCK-45")["locations"]["A"]["own_safety"] is True


def test_safety_stock_of_the_warehouse_comes_with_the_next_count(
    world: World, merchant: Merchant
) -> None:
    count(world, merchant, 5)
    body = {"name": "Lager A", "address": ADDRESS, "priority": 1, "safety_stock": 3}
    merchant.do("PUT /v1/warehouses/{warehouse}", merchant.clerk, body, warehouse="A")
    world.pass_time(minutes=1)
    assert count(world, merchant, 5)["changed"] == 1
    assert merchant.stock("RUCK-45")["promisable"] == 2
    assert count(world, merchant, 5, safety=1)["changed"] == 1
    assert merchant.stock("RUCK-45")["promisable"] == 4
    assert count(world, merchant, 5, safety="default")["changed"] == 1
    stock = merchant.stock("RUCK-45")
    assert (stock["promisable"], stock["locations"]["A"]["own_safety"]) == (2, False)


def test_more_safety_stock_than_is_free_takes_promises_back(
    world: World, merchant: Merchant
) -> None:
    count(world, merchant, 5)
    unpaid = {"method": "prepayment", "status": "pending", "amount": "0", "reference": None}
    id = merchant.place(merchant.request(RUCK_45=4) | {"payment": unpaid})
    world.settle()
    count(world, merchant, 5, safety=3)
    world.settle()
    assert merchant.order(id)["lines"][0]["quantities"]["backordered"] == 2


@pytest.mark.parametrize("safety", [-1, "none", 1.5])
def test_safety_stock_that_is_no_number_is_refused(
    world: World, merchant: Merchant, safety: Any
) -> None:
    (row,) = count(world, merchant, 5, safety=safety)["refused"]
    assert row["row"] == 0


def test_shop_sells_no_piece_that_it_leaves_for_others(world: World, merchant: Merchant) -> None:
    count(world, merchant, 5)
    keep(merchant, "tal-tasche", pieces=3)
    theirs = merchant.place(merchant.request(RUCK_45=4), key=merchant.other_shop)
    world.settle()
    quantities = merchant.order(theirs)["lines"][0]["quantities"]
    assert (quantities["released"], quantities["backordered"]) == (2, 2)
    stock = merchant.stock("RUCK-45")
    assert stock["buffers"]["tal-tasche"] == {"pieces": 3, "percent": 0, "kept": 3}


def test_waiting_order_gets_stock_when_its_shop_may_sell_more(
    world: World, merchant: Merchant
) -> None:
    count(world, merchant, 5)
    keep(merchant, "tal-tasche", pieces=3)
    theirs = merchant.place(merchant.request(RUCK_45=4), key=merchant.other_shop)
    world.settle()
    keep(merchant, "tal-tasche", pieces=0)
    world.settle()
    quantities = merchant.order(theirs)["lines"][0]["quantities"]
    assert (quantities["released"], quantities["backordered"]) == (4, 0)
    assert told(world, "Stock.Buffered") == 2


def test_share_grows_with_what_is_on_the_shelves(world: World, merchant: Merchant) -> None:
    count(world, merchant, 10)
    keep(merchant, "tal-tasche", percent=25)
    ask = {"lines": [{"sku": "RUCK-45", "quantity": 8}]}
    (line,) = merchant.do("POST /v1/availability", merchant.other_shop, ask)["lines"]
    assert (line["promisable"], line["available"]) == (7, False)
    (line,) = merchant.do("POST /v1/availability", merchant.shop, ask)["lines"]
    assert (line["promisable"], line["available"]) == (10, True)
    count(world, merchant, 20)
    (line,) = merchant.do("POST /v1/availability", merchant.other_shop, ask)["lines"]
    assert line["promisable"] == 15


def test_same_buffer_again_is_no_news(world: World, merchant: Merchant) -> None:
    count(world, merchant, 5)
    keep(merchant, "tal-tasche", pieces=3)
    keep(merchant, "tal-tasche", pieces=3)
    assert told(world, "Stock.Buffered") == 1


def test_shop_sees_its_own_buffer_alone(world: World, merchant: Merchant) -> None:
    count(world, merchant, 5)
    keep(merchant, "tal-tasche", pieces=3)
    stock = merchant.do("GET /v1/stock/{sku}", merchant.shop, sku="RUCK-45")
    assert stock["buffers"] == {}


def test_buffer_of_nobody_or_out_of_bounds_is_refused(world: World, merchant: Merchant) -> None:
    route = "PUT /v1/stock/{sku}/buffers/{shop}"
    for sku, shop, body, status in (
        ("NO-SUCH", "tal-tasche", {"pieces": 1}, 404),
        ("RUCK-45", "nobody", {"pieces": 1}, 404),
        ("RUCK-45", "tal-tasche", {"percent": 101}, 422),
        ("RUCK-45", "tal-tasche", {"pieces": -1}, 422),
    ):
        assert world.call(route, merchant.clerk, body, sku=sku, shop=shop).status == status
    answer = world.call(route, merchant.shop, {}, sku="RUCK-45", shop="berg-beutel")
    assert answer.status == 403
