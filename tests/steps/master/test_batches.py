"""Master data in batches: every row is answered, and none harms another."""

from __future__ import annotations

from typing import Any

import pytest

from oms.core.refusals import NotNow
from oms_aws.platform.table import Action, Table
from tests.world.merchant import Merchant
from tests.world.world import Answered, World

BATCH = "POST /v1/products/batch"


def rows(count: int) -> list[dict[str, Any]]:
    return [{"sku": f"S-{n:04d}", "name": {"de": f"Ding {n}"}} for n in range(count)]


def send(merchant: Merchant, items: list[Any]) -> Answered:
    return merchant.world.call(BATCH, merchant.clerk, {"items": items})


def outcomes(answer: Answered) -> list[str]:
    return [row["outcome"] for row in answer.body["rows"]]


def test_of_a_thousand_rows_a_broken_one_is_named_and_the_others_are_taken(
    merchant: Merchant,
) -> None:
    items: list[Any] = rows(1_000)
    items[500] = {"sku": "S-0500", "name": {"de": "Ding"}, "weight_g": "heavy", "colour": "red"}
    answer = send(merchant, items)
    assert (answer.body["stored"], answer.body["unchanged"]) == (999, 0)
    (refused,) = answer.body["refused"]
    assert (refused["row"], refused["sku"]) == (500, "S-0500")
    assert "weight_g" in refused["reason"]
    assert "colour" in refused["reason"]
    assert [row["row"] for row in answer.body["rows"]] == list(range(1_000))
    assert answer.body["rows"][499] == {
        "row": 499, "id": "S-0499", "outcome": "stored", "version": 1, "reason": "",
    }  # fmt: skip


def test_sending_it_again_changes_nothing(merchant: Merchant) -> None:
    items = rows(120)
    send(merchant, items)
    before = list(merchant.world.items())
    again = send(merchant, items)
    assert (again.body["stored"], again.body["unchanged"]) == (0, 120)
    assert list(merchant.world.items()) == before


def test_more_than_a_thousand_rows_or_none_are_no_batch(merchant: Merchant) -> None:
    assert send(merchant, rows(1_001)).status == 422
    assert send(merchant, []).status == 422


def test_of_rows_with_one_key_the_last_is_taken_and_the_others_name_it(merchant: Merchant) -> None:
    first, last = ({"sku": "TWICE", "name": {"de": name}} for name in ("erst", "dann"))
    answer = send(merchant, [first, *rows(2), last])
    assert outcomes(answer) == ["refused", "stored", "stored", "stored"]
    assert answer.body["refused"][0]["reason"] == "row 3 has it again"
    read = merchant.do("GET /v1/products/{sku}", merchant.clerk, sku="TWICE")
    assert read["name"] == {"de": "dann"}


def test_a_row_that_another_writer_meets_is_tried_again_alone(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    merchant.do("GET /v1/products/{sku}", merchant.clerk, sku="RUCK-45")  # notes its key's use
    items, writes = rows(3), Table.write
    tried: list[int] = []

    def rival(table: Table, actions: list[Action]) -> None:
        if not tried:
            tried.append(0)
            merchant.do(
                "PUT /v1/products/{sku}", merchant.clerk, {"name": {"de": "x"}}, sku="S-0001"
            )
        tried.append(len(actions))
        writes(table, actions)

    monkeypatch.setattr(Table, "write", rival)
    answer = send(merchant, items)
    assert outcomes(answer) == ["stored"] * 3
    assert [row["version"] for row in answer.body["rows"]] == [1, 2, 1]
    # The rival's own two actions; the batch; what of it met nobody; then the one that did.
    assert tried == [0, 2, 6, 4, 2]


def test_rows_that_stay_contended_are_refused_and_the_others_taken(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes = Table.write

    def busy(table: Table, actions: list[Action]) -> None:
        if "S-0001" in str(actions):
            raise NotNow("the items are being written by many at once")
        writes(table, actions)

    monkeypatch.setattr(Table, "write", busy)
    answer = send(merchant, rows(60))
    assert answer.body["stored"] == 59
    assert [row["sku"] for row in answer.body["refused"]] == ["S-0001"]
    assert "send it again" in answer.body["refused"][0]["reason"]


def test_a_bundle_may_come_before_its_components_in_one_batch(merchant: Merchant) -> None:
    bundle = {
        "sku": "SET",
        "name": {"de": "Set"},
        "kind": "bundle",
        "components": [{"sku": "S-0000", "quantity": 2}, {"sku": "RUCK-45", "quantity": 1}],
    }
    other = {**bundle, "sku": "SET-2", "components": [{"sku": "SET", "quantity": 1}]}
    missing = {**bundle, "sku": "SET-3", "components": [{"sku": "NONE", "quantity": 1}]}
    answer = send(merchant, [bundle, missing, *rows(1)])
    assert outcomes(answer) == ["stored", "refused", "stored"]
    assert "NONE" in answer.body["refused"][0]["reason"]
    assert outcomes(send(merchant, [other])) == ["refused"]


def test_nothing_becomes_a_bundle_later_and_no_bundle_anything_else(merchant: Merchant) -> None:
    body = {
        "name": {"de": "Set"},
        "kind": "bundle",
        "components": [{"sku": "ZELT-2", "quantity": 1}],
    }
    put = "PUT /v1/products/{sku}"
    answer = merchant.world.call(put, merchant.clerk, body, sku="RUCK-45")
    assert (answer.status, answer.body["title"]) == (409, "kind differs")
    merchant.do(put, merchant.clerk, body, sku="SET")
    answer = merchant.world.call(put, merchant.clerk, {"name": {"de": "x"}}, sku="SET")
    assert answer.status == 409


def test_prices_need_their_list_and_their_product(merchant: Merchant) -> None:
    clerk, batch = merchant.clerk, "POST /v1/prices/batch"
    merchant.do(
        "PUT /v1/price-lists/{list}", clerk, {"currency": "EUR", "price_mode": "net"}, list="L"
    )
    good = {"list": "L", "sku": "RUCK-45", "breaks": [{"from_quantity": 1, "unit_price": "99.00"}]}
    falling = [
        {"from_quantity": 10, "unit_price": "9.00"},
        {"from_quantity": 1, "unit_price": "10.00"},
    ]
    given = [
        good,
        {**good, "list": "M"},
        {**good, "sku": "NONE"},
        {**good, "sku": "ZELT-2", "breaks": [{"from_quantity": 1, "unit_price": "9.999"}]},
        {**good, "sku": "ZELT-2", "breaks": falling},
    ]
    answer = merchant.world.call(batch, clerk, {"items": given})
    assert outcomes(answer) == ["stored", *["refused"] * 4]
    reasons = [row["reason"] for row in answer.body["refused"]]
    assert reasons[:3] == [
        "There is no price list M.",
        "There is no product NONE.",
        "Prices in EUR have at most 2 decimal places.",
    ]
    assert "must rise" in reasons[3]


def test_shops_do_not_write_the_prices_they_are_checked_against(merchant: Merchant) -> None:
    body = {"currency": "EUR", "price_mode": "net"}
    answer = merchant.world.call("PUT /v1/price-lists/{list}", merchant.shop, body, list="L")
    assert answer.status == 403


def test_what_the_world_wrote_is_listed_page_by_page(world: World, merchant: Merchant) -> None:
    send(merchant, rows(70))
    seen: list[str] = []
    query: dict[str, str] = {"limit": "20"}
    while True:
        found = world.call("GET /v1/products", merchant.shop, query=query).body
        seen += [product["sku"] for product in found["items"]]
        if not found["cursor"]:
            break
        query = {"limit": "20", "cursor": found["cursor"]}
    assert len(seen) == len(set(seen)) == 73
    assert {*seen} == {f"S-{n:04d}" for n in range(70)} | {"RUCK-45", "ZELT-2", "SOCKE-42"}
