"""A person is forgotten: at once, on their day, whoever asks how often, and nobody else."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from oms.orders import erasing
from oms_aws.platform import keys
from oms_aws.platform.attributes import unpacked
from oms_aws.records import erasures
from tests.world.merchant import Merchant
from tests.world.person import (
    CUSTOMER,
    DATA,
    IN_DOCUMENTS,
    READ,
    TRACES,
    ask,
    erase,
    found_in,
    keep_account,
    live,
    request,
)
from tests.world.pieces import UNPAID
from tests.world.world import Answered, World


def test_person_is_forgotten_once_goods_cannot_come_back(world: World, merchant: Merchant) -> None:
    keep_account(merchant)
    id = live(merchant, RUCK_45=3)
    seen = ask(merchant).body
    (order,) = seen["orders"]
    assert (seen["account"], order["outcome"], order["reason"]) == (True, "later", "returns")
    (kept,) = seen["kept"]
    assert (kept["type"], kept["until"], kept["law"]) == (
        "invoice",
        "2035-01-01T00:00:00Z",
        "§ 14b (1) UStG, § 147 (3) AO",
    )
    before = found_in(world)
    assert ask(merchant, confirm="0" * 32).status == 409
    assert found_in(world) == before
    erase(merchant)
    assert merchant.order(id)["erasure"]["erased_at"] is None
    assert merchant.order(id)["customer"]["name"] == CUSTOMER["name"]
    world.pass_time(hours=27 * 24)
    world.tick()
    assert merchant.order(id)["erasure"]["erased_at"] is None
    world.pass_time(hours=25)
    world.tick()
    assert found_in(world).keys() == IN_DOCUMENTS
    assert merchant.events(id)[-2:] == ["Order.ErasureRequested", "Order.PersonErased"]
    assert world.broken() == []


def test_who_is_forgotten_is_found_nowhere_in_the_api(world: World, merchant: Merchant) -> None:
    keep_account(merchant)
    id = live(merchant, RUCK_45=3)
    find = {"email": str(CUSTOMER["email"])}
    assert merchant.do("GET /v1/orders", merchant.shop, query=find)["items"]
    world.pass_time(hours=29 * 24)
    assert ask(merchant).body["orders"][0]["outcome"] == "now"
    erase(merchant)
    answers: list[Any] = [
        merchant.order(id),
        merchant.do("GET /v1/orders/{order}/events", merchant.clerk, order=id),
        merchant.do("GET /v1/orders", merchant.shop, query=find),
        merchant.do("GET /v1/customers", merchant.shop),
        merchant.do("GET /v1/customers/{customer}/history", merchant.shop, customer="C-4711"),
        merchant.do("GET /v1/fulfilments", merchant.wms, query={"location": "A"}),
    ]
    text = json.dumps(answers, ensure_ascii=False).casefold()
    assert not [trace for trace in TRACES if trace in text]
    assert "~p" not in text
    assert answers[2]["items"] == answers[3]["items"] == []
    assert (
        world.call("GET /v1/customers/{customer}", merchant.shop, customer="C-4711").status == 404
    )
    assert world.call(DATA, merchant.shop, customer=str(CUSTOMER["email"])).status == 404
    assert ask(merchant).body["orders"][0]["outcome"] == "erased"


def test_guest_is_erased_by_mail_address_and_nobody_else(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=9)
    mine = merchant.place(request(merchant, RUCK_45=1))
    other = merchant.place(merchant.request(RUCK_45=1))
    merchant.whole_life(mine)
    merchant.whole_life(other)
    world.pass_time(hours=29 * 24)
    told = erase(merchant, str(CUSTOMER["email"]))
    assert [each["order"] for each in told["orders"]] == [mine]
    assert merchant.order(mine)["customer"]["email"] == ""
    assert merchant.order(other)["customer"]["email"]
    assert found_in(world).keys() == IN_DOCUMENTS


def test_order_that_is_not_finished_is_erased_when_it_is(world: World, merchant: Merchant) -> None:
    keep_account(merchant)
    id = merchant.place(request(merchant, RUCK_45=1) | {"payment": UNPAID})
    world.settle()
    order = erase(merchant)["orders"][0]
    assert (order["outcome"], order["reason"], order["until"]) == ("later", "unfinished", None)
    world.pass_time(hours=26)
    world.tick()
    assert merchant.order(id)["customer"]["name"] == CUSTOMER["name"]
    cancelled = merchant.cancel(id)
    assert cancelled.status == 200
    world.settle()
    world.pass_time(minutes=10)
    world.tick()
    assert merchant.order(id)["customer"]["name"] == ""
    assert (
        world.call("GET /v1/customers/{customer}", merchant.shop, customer="C-4711").status == 404
    )
    assert not found_in(world)


def test_invoice_of_an_erased_order_is_credited_to_its_buyer(
    world: World, merchant: Merchant
) -> None:
    id = live(merchant, RUCK_45=3)
    world.pass_time(hours=29 * 24)
    erase(merchant)
    (invoice,) = merchant.order(id)["documents"]
    answer = merchant.cancel_document(invoice["id"])
    assert answer.status < 300, answer.body
    world.settle()
    credit = next(d for d in merchant.order(id)["documents"] if d["type"] != "invoice")
    item = world.table.get(keys.document(credit["id"])) or {}
    assert CUSTOMER["name"] in unpacked(item["body"]).decode()
    assert found_in(world).keys() == IN_DOCUMENTS
    told = merchant.do("GET /v1/orders/{order}/events", merchant.clerk, order=id)["items"]
    archived = [key for key in world.objects() if id in key and key.startswith("orders/")]
    assert any("Order.PersonErased" in world.object(key).decode() for key in archived), told


def test_record_waits_for_the_last_of_several_orders(
    world: World, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasures, "AT_ONCE", 2)
    keep_account(merchant)
    merchant.count("A", RUCK_45=50)
    old = merchant.place(request(merchant, RUCK_45=1) | {"payment": UNPAID})
    world.settle()
    unpaid = {"payment": UNPAID}
    gone = [merchant.place(request(merchant, RUCK_45=1) | unpaid) for _ in range(4)]
    world.settle()
    for id in gone:
        assert merchant.cancel(id).status == 200
        world.settle()
    erase(merchant)
    assert [merchant.order(id)["customer"]["name"] for id in gone] == [""] * 4
    kept = merchant.do("GET /v1/customers/{customer}", merchant.shop, customer="C-4711")
    assert (kept["name"], kept["erasure"]["erased_at"]) == (CUSTOMER["name"], None)
    account = {name: value for name, value in CUSTOMER.items() if name != "id"}
    row = account | {"id": "C-4711", "phone": "+49 8341 667789"}
    merchant.do("POST /v1/customers/batch", merchant.shop, {"items": [row]})
    kept = merchant.do("GET /v1/customers/{customer}", merchant.shop, customer="C-4711")
    assert kept["erasure"], "a shop that sends all its customers again takes nothing back"
    assert merchant.cancel(old).status == 200
    world.settle()
    world.pass_time(hours=26)
    world.tick()
    assert world.call(READ, merchant.shop, customer="C-4711").status == 404
    assert not found_in(world)


def test_order_that_cannot_be_asked_holds_up_no_other(
    world: World, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [merchant.place(request(merchant, RUCK_45=1)) for _ in range(3)]
    world.settle()
    for id in ids:
        merchant.cancel(id)
    world.settle()
    tries: list[str] = []

    def once(order: Any, **said: Any) -> Any:
        if order.id == ids[1] and not tries:
            tries.append(order.id)
            raise RuntimeError("not now")
        return asked(order, **said)

    asked = erasing.request
    monkeypatch.setattr(erasing, "request", once)
    erase(merchant)
    assert tries
    assert [merchant.order(id)["customer"]["name"] for id in ids] == [""] * 3


def test_who_owes_or_is_owed_is_known_still(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=9)
    merchant.business("C-4711", credit_limit="500.00")
    body = merchant.on_account("C-4711", RUCK_45=1)
    id = merchant.place(body | {"customer": CUSTOMER | {"type": "B2B"}})
    merchant.whole_life(id)
    (document,) = merchant.order(id)["documents"]
    world.pass_time(hours=29 * 24)
    world.tick()
    (order,) = ask(merchant).body["orders"]
    assert (order["outcome"], order["reason"]) == ("later", "money_open")
    more = str(Decimal(document["gross"]) + 5)
    merchant.pay("T-1", more, document["number"])
    world.settle()
    (order,) = ask(merchant).body["orders"]
    assert (order["outcome"], order["reason"]) == ("later", "money_open")


def test_erased_order_gets_no_paper_without_a_name(world: World, merchant: Merchant) -> None:
    id = live(merchant, RUCK_45=3)
    (fulfilment,) = merchant.order(id)["fulfilments"]
    route = "GET /v1/fulfilments/{fulfilment}/papers/{paper}"

    def paper(kind: str) -> Answered:
        return world.call(route, merchant.wms, fulfilment=fulfilment["id"], paper=kind)

    before = paper("delivery-note")
    assert before.status == 302
    world.pass_time(hours=29 * 24)
    erase(merchant)
    again = paper("delivery-note")
    assert (
        again.headers["Location"].partition("?")[0] == before.headers["Location"].partition("?")[0]
    )
    assert (slip := paper("packing-slip")).status == 409
    assert slip.body["type"].endswith("person_erased")
    route = "POST /v1/orders/{order}/pro-forma"
    assert world.call(route, merchant.clerk, order=id).status == 409
    (invoice,) = merchant.order(id)["documents"]
    assert merchant.cancel_document(invoice["id"]).status < 300
    world.settle()
    assert merchant.correct_document(invoice["id"]).status == 409


def test_erasure_that_comes_twice_is_done_once(world: World, merchant: Merchant) -> None:
    keep_account(merchant)
    id = live(merchant, RUCK_45=3)
    world.pass_time(hours=29 * 24)
    erase(merchant)
    erase(merchant)
    events = merchant.events(id)
    assert (events.count("Order.ErasureRequested"), events.count("Order.PersonErased")) == (1, 1)


def test_customer_who_is_kept_anew_is_another(world: World, merchant: Merchant) -> None:
    keep_account(merchant)
    erase(merchant)
    assert not found_in(world)
    route = "PUT /v1/customers/{customer}"
    body = {"type": "B2C", "name": "Neu Anders", "email": "neu@anders.example"}
    told = world.call(route, merchant.shop, body, customer="C-4711")
    assert (told.status, told.body["version"], told.body["erasure"]) == (200, 4 + 1, None)
    history = merchant.do("GET /v1/customers/{customer}/history", merchant.shop, customer="C-4711")[
        "items"
    ]
    assert history[0]["after"]["name"] == "Neu Anders"
    assert {change["after"]["name"] for change in history[1:]} == {""}
