"""What orders are searched by is written with them, and a search does bounded work."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from msgspec.structs import replace

from oms_aws.orders import search
from oms_aws.platform.attributes import marshal
from tests.world.merchant import ADDRESS
from tests.world.shopping import ROUTE, Shopping
from tests.world.world import World


@pytest.fixture
def shopping(world: World) -> Shopping:
    return Shopping(world)


def test_what_comes_meanwhile_moves_no_page(shopping: Shopping) -> None:
    ids = [shopping.order(other=n % 2 == 0) for n in range(4)]
    first = shopping.merchant.do(ROUTE, shopping.merchant.clerk, query={"limit": "2"})
    shopping.order()
    shopping.order(other=True)
    query = {"limit": "2", "cursor": first["cursor"]}
    rest = shopping.merchant.do(ROUTE, shopping.merchant.clerk, query=query)
    seen = [item["id"] for item in (*first["items"], *rest["items"])]
    assert seen == [*reversed(ids)]


def test_an_order_stands_where_it_was_placed_not_where_it_came(shopping: Shopping) -> None:
    late = shopping.world.now() - timedelta(days=40)
    ids = [shopping.order(), shopping.order(at=late, other=True), shopping.order()]
    assert shopping.found() == [ids[2], ids[0], ids[1]]


def test_a_changed_order_is_found_by_what_is_new(shopping: Shopping) -> None:
    merchant = shopping.merchant
    merchant.count("A", RUCK_45=2, ZELT_2=2)
    id = shopping.order()
    shopping.world.settle()
    new = {"number": "2", "sku": "ZELT-2", "quantity": 1, "unit_price": "0.00"}
    merchant.change(id, lines=[new])
    assert shopping.found(sku="ZELT-2") == shopping.found(sku="RUCK-45") == [id]


def test_an_order_is_not_found_by_an_address_that_was_corrected(shopping: Shopping) -> None:
    world, merchant = shopping.world, shopping.merchant
    merchant.count("A", RUCK_45=2)
    wrong, right = "a..b@c.example", "a.b@c.example"
    id = shopping.order(email=wrong)
    world.settle()
    assert shopping.found(email=wrong) == shopping.found(email=wrong, sku="RUCK-45") == [id]
    body = {"address": ADDRESS, "reason": "called the customer", "email": right}
    merchant.do("POST /v1/orders/{order}/address", merchant.clerk, body, order=id)
    for query in ({"email": wrong}, {"email": wrong, "sku": "RUCK-45"}):
        assert shopping.found(**query) == []
    assert shopping.found(email=right) == shopping.found(email=right, customer="C-17") == [id]


def test_the_table_names_no_mail_address_to_search_by(shopping: Shopping) -> None:
    shopping.order(email="erika.mustermann@example.com")
    keys_of = [f"{item['pk']} {item['sk']}" for item in shopping.world.items()]
    assert not [key for key in keys_of if "mustermann" in key.lower()]


def test_an_order_of_three_skus_costs_five_rows_of_one_unit(shopping: Shopping) -> None:
    shopping.order("RUCK-45", "ZELT-2", "SOCKE-42")
    rows = [i for i in shopping.world.items() if i.get("kind") == "found"]
    units = [math.ceil(len(str(marshal(row))) / 1024) for row in rows]
    assert (len(rows), set(units)) == (5, {1})


def test_an_order_of_more_skus_than_a_transaction_holds_is_found_by_each(
    shopping: Shopping,
) -> None:
    skus = [f"BULK-{n:03d}" for n in range(250)]
    id = shopping.order(*skus)
    for sku in (skus[0], skus[99], skus[-1]):
        assert shopping.found(sku=sku) == [id]


def test_rows_of_an_order_that_never_came_to_be_lead_nowhere(shopping: Shopping) -> None:
    """What does not fit into the order's transaction is written before it."""
    id = shopping.order()
    order = shopping.world.ports("orders/list_orders").orders.get(id).order
    table = shopping.world.table
    for action in search.rows(table, None, replace(order, id="ord_0")):
        table.write([action])
    assert shopping.found(sku="RUCK-45") == [id]


def test_a_page_looks_at_no_more_than_its_share(
    shopping: Shopping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST_LOOKED_AT", 30)
    monkeypatch.setattr(search, "LEAST_LOOK", 10)
    wanted = shopping.order("RUCK-45", "ZELT-2")
    for n in range(45):
        shopping.order("RUCK-45", customer=f"K-{n}")
    query = {"sku": "RUCK-45", "status": "cancelled", "limit": "10"}
    shopping.world.traced.clear()
    first = shopping.merchant.do(ROUTE, shopping.merchant.clerk, query=query)
    calls = shopping.world.traced["orders/list_orders"]
    assert first["items"] == []
    assert first["cursor"]
    assert calls.count("BatchGetItem") == 3
    assert shopping.found(sku="RUCK-45", status="received", limit="10")[-1] == wanted
    assert shopping.found(**query) == []


def test_verify_names_a_row_that_is_missing_or_too_much(shopping: Shopping) -> None:
    id = shopping.order()
    world = shopping.world
    (row,) = [i for i in world.items() if i["pk"].startswith("FOUND#sku")]
    key = {name: {"S": row[name]} for name in ("pk", "sk")}
    world.dynamodb.delete_item(TableName=world.table.name, Key=key)
    elsewhere = {**row, "pk": row["pk"].replace("RUCK-45", "ZELT-2")}
    world.dynamodb.put_item(TableName=world.table.name, Item=marshal(elsewhere))
    broken = world.verify()["checks"]["projections"]["broken"]
    assert [breach["where"] for breach in broken] == [id, id]
    world.dynamodb.delete_item(
        TableName=world.table.name, Key={**key, "pk": {"S": elsewhere["pk"]}}
    )
    world.dynamodb.put_item(TableName=world.table.name, Item=marshal(row))
    assert world.broken() == []
