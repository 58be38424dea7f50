"""Prices at capture: what the customer's list says counts, and what the shop claims must add up."""

from __future__ import annotations

from typing import Any

from oms_aws.platform.example_values import ACCOUNT
from tests.world.merchant import SELLER, Merchant

BODY = {"currency": "EUR", "price_mode": "net", "group": "clubs"}


def price_list(merchant: Merchant, **fields: Any) -> None:
    merchant.do("PUT /v1/price-lists/{list}", merchant.clerk, {**BODY, **fields}, list="clubs")
    breaks = [
        {"from_quantity": 1, "unit_price": "100.00"},
        {"from_quantity": 10, "unit_price": "90.00"},
    ]
    rows = [{"list": "clubs", "sku": "RUCK-45", "breaks": breaks}]
    merchant.do("POST /v1/prices/batch", merchant.clerk, {"items": rows})


def asked(merchant: Merchant, price: str, quantity: int = 1, **more: Any) -> dict[str, Any]:
    body = merchant.request(RUCK_45=quantity)
    body["lines"][0]["unit_price"] = price
    body["payment"]["amount"] = "10000.00"
    return {**body, **more}


def holds(merchant: Merchant, body: dict[str, Any]) -> list[str]:
    id = merchant.place(body)
    merchant.world.settle()
    return [hold["reason"] for hold in merchant.order(id)["holds"]]


def test_the_group_on_record_counts_before_the_one_that_the_shop_names(
    merchant: Merchant,
) -> None:
    merchant.count("A", RUCK_45=50)
    price_list(merchant)
    body = asked(merchant, "90.00", 10, price_mode="net")
    customer = {**body["customer"], "group": "clubs"}
    assert holds(merchant, {**body, "customer": customer}) == []
    known = {**ACCOUNT, "group": "schools", "approvals": []}
    merchant.do("PUT /v1/customers/{customer}", merchant.shop, known, customer=customer["id"])
    merchant.world.pass_time(minutes=1)
    again = asked(merchant, "90.00", 10, price_mode="net") | {"customer": customer}
    assert holds(merchant, again) == ["price_too_low"]


def test_a_gross_order_is_compared_with_a_net_list(merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=50)
    price_list(merchant, group=None)
    assert holds(merchant, asked(merchant, "119.00")) == []
    assert holds(merchant, asked(merchant, "117.00")) == ["price_too_low"]


def test_a_list_counts_only_on_its_days(merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=50)
    price_list(merchant, group=None, valid_to="2026-11-22")
    assert holds(merchant, asked(merchant, "119.00")) == ["price_too_low"]


def test_a_shop_sets_its_tolerance(merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=50)
    assert holds(merchant, asked(merchant, "129.00")) == []
    shop = {"name": "x", "seller": SELLER, "support_email": "a@b.example", "price_tolerance": "0"}
    merchant.do("PUT /v1/shops/{shop}", merchant.clerk, shop, shop="berg-beutel")
    merchant.world.pass_time(minutes=1)
    assert holds(merchant, asked(merchant, "129.89")) == ["price_too_low"]
    assert holds(merchant, asked(merchant, "129.90")) == []


def test_a_total_that_does_not_add_up_holds_the_order(merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=50)
    body = asked(merchant, "129.90")
    right = str(129_90 + int(body["shipping"]["price"].replace(".", "")))
    right = f"{right[:-2]}.{right[-2:]}"
    assert holds(merchant, {**body, "total": right}) == []
    assert holds(merchant, {**asked(merchant, "129.90"), "total": "129.00"}) == ["total_differs"]
    answer = merchant.world.call(
        "POST /v1/orders",
        merchant.shop,
        {**asked(merchant, "129.90"), "total": "1.999"},
        headers={"Idempotency-Key": "fine"},
    )
    assert [error["field"] for error in answer.body["errors"]] == ["total"]


def test_prices_of_a_day_whose_taxes_nobody_knows_are_for_a_clerk(merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=50)
    price_list(merchant, group=None)
    old = asked(merchant, "119.00", placed_at="2005-11-23T09:00:00+00:00")
    assert holds(merchant, old) == ["price_not_comparable"]
