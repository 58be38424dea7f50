"""Warehouses read what they have to do, with what they need to know of each product."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from oms_aws.platform import keys
from oms_aws.platform.attributes import marshal
from tests.world.merchant import ADDRESS, Merchant
from tests.world.world import World

ONE = "GET /v1/fulfilments/{fulfilment}"
LAMP = {
    "gtin": "4006381333931",
    "weight_g": 310,
    "length_mm": 90,
    "width_mm": 60,
    "height_mm": 40,
    "hazard_class": "9",
    "un_number": "3481",
    "lithium": True,
    "minimum_age": 16,
    "hs_code": "85131000",
    "origin": "CN",
    "fragile": True,
    "bins": {"A": "Z1-02", "B": "K-7"},
    "packing_note": "Screen the contacts.",
}
ASKED = LAMP.keys() - {"bins"}


def read(world: World, merchant: Merchant, order: str) -> Any:
    fulfilment = merchant.order(order)["fulfilments"][0]["id"]
    listed = world.call("GET /v1/fulfilments", merchant.wms, query={"location": "A"}).body
    one = world.call(ONE, merchant.wms, fulfilment=fulfilment).body
    assert one in listed["items"]
    return one


def test_a_fulfilment_says_what_lies_where_and_how_to_handle_it(
    world: World, merchant: Merchant
) -> None:
    merchant.sell("LAMPE-1", "10.00", **LAMP)
    merchant.count("A", LAMPE_1=2)
    order = merchant.place(merchant.request(LAMPE_1=2))
    world.settle()
    (line,) = read(world, merchant, order)["lines"]
    product = line["product"]
    assert {name: product[name] for name in ASKED} == {name: LAMP[name] for name in ASKED}
    assert product["bin"] == "Z1-02"
    assert product["name"] == {"de": "Ding LAMPE-1", "en": "Thing LAMPE-1"}


def test_the_parts_of_a_bundle_are_told_each_by_itself(world: World, merchant: Merchant) -> None:
    merchant.sell("LAMPE-1", "10.00", **LAMP)
    parts = [{"sku": "LAMPE-1", "quantity": 2}]
    merchant.sell("SET-1", "10.00", kind="bundle", components=parts)
    merchant.count("A", LAMPE_1=4)
    order = merchant.place(merchant.request(SET_1=1))
    world.settle()
    (line,) = read(world, merchant, order)["lines"]
    (part,) = line["components"]
    assert (line["product"]["bin"], part["product"]["bin"]) == (None, "Z1-02")
    assert (part["quantity"], part["product"]["un_number"]) == (2, "3481")


def test_a_product_that_nobody_knows_any_more_hides_no_fulfilment(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    order = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    key = marshal(keys.product("RUCK-45")._asdict())
    world.dynamodb.delete_item(TableName=world.table.name, Key=key)
    (line,) = read(world, merchant, order)["lines"]
    assert (line["sku"], line["product"]) == ("RUCK-45", None)


def test_what_is_to_leave_first_comes_first(world: World, merchant: Merchant) -> None:
    """An order that is late must not lie behind younger ones that leave sooner."""
    warehouse = {"name": "Lager A", "address": ADDRESS, "priority": 1}
    warehouse |= {"cut_off": {"express": "17:00", "standard": "09:30"}}
    merchant.do("PUT /v1/warehouses/{warehouse}", merchant.clerk, warehouse, warehouse="A")
    merchant.count("A", RUCK_45=4)
    for method in ("standard", "express", "standard", "express"):
        body = merchant.request(RUCK_45=1)
        body["shipping"]["method"] = method
        merchant.place(body)
        world.settle()
    listed: list[dict[str, Any]] = []
    query = {"location": "A", "limit": "1"}
    while True:
        page = world.call("GET /v1/fulfilments", merchant.wms, query=query).body
        listed += page["items"]
        if page["cursor"] is None:
            break
        query["cursor"] = page["cursor"]
    assert [each["method"] for each in listed] == ["express"] * 2 + ["standard"] * 2
    times = [each["ship_by"] for each in listed]
    assert times == sorted(times, key=datetime.fromisoformat)
