"""An order whose invoice could not be issued sends nothing out before what is missing is there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world.merchant import ADDRESS, SELLER, Merchant
from tests.world.papers import LEITWEG
from tests.world.world import Answered, World

RELEASE = "POST /v1/orders/{order}/holds/{hold}/release"
BUYER_ID = "DE136695976"
SWISS = {**ADDRESS, "postal_code": "8001", "city": "Zürich", "country": "CH"}


def shop(merchant: Merchant, *, tax: dict[str, Any] | None = None, **seller: Any) -> None:
    body = {
        "tax": tax or {},
        "name": "berg-beutel",
        "seller": {**SELLER, **seller},
        "support_email": "hilfe@berg-beutel.example",
        "payment": {"providers": ["test", "stripe"]},
    }
    merchant.do("PUT /v1/shops/{shop}", merchant.clerk, body, shop="berg-beutel")
    merchant.world.pass_time(minutes=1)


def phones(merchant: Merchant, **more: Any) -> dict[str, Any]:
    """An order of phones for 6,000 EUR net: the buyer owes the tax (§ 13b (2) no. 10 UStG)."""
    merchant.sell("HANDY", "600.00", tax_category="electronics_13b")
    merchant.count("A", HANDY=50)
    merchant.business(credit_limit="100000.00", **more)
    body = merchant.on_account(HANDY=10)
    body["price_mode"] = "net"
    body["lines"][0]["unit_price"] = "600.00"
    return body


def holds(merchant: Merchant, id: str) -> list[str]:
    return [each["reason"] for each in merchant.order(id)["holds"] if not each["released_at"]]


def release(merchant: Merchant, id: str) -> Answered:
    (hold,) = [each for each in merchant.order(id)["holds"] if not each["released_at"]]
    body = {"reason": "it is there now"}
    return merchant.world.call(RELEASE, merchant.clerk, body, order=id, hold=hold["id"])


def missing(answer: Answered) -> set[str]:
    return {each["field"] for each in answer.body["errors"]}


def test_a_shifted_tax_waits_for_the_buyers_vat_id(world: World, merchant: Merchant) -> None:
    id = merchant.place(phones(merchant))
    world.settle()
    order = merchant.order(id)
    assert (order["status"], order["fulfilments"]) == ("held", [])
    (hold,) = order["holds"]
    assert (hold["reason"], hold["owner"]) == ("invoice_incomplete", "clerk")
    assert set(hold["data"]["fields"]) == {"buyer.vat_id"}
    refused = release(merchant, id)
    assert (refused.status, missing(refused)) == (409, {"buyer.vat_id"})
    merchant.change(id, vat_id=BUYER_ID)
    merchant.whole_life(id)
    (invoice,) = merchant.order(id)["documents"]
    assert (invoice["status"], invoice["gross"]) == ("archived", "6004.90")
    (mail,) = (each for each in world.outside.mails if each.kind == "order_changed")
    assert BUYER_ID in mail.text


def test_a_consumer_owes_no_shifted_tax(world: World, merchant: Merchant) -> None:
    body = phones(merchant)
    body["customer"] |= {"type": "B2C"}
    body["payment"] = {"method": "paypal", "status": "authorised", "amount": "7145.83"}
    id = merchant.place(body)
    world.settle()
    assert holds(merchant, id) == []


def test_a_change_that_makes_a_vat_id_necessary_holds(world: World, merchant: Merchant) -> None:
    body = phones(merchant)
    body["lines"][0]["quantity"] = 2
    merchant.count("A", HANDY=0)
    id = merchant.place(body)
    world.settle()
    assert holds(merchant, id) == []
    route = "POST /v1/orders/{order}/changes"
    more = {"lines": [{"number": "1", "quantity": 9}]}
    seen = merchant.do(route, merchant.shop, more, order=id)
    assert [each["reason"] for each in seen["holds"]] == ["invoice_incomplete"]
    merchant.change(id, **more)
    world.settle()
    assert holds(merchant, id) == ["invoice_incomplete"]
    merchant.change(id, vat_id=BUYER_ID)
    merchant.count("A", HANDY=50)
    world.settle()
    assert holds(merchant, id) == []
    assert merchant.order(id)["status"] == "released"


def test_an_export_waits_for_the_sellers_vat_id(world: World, merchant: Merchant) -> None:
    shop(merchant, vat_id=None, tax_number="163/123/45678")
    merchant.count("A", RUCK_45=5)
    merchant.business(credit_limit="100000.00")
    body = merchant.on_account(RUCK_45=1) | {"billing_address": SWISS}
    id = merchant.place(body)
    world.settle()
    assert holds(merchant, id) == ["invoice_incomplete"]
    assert missing(release(merchant, id)) == {"seller.vat_id"}
    shop(merchant)
    assert release(merchant, id).status == 200
    merchant.whole_life(id)
    (invoice,) = merchant.order(id)["documents"]
    assert invoice["status"] == "archived"


def test_at_home_a_tax_number_is_enough(world: World, merchant: Merchant) -> None:
    shop(merchant, vat_id=None, tax_number="163/123/45678")
    merchant.count("A", RUCK_45=5)
    merchant.business(credit_limit="100000.00")
    id = merchant.place(merchant.on_account(RUCK_45=1))
    merchant.whole_life(id)
    (invoice,) = merchant.order(id)["documents"]
    assert invoice["status"] == "archived"


@pytest.mark.parametrize("public", [True, False])
def test_without_any_number_of_the_seller_nothing_leaves(
    world: World, merchant: Merchant, public: bool
) -> None:
    shop(merchant, vat_id=None)
    merchant.count("A", RUCK_45=5)
    merchant.business(credit_limit="100000.00")
    id = merchant.place(merchant.on_account(RUCK_45=1) if public else merchant.request(RUCK_45=1))
    world.settle()
    assert holds(merchant, id) == ["invoice_incomplete"]


def test_what_goes_missing_after_the_checks_is_found_before_the_goods_leave(
    world: World, merchant: Merchant
) -> None:
    merchant.business(credit_limit="100000.00", leitweg_id=LEITWEG)
    id = merchant.place(merchant.on_account(RUCK_45=1))
    world.settle()
    assert holds(merchant, id) == []
    shop(merchant, phone=None)
    merchant.count("A", RUCK_45=5)
    world.settle()
    order = merchant.order(id)
    assert (holds(merchant, id), order["fulfilments"]) == (["invoice_incomplete"], [])
    assert release(merchant, id).status == 409
    shop(merchant)
    assert release(merchant, id).status == 200
    merchant.whole_life(id)
    (invoice,) = merchant.order(id)["documents"]
    assert invoice["status"] == "archived"


def test_no_deposit_is_asked_for_that_could_not_be_sent(world: World, merchant: Merchant) -> None:
    id = merchant.place(phones(merchant))
    world.settle()
    asked = merchant.ask_deposit(id, percent="30")
    assert (asked.status, missing(asked)) == (409, {"buyer.vat_id"})
    assert merchant.order(id)["documents"] == []


def warehouse(merchant: Merchant, country: str) -> list[str]:
    """Opens warehouse W in a country; answers which shops may not send from there."""
    body = {"name": "Lager W", "address": {**ADDRESS, "country": country}, "priority": 9}
    route = "PUT /v1/warehouses/{warehouse}"
    stored = merchant.do(route, merchant.clerk, body, warehouse="W")
    return [*stored["unregistered_shops"]]


def test_nothing_leaves_from_where_the_shop_is_not_registered(
    world: World, merchant: Merchant
) -> None:
    assert warehouse(merchant, "PL") == ["berg-beutel", "tal-tasche"]
    merchant.count("W", RUCK_45=5)
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    order = merchant.order(id)
    assert (holds(merchant, id), order["fulfilments"]) == (["dispatch_unregistered"], [])
    assert order["holds"][0]["data"] == {"locations": {"W": "PL"}}
    assert order["lines"][0]["quantities"]["reserved"] == 1
    assert release(merchant, id).status == 200
    world.settle()
    assert holds(merchant, id) == ["dispatch_unregistered"]
    shop(merchant, tax={"local": {"PL": {"vat_id": "PL5260001246"}}})
    assert release(merchant, id).status == 200
    merchant.whole_life(id)
    order = merchant.order(id)
    (invoice,) = order["documents"]
    assert (order["status"], invoice["status"]) == ("completed", "archived")
    assert warehouse(merchant, "PL") == ["tal-tasche"]


@pytest.mark.parametrize("country", ["PL", "CH"])
def test_pieces_come_from_where_the_shop_may_send(
    world: World, merchant: Merchant, country: str
) -> None:
    warehouse(merchant, country)
    merchant.count("W", RUCK_45=5, ZELT_2=1)
    merchant.count("A", RUCK_45=1)
    merchant.count("B", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=2))
    other = merchant.place(merchant.request(RUCK_45=2, ZELT_2=1))
    world.settle()
    order = merchant.order(id)
    assert (order["status"], order["holds"]) == ("released", [])
    assert sorted(each["location"] for each in order["fulfilments"]) == ["A", "B"]
    assert holds(merchant, other) == ["dispatch_unregistered"]
    # A German warehouse gets what lay abroad.
    merchant.count("W", RUCK_45=0, ZELT_2=0)
    merchant.count("A", RUCK_45=3, ZELT_2=1)
    world.settle()
    assert release(merchant, other).status == 200
    merchant.whole_life(other)
    assert merchant.order(other)["status"] == "completed"
