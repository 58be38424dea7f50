"""Customers: each shop's own, checked before they are stored."""

from __future__ import annotations

from typing import Any

import pytest

from oms_aws.platform.example_values import ACCOUNT
from tests.world.merchant import Merchant
from tests.world.world import Answered, World

PUT, GET = "PUT /v1/customers/{customer}", "GET /v1/customers/{customer}"


def put(
    world: World, key: str, /, shop: str = "", customer: str = "C-1", **fields: Any
) -> Answered:
    query = {"shop": shop} if shop else {}
    return world.call(PUT, key, {**ACCOUNT, **fields}, query=query, customer=customer)


def test_a_shop_keeps_customers_of_its_own(world: World, merchant: Merchant) -> None:
    assert put(world, merchant.shop).body["shop"] == "berg-beutel"
    assert world.call(GET, merchant.other_shop, customer="C-1").status == 404
    read = world.call(GET, merchant.shop, customer="C-1").body
    assert (read["credit_limit"], read["approvals"][0]["over"]) == ("5000.00", "1000.00")


def test_a_clerk_names_the_shop(world: World, merchant: Merchant) -> None:
    assert put(world, merchant.clerk).status == 422
    assert put(world, merchant.clerk, shop="tal-tasche").status == 200
    assert world.call(GET, merchant.other_shop, customer="C-1").body["group"] == "clubs"
    assert put(world, merchant.shop, shop="tal-tasche").status == 404


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"email": "nobody@nowhere"}, "email"),
        ({"email": "a..b@verein.example"}, "email"),
        ({"vat_id": "ATU12345678"}, "vat_id"),
        ({"vat_id": "DE12345678"}, "vat_id"),
        ({"credit_limit": "0.001"}, "body"),
        ({"type": "B2C"}, "body"),
        ({"terms": {"days": 10, "discount_days": 14}}, "terms"),
        ({"customer": "a#b"}, "customer"),
    ],
)
def test_what_cannot_be_is_refused_and_named(
    world: World, merchant: Merchant, fields: dict[str, Any], named: str
) -> None:
    answer = put(world, merchant.shop, **fields)
    assert answer.status == 422
    assert [error["field"] for error in answer.body["errors"]] == [named]


def test_a_check_of_the_vat_id_stays_while_the_id_does(world: World, merchant: Merchant) -> None:
    check = {
        "vat_id": "ATU57477929",
        "valid": True,
        "checked_at": "2026-11-01T09:00:00Z",
        "source": "manual",
    }
    put(world, merchant.shop, vat_check=check)
    assert put(world, merchant.shop, priority=3).body["vat_check"]["source"] == "manual"
    forged = put(world, merchant.shop, vat_check=check | {"source": "vies"})
    assert (forged.status, forged.body["errors"][0]["field"]) == (422, "vat_check.source")
    other = put(world, merchant.shop, vat_id="DE136695976").body
    assert other.get("vat_check") is None


def test_an_account_says_how_it_is_billed(merchant: Merchant) -> None:
    answer = merchant.world.call(
        "PUT /v1/customers/{customer}",
        merchant.shop,
        {"type": "B2C", "name": "A", "email": "a@b.example", "billing": {"collective": "weekly"}},
        customer="C-1",
    )
    assert answer.status == 422
    weekly = {"collective": "weekly", "week_ends": "friday"}
    assert merchant.business("C-2", billing=weekly)["billing"] == weekly
