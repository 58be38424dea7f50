"""A shop's key changes the products that the shop owns, and none that others sell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.world.merchant import Merchant
from tests.world.world import Answered, World

PUT = "PUT /v1/products/{sku}"
GET = "GET /v1/products/{sku}"
BATCH = "POST /v1/products/batch"
OWNER = "PUT /v1/products/{sku}/owner"
HISTORY = "GET /v1/products/{sku}/history"
NAMED = {"name": {"de": "Rucksack"}}
RENAMED = {"name": {"de": "Ganz anders"}, "weight_g": 9, "tax_category": "zero"}


def put(merchant: Merchant, key: str, body: Any, sku: str = "NEW-1") -> Answered:
    return merchant.world.call(PUT, key, body, sku=sku)


def test_first_shop_owns_what_it_made_and_the_other_shop_cannot_change_it(
    world: World, merchant: Merchant
) -> None:
    made = put(merchant, merchant.shop, NAMED)
    assert (made.status, made.body["owner"]) == (200, "berg-beutel")
    merchant.do(GET, merchant.other_shop, sku="RUCK-45")  # which notes that its key is in use
    before = list(world.items())
    answer = put(merchant, merchant.other_shop, RENAMED)
    assert (answer.status, answer.body["type"]) == (403, "urn:auftakt:problem:product_not_owned")
    assert "berg-beutel" not in str(answer.body)
    assert list(world.items()) == before
    assert put(merchant, merchant.shop, RENAMED).body["weight_g"] == 9


def test_products_of_the_merchant_are_no_shops(merchant: Merchant) -> None:
    for key in (merchant.shop, merchant.other_shop):
        assert put(merchant, key, RENAMED, "RUCK-45").status == 403
    assert merchant.do(GET, merchant.shop, sku="RUCK-45")["owner"] is None


def test_not_even_the_same_again_is_another_shops_to_write(merchant: Merchant) -> None:
    put(merchant, merchant.shop, NAMED)
    assert put(merchant, merchant.other_shop, NAMED).status == 403


def test_clerk_changes_all_and_takes_nothing_away(merchant: Merchant) -> None:
    put(merchant, merchant.shop, NAMED)
    changed = put(merchant, merchant.clerk, RENAMED)
    assert (changed.body["owner"], changed.body["weight_g"]) == ("berg-beutel", 9)
    assert put(merchant, merchant.shop, NAMED).status == 200


def test_rows_of_others_are_refused_and_the_rest_of_a_batch_is_taken(merchant: Merchant) -> None:
    put(merchant, merchant.shop, NAMED, "THEIRS-1")
    put(merchant, merchant.other_shop, NAMED, "MINE-1")
    skus = ("THEIRS-1", "RUCK-45", "MINE-1", "MINE-2")
    rows = {"items": [{"sku": sku, **RENAMED} for sku in skus]}
    told = merchant.do(BATCH, merchant.other_shop, rows)
    assert [row["outcome"] for row in told["rows"]] == ["refused", "refused", "stored", "stored"]
    assert all("is not this shop's" in row["reason"] for row in told["refused"])
    assert merchant.do(GET, merchant.clerk, sku="THEIRS-1")["weight_g"] == 0
    assert merchant.do(GET, merchant.clerk, sku="MINE-2")["owner"] == "tal-tasche"


def test_product_is_handed_over_and_given_back(merchant: Merchant) -> None:
    put(merchant, merchant.shop, NAMED)
    given = merchant.do(OWNER, merchant.clerk, {"shop": "tal-tasche"}, sku="NEW-1")
    assert (given["owner"], given["name"], given["version"]) == ("tal-tasche", NAMED["name"], 2)
    assert put(merchant, merchant.shop, RENAMED).status == 403
    assert put(merchant, merchant.other_shop, RENAMED).status == 200
    merchant.do(OWNER, merchant.clerk, {"shop": None}, sku="NEW-1")
    assert put(merchant, merchant.other_shop, NAMED).status == 403
    again = merchant.do(OWNER, merchant.clerk, {"shop": None}, sku="NEW-1")
    assert again["version"] == 4


@pytest.mark.parametrize(
    ("body", "sku", "status"),
    [({"shop": "nobody"}, "NEW-1", 404), ({"shop": "tal-tasche"}, "NONE", 404), ({}, "NEW-1", 422)],
)
def test_no_product_goes_to_nobody(merchant: Merchant, body: Any, sku: str, status: int) -> None:
    put(merchant, merchant.shop, NAMED)
    assert merchant.world.call(OWNER, merchant.clerk, body, sku=sku).status == status


def test_only_clerks_hand_over(merchant: Merchant) -> None:
    put(merchant, merchant.shop, NAMED)
    for key in (merchant.shop, merchant.other_shop, merchant.wms, merchant.accountant):
        answer = merchant.world.call(OWNER, key, {"shop": "tal-tasche"}, sku="NEW-1")
        assert answer.status == 403


def test_shop_is_not_told_who_owns_a_product_or_changed_it(merchant: Merchant) -> None:
    put(merchant, merchant.shop, NAMED)
    put(merchant, merchant.shop, RENAMED)
    shown: list[Callable[[str], Any]] = [
        lambda key: merchant.do(GET, key, sku="NEW-1"),
        lambda key: merchant.do("GET /v1/products", key),
        lambda key: merchant.do(HISTORY, key, sku="NEW-1"),
    ]
    for show in shown:
        assert "berg" not in str(show(merchant.other_shop))
        assert "berg-beutel" in str(show(merchant.shop))
        assert "berg-beutel" in str(show(merchant.clerk))


def test_of_two_shops_that_make_one_product_at_once_one_owns_it(
    world: World, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other shop has read that there is none, and writes when there is one."""
    master = world.ports("master/keep_products").catalogue.master
    seen: list[Any] = []
    get = master._known

    def late(*asked: Any) -> Any:
        found = get(*asked)
        if not seen:
            seen.append(found)
            put(merchant, merchant.shop, NAMED)
        return found

    monkeypatch.setattr(master, "_known", late)
    assert put(merchant, merchant.other_shop, RENAMED).status == 403
    assert seen == [None]
    assert merchant.do(GET, merchant.clerk, sku="NEW-1")["owner"] == "berg-beutel"
