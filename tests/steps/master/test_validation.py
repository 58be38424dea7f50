"""Master data that cannot be true is refused, and the field is named."""

from __future__ import annotations

from typing import Any

import pytest

from oms_aws.platform.example_values import ADDRESS, PRODUCT, WAREHOUSE
from tests.world.merchant import Merchant
from tests.world.world import World


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"gtin": "4006381333932"}, "check digit"),
        ({"gtin": "400638133393"}, "check digit"),
        ({"hs_code": "42"}, "pattern"),
        ({"origin": "Germany"}, "pattern"),
        ({"un_number": "3480"}, "hazard_class and a un_number"),
        ({"hazard_class": "9"}, "hazard_class and a un_number"),
        ({"hazard_class": "9", "un_number": "9999"}, "pattern"),
        ({"hazard_class": "9", "un_number": "0000"}, "hazard_class and a un_number"),
        ({"kind": "bundle"}, "a bundle has components"),
        ({"components": [{"sku": "RUCK-45", "quantity": 1}]}, "a bundle has components"),
        ({"kind": "bundle", "components": [{"sku": "A", "quantity": 1}] * 2}, "named twice"),
        ({"kind": "preorder"}, "available_from"),
        ({"list_price": "1.999"}, "decimals"),
        ({"minimum_age": 99}, "less than or equal"),
        ({"tax_category": "luxury"}, "standard"),
    ],
)
def test_of_a_product(world: World, merchant: Merchant, fields: dict[str, Any], why: str) -> None:
    body = {**PRODUCT, **fields}
    answer = world.call("PUT /v1/products/{sku}", merchant.clerk, body, sku="X")
    assert answer.status == 422
    assert why in str(answer.body["errors"])
    row = {"sku": "X", **body}
    batch = world.call("POST /v1/products/batch", merchant.clerk, {"items": [row]})
    assert why in batch.body["refused"][0]["reason"]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"time_zone": "Europe/Munich"}, "IANA"),
        ({"region": "XX"}, "XX"),
        ({"region": "BY", "address": {**ADDRESS, "country": "XX"}}, "not known"),
        ({"holidays": ["pagan"]}, "pagan"),
        ({"holidays": []}, "at least 1"),
        ({"cut_off": {"standard": "25:00"}}, "pattern"),
        ({"closures": ["2026-02-30"]}, "valid date"),
        ({"capacity": 0}, "greater than or equal"),
    ],
)
def test_of_a_warehouse(world: World, merchant: Merchant, fields: dict[str, Any], why: str) -> None:
    body = {**WAREHOUSE, **fields}
    answer = world.call("PUT /v1/warehouses/{warehouse}", merchant.clerk, body, warehouse="A")
    assert answer.status == 422
    assert why in str(answer.body["errors"])


def test_what_lies_in_a_catholic_community_may_say_so(world: World, merchant: Merchant) -> None:
    body = {**WAREHOUSE, "holidays": ["public", "catholic"]}
    stored = merchant.do("PUT /v1/warehouses/{warehouse}", merchant.clerk, body, warehouse="A")
    assert stored["holidays"] == ["public", "catholic"]
