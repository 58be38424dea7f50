"""Personal data lie in one place, can be had and forgotten, and the log stays provable."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest

from oms.orders import erasing
from oms_aws.platform import keys
from oms_aws.platform.attributes import unpacked
from oms_aws.records import erasures
from tests.world.merchant import Merchant
from tests.world.person import (
    ADDRESS,
    ADDRESS_OF_DEVICE,
    CUSTOMER,
    NOTE,
    REASON,
    SECOND,
    TRACES,
    found_in,
    request,
)
from tests.world.pieces import UNPAID
from tests.world.world import Answered, World

ERASE = "POST /v1/customers/{customer}/erasure"
READ = "GET /v1/customers/{customer}"
DATA = "GET /v1/customers/{customer}/data"
IN_DOCUMENTS = {"DOCUMENT DOCUMENT", "invoices/", "numbers/"}
"""Where § 14b UStG wants the person to stay."""

PSEUDONYMS = re.compile("~[pn][0-9a-f]{8}")


def ask(merchant: Merchant, customer: str = "C-4711", **body: str) -> Answered:
    return merchant.world.call(ERASE, merchant.shop, body, customer=customer)


def erase(merchant: Merchant, customer: str = "C-4711") -> Any:
    """Look, and confirm."""
    seen = ask(merchant, customer)
    assert seen.status == 200, seen.body
    done = ask(merchant, customer, confirm=seen.body["confirm"])
    assert done.status == 200, done.body
    merchant.world.settle()
    return done.body


def keep_account(merchant: Merchant) -> None:
    """The shop keeps the customer, who has moved once."""
    account = {name: value for name, value in CUSTOMER.items() if name != "id"}
    for address in (SECOND, ADDRESS):
        body = account | {"addresses": [address]}
        merchant.do("PUT /v1/customers/{customer}", merchant.shop, body, customer="C-4711")


def live(merchant: Merchant, **quantities: int) -> str:
    """An order that waits, is changed and cancelled in part, and is delivered."""
    id = merchant.place(request(merchant, **quantities))
    merchant.world.settle()
    merchant.change(id, shipping_address=ADDRESS)
    cancelled = merchant.world.call(
        "POST /v1/orders/{order}/cancellations",
        merchant.shop,
        {"reason": REASON, "lines": [{"number": "1", "quantity": 1}]},
        headers={"Idempotency-Key": f"cancel-{id}"},
        order=id,
    )
    assert cancelled.status == 200
    merchant.world.settle()
    merchant.count("A", RUCK_45=50)
    merchant.whole_life(id)
    assert merchant.order(id)["status"] == "completed"
    return id


def test_nothing_personal_stands_outside_of_vaults_and_documents(
    world: World, merchant: Merchant, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_account(merchant)
    id = live(merchant, RUCK_45=3)
    where = found_in(world)
    vaults = {"ORDER VAULT", "CUSTOMER VAULT", "ORDER DEVICE"}
    assert where.keys() == vaults | IN_DOCUMENTS
    assert where["ORDER DEVICE"] == {ADDRESS_OF_DEVICE}
    said = capsys.readouterr()
    assert not [trace for trace in TRACES if trace in (said.out + said.err).casefold()]
    order = merchant.order(id)
    assert (order["customer"]["name"], order["shipping_address"]["city"]) == (
        CUSTOMER["name"],
        ADDRESS["city"],
    )
    events = merchant.do("GET /v1/orders/{order}/events", merchant.clerk, order=id)["items"]
    created = events[0]["data"]["order"]
    assert created["customer"]["email"] == CUSTOMER["email"]
    assert created["shipping_address"]["line1"] == SECOND["line1"]
    assert [e["data"]["reason"] for e in events if e["type"] == "Order.Cancelled"] == [REASON]


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


def test_all_that_is_known_of_a_person_is_told(world: World, merchant: Merchant) -> None:
    keep_account(merchant)
    ids = [live(merchant, RUCK_45=3), merchant.place(request(merchant, RUCK_45=1))]
    world.settle()
    told = merchant.do(DATA, merchant.shop, query={"limit": "1"}, customer="C-4711")
    assert told["account"]["addresses"] == [ADDRESS | {"company": None, "region": None}]
    assert [change["after"]["addresses"][0]["line1"] for change in told["changes"]] == [
        ADDRESS["line1"],
        SECOND["line1"],
    ]
    more = merchant.do(
        DATA, merchant.shop, query={"limit": "1", "cursor": told["cursor"]}, customer="C-4711"
    )
    assert [each["order"]["id"] for page in (told, more) for each in page["orders"]] == ids[::-1]
    assert told["orders"][0]["events"][0]["data"]["order"]["note"]
    assert told["lists"] == []


def test_other_shop_neither_sees_nor_erases(world: World, merchant: Merchant) -> None:
    keep_account(merchant)
    for route, body in ((ERASE, {}), (DATA, None)):
        for key in (merchant.other_shop, merchant.wms, merchant.accountant):
            answer = world.call(route, key, body, customer="C-4711")
            assert answer.status == (404 if key == merchant.other_shop else 403)


def test_address_of_a_device_has_its_day(world: World, merchant: Merchant) -> None:
    id = merchant.place(request(merchant, RUCK_45=1))
    world.settle()
    assert "ORDER DEVICE" in found_in(world)
    assert ADDRESS_OF_DEVICE not in json.dumps(merchant.order(id))
    world.pass_time(hours=26)
    assert "ORDER DEVICE" not in found_in(world)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda values: {"values": values | {next(iter(values)): "Eva"}}, "not what was said"),
        (lambda values: {"values": dict([*values.items()][1:])}, "texts, not"),
        (lambda _: {"erased": "2026-11-30T00:00:00+00:00"}, "erased vault"),
    ],
)
def test_vault_that_was_altered_is_named(
    world: World, merchant: Merchant, harm: Any, said: str
) -> None:
    id = merchant.place(request(merchant, RUCK_45=1))
    world.settle()
    key = keys.order_vault(id)
    item = world.table.get(key) or {}
    body = json.loads(unpacked(item["body"]))
    harmed = json.dumps(body | harm(body["values"]))
    world.table.write([world.table.put(key, item | {"body": harmed})])
    broken = world.verify()["checks"]["personal_data"]["broken"]
    assert any(said in each["what"] for each in broken), broken
    world.table.write([world.table.put(key, item)])


def test_buyer_of_a_business_is_where_its_books_are_and_nowhere_else(
    world: World, merchant: Merchant, capsys: pytest.CaptureFixture[str]
) -> None:
    merchant.count("A", RUCK_45=50)
    hook = {"url": "https://example.com/h", "events": ["*"]}
    merchant.do("POST /v1/webhooks", merchant.shop, hook)
    chief = {"id": "P-2", "name": "Kreszentia Chefin", "email": "kreszentia@verein.example"}
    agreed = {"name": CUSTOMER["name"], "email": CUSTOMER["email"], "addresses": [ADDRESS]}
    rule = {"level": 1, "approver": chief}
    merchant.business("C-4711", **agreed, credit_limit="500.00", approvals=[rule])
    wrong = {**ADDRESS, "postal_code": "1"}
    body = merchant.on_account("C-4711", RUCK_45=1)
    body["customer"] = CUSTOMER | {"type": "B2B"}
    id = merchant.place(body | {"billing_address": wrong, "note": NOTE})
    world.settle()
    corrected = {"address": ADDRESS, "email": CUSTOMER["email"], "reason": "Ottilie rief an"}
    merchant.do("POST /v1/orders/{order}/address", merchant.clerk, corrected, order=id)
    world.settle()
    said = {"decision": "approve", "person": "P-2"}
    merchant.do("POST /v1/orders/{order}/approvals", merchant.clerk, said, order=id)
    merchant.whole_life(id)
    order = merchant.order(id)
    assert order["status"] == "completed", order
    (document,) = order["documents"]
    (item,) = merchant.do("GET /v1/open-items", merchant.shop)["items"]
    assert item["customer_name"] == CUSTOMER["name"]
    assert not [place for place in found_in(world) if "OPENITEM" in place]
    row = {
        "transaction_id": "T-1",
        "amount": document["gross"],
        "currency": "EUR",
        "reference": document["number"],
        "payer": "Walburga Quendelmoser",
        "value_date": f"{world.now():%Y-%m-%d}",
    }
    merchant.do("POST /v1/payments", merchant.accountant, {"items": [row]})
    world.settle()
    world.pass_time(hours=31 * 24)
    erase(merchant)
    order = merchant.order(id)
    assert order["erasure"]["erased_at"], order["waiting"]
    assert found_in(world).keys() == IN_DOCUMENTS | {"PAYMENT PAYMENT"}
    logged = capsys.readouterr()
    assert not [trace for trace in TRACES if trace in (logged.out + logged.err).casefold()]


def test_subscribers_hear_names_and_no_pseudonyms(world: World, merchant: Merchant) -> None:
    hook = {"url": "https://example.com/h", "events": ["*"]}
    endpoint = merchant.do("POST /v1/webhooks", merchant.shop, hook)["id"]
    live(merchant, RUCK_45=3)
    said = "".join(told["raw"].decode() for told in world.subscriber.heard)
    assert str(CUSTOMER["name"]) in said
    assert not PSEUDONYMS.findall(said)
    assert ADDRESS_OF_DEVICE not in said
    before = len(world.subscriber.heard)
    world.pass_time(hours=29 * 24)
    erase(merchant)
    again = {"after": "2020-01-01T00:00:00Z", "deliveries": None}
    route = "POST /v1/webhooks/{endpoint}/replay"
    merchant.do(route, merchant.shop, again, endpoint=endpoint)
    world.settle()
    later = world.subscriber.heard[before:]
    assert {"Order.PersonErased", "Order.Created"} <= {told["type"] for told in later}
    said = "".join(told["raw"].decode() for told in later)
    assert not PSEUDONYMS.findall(said)
    assert not [trace for trace in TRACES if trace in said.casefold()]
