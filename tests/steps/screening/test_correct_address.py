"""Shops and clerks correct an address: by itself the order goes on, or hears why it cannot."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world.merchant import ADDRESS, Merchant
from tests.world.world import Answered, World

ROUTE = "POST /v1/orders/{order}/address"
WRONG = {**ADDRESS, "postal_code": "8033"}
UNPAID = {"method": "card", "status": "pending", "amount": "0", "reference": None}


@pytest.fixture
def held(world: World, merchant: Merchant) -> str:
    merchant.count("A", RUCK_45=5)
    id = merchant.place(merchant.request(RUCK_45=1) | {"billing_address": WRONG})
    world.settle()
    return id


def correct(
    world: World, key: str, id: str, address: Any = ADDRESS, headers: Any = None, **more: Any
) -> Answered:
    body = {"address": address, "reason": "called the customer", **more}
    return world.call(ROUTE, key, body, order=id, headers=headers or {})


def test_a_clerk_corrects_and_the_order_goes_on(
    world: World, merchant: Merchant, held: str
) -> None:
    answer = correct(world, merchant.clerk, held, phone="+4915112345679")
    assert answer.status == 200
    assert answer.body["customer"]["phone"] == "+4915112345679"
    world.settle()
    order = merchant.order(held)
    assert order["status"] == "released"
    assert order["holds"][0]["released_by"] == "clerk:clara"
    fulfilment = order["fulfilments"][0]["id"]
    seen = merchant.do("GET /v1/fulfilments/{fulfilment}", merchant.wms, fulfilment=fulfilment)
    assert seen["label"] == ["Ayşe Müller", "Ringstr. 5", "80331 München"]
    assert world.broken() == []


def test_a_separate_shipping_address_leaves_the_bill_alone(
    world: World, merchant: Merchant
) -> None:
    body = merchant.request(RUCK_45=1) | {"shipping_address": WRONG}
    id = merchant.place(body)
    world.settle()
    moved = {**ADDRESS, "line1": "Talstr. 9"}
    order = correct(world, merchant.shop, id, moved).body
    assert order["shipping_address"]["line1"] == "Talstr. 9"
    assert order["billing_address"]["line1"] == "Ringstr. 5"


def test_an_address_that_is_wrong_still_is_refused_with_its_fields(
    world: World, merchant: Merchant, held: str
) -> None:
    answer = correct(world, merchant.clerk, held, {**ADDRESS, "postal_code": "1"})
    assert (answer.status, answer.body["type"]) == (409, "urn:auftakt:problem:address_invalid")
    assert answer.body["errors"] == [{"field": "postal_code", "reason": "invalid"}]


def test_the_same_request_again_changes_nothing(
    world: World, merchant: Merchant, held: str
) -> None:
    headers = {"Idempotency-Key": "once"}
    first = correct(world, merchant.clerk, held, headers=headers)
    again = correct(world, merchant.clerk, held, headers=headers)
    assert first.body["version"] == again.body["version"]
    assert correct(world, merchant.clerk, held).body["version"] == first.body["version"]
    assert merchant.events(held).count("Order.AddressCorrected") == 1


def test_of_two_clerks_at_once_one_wins_and_the_other_hears_it(
    world: World, merchant: Merchant, held: str
) -> None:
    seen = {"If-Match": f'"{merchant.order(held)["version"]}"'}
    first = correct(world, merchant.clerk, held, {**ADDRESS, "line1": "A 1"}, headers=seen)
    second = correct(world, merchant.clerk, held, {**ADDRESS, "line1": "B 2"}, headers=seen)
    assert (first.status, second.status) == (200, 412)
    assert merchant.order(held)["billing_address"]["line1"] == "A 1"


def test_what_a_warehouse_is_packing_keeps_its_address(
    world: World, merchant: Merchant, held: str
) -> None:
    correct(world, merchant.clerk, held)
    world.settle()
    answer = correct(world, merchant.clerk, held, {**ADDRESS, "line1": "Talstr. 9"})
    assert answer.body["type"] == "urn:auftakt:problem:address_with_warehouse"


def test_other_holds_stay(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=5)
    body = merchant.request(RUCK_45=1) | {"billing_address": WRONG, "payment": UNPAID}
    id = merchant.place(body)
    world.settle()
    correct(world, merchant.clerk, id)
    world.settle()
    order = merchant.order(id)
    assert order["status"] == "held"
    assert {h["reason"] for h in order["holds"] if not h["released_at"]} == {"payment_pending"}
    merchant.release(id)
    world.settle()
    assert merchant.order(id)["status"] == "released"


def test_a_shop_sees_no_orders_of_another(world: World, merchant: Merchant, held: str) -> None:
    assert correct(world, merchant.other_shop, held).status == 404
    assert correct(world, merchant.wms, held).status == 403


@pytest.mark.parametrize("address", [{}, {**ADDRESS, "x": 1}, {**ADDRESS, "country": "Germany"}])
def test_a_broken_request_is_named(
    world: World, merchant: Merchant, held: str, address: Any
) -> None:
    assert correct(world, merchant.clerk, held, address).status == 422


def test_a_mail_address_is_corrected_by_a_clerk(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=5)
    body = merchant.request(RUCK_45=1)
    body["customer"] = {**body["customer"], "email": "a..b@c.de"}
    id = merchant.place(body)
    world.settle()
    assert merchant.order(id)["holds"][0]["reason"] == "email_invalid"
    assert correct(world, merchant.clerk, id).status == 409
    assert correct(world, merchant.clerk, id, email="a.b@c.de").status == 200
    world.settle()
    assert merchant.order(id)["status"] == "released"


def test_a_refused_order_is_told_to_the_customer(world: World, merchant: Merchant) -> None:
    failed = {"method": "card", "status": "failed", "amount": "0", "reference": None}
    id = merchant.place(merchant.request(RUCK_45=1) | {"payment": failed})
    world.settle()
    assert merchant.order(id)["status"] == "refused"
    (mail,) = [mail for mail in world.outside.mails if mail.kind == "order_refused"]
    assert mail.to == "ayse@mueller.example"
    assert "Die Zahlung ist nicht zustande gekommen" in mail.text
