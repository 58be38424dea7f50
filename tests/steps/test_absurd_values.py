"""Absurd times, amounts, names and numbers in bodies: a clear no; and no SKU is frozen by one."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from oms_aws.platform import keys
from tests.world.merchant import Merchant
from tests.world.world import World

ABSURD_TIMES = (
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2099-01-01T00:00:00Z",
    "1999-12-31T23:59:59Z",
    "1795442531",
    1795442531,
    "2026-11-23",
    "２０２６-11-23T09:00:00Z",
)
AMOUNTS = ("1_000", "+1", "１２", " 1", "1 ", "1e2", "NaN", "Infinity", ".5", "")
NAMES = ("\u200b", "\u202e\u202d", "\u2060\ufeff", "\u3164", " \u00a0 ")


@pytest.mark.parametrize("at", ABSURD_TIMES)
def test_absurd_time_is_refused_wherever_it_stands(merchant: Merchant, at: Any) -> None:
    call = merchant.world.call
    order = merchant.request(RUCK_45=1) | {"placed_at": at}
    payment = deepcopy(merchant.request(RUCK_45=1))
    payment["payment"]["authorised_at"] = at
    for body, field in ((order, "placed_at"), (payment, "payment.authorised_at")):
        refused(call("POST /v1/orders", merchant.shop, body, headers=KEY), field)
    count = {"location": "A", "as_of": at, "rows": [{"sku": "RUCK-45", "on_hand": 1}]}
    refused(call("POST /v1/stock/batch", merchant.wms, count), "as_of")
    upload = {"location": "A", "as_of": at}
    refused(call("POST /v1/stock/uploads", merchant.wms, upload), "as_of")
    receipt = {"number": "L-1", "received_at": at, "lines": [{"number": "1", "quantity": 1}]}
    route = "POST /v1/purchase-orders/{purchase}/receipts"
    refused(call(route, merchant.wms, receipt, purchase="PO-1"), "received_at")
    scan = {"tracking_number": "T-1", "status": "delivered", "occurred_at": at}
    route = "POST /v1/carriers/{carrier}/webhook"
    refused(call(route, "", scan, carrier="dhl"), "occurred_at")


KEY = {"Idempotency-Key": "absurd"}


def refused(answer: Any, *fields: str) -> None:
    assert answer.status == 422, answer
    assert set(fields) <= {each["field"] for each in answer.body["errors"]}, answer


@pytest.mark.parametrize("amount", AMOUNTS)
def test_amount_that_is_not_written_in_plain_digits_is_refused(
    merchant: Merchant, amount: str
) -> None:
    body = deepcopy(merchant.request(RUCK_45=1))
    body["lines"][0]["unit_price"] = amount
    answer = merchant.world.call("POST /v1/orders", merchant.shop, body, headers=KEY)
    refused(answer, "lines.0.unit_price")


@pytest.mark.parametrize("name", NAMES)
def test_name_that_shows_nothing_is_refused(merchant: Merchant, name: str) -> None:
    body = deepcopy(merchant.request(RUCK_45=1))
    body["customer"]["name"] = body["billing_address"]["line1"] = name
    answer = merchant.world.call("POST /v1/orders", merchant.shop, body, headers=KEY)
    refused(answer, "customer.name", "billing_address.line1")


@pytest.mark.parametrize("number", ["１２", " 1", "1 ", "", "\u200b1", "a" * 65])
def test_external_number_of_other_characters_is_refused(merchant: Merchant, number: str) -> None:
    body = merchant.request(RUCK_45=1) | {"external_number": number}
    answer = merchant.world.call("POST /v1/orders", merchant.shop, body, headers=KEY)
    refused(answer, "external_number")


def test_order_for_a_shop_that_does_not_exist_is_refused(world: World, merchant: Merchant) -> None:
    key = world.add_client("nobody", "shop", "no-such-shop")
    answer = world.call("POST /v1/orders", key, merchant.request(RUCK_45=1), headers=KEY)
    assert (answer.status, answer.body["title"]) == (404, "shop unknown")


def test_parcel_is_not_handed_to_a_carrier_that_nobody_knows(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    (fulfilment,) = merchant.order(id)["fulfilments"]
    body = {"carrier": "no-such", "tracking_numbers": ["T-1"]}
    route = "POST /v1/fulfilments/{fulfilment}/ship"
    answer = world.call(route, merchant.wms, body, fulfilment=fulfilment["id"])
    refused(answer, "carrier")


def test_sku_frozen_by_a_count_dated_far_ahead_is_counted_and_received_again(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=5)
    table = world.ports("sourcing/import_stock").table

    def freeze() -> None:
        item = table.get(keys.stock("RUCK-45"))
        assert item is not None
        at = "2099-01-01T00:00:00+00:00"
        table.write([table.put(keys.stock("RUCK-45"), {**item, "as_of:A": at})])

    freeze()
    merchant.expect("PO-1", RUCK_45=(50, "2026-12-01"))
    merchant.receive("PO-1", "LS-1", RUCK_45=50)
    assert merchant.stock("RUCK-45")["promisable"] == 55
    freeze()
    assert merchant.count("A", RUCK_45=55)["changed"] == 1
    assert merchant.count("A", RUCK_45=54)["changed"] == 1


def test_count_a_little_ahead_counts_as_now(world: World, merchant: Merchant) -> None:
    ahead = (world.now() + timedelta(minutes=4)).isoformat()
    body = {"location": "A", "as_of": ahead, "rows": [{"sku": "RUCK-45", "on_hand": 5}]}
    assert merchant.do("POST /v1/stock/batch", merchant.wms, body)["changed"] == 1
    assert merchant.count("A", RUCK_45=3)["changed"] == 1
