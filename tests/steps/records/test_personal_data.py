"""Personal data lie in one place, can be had by their person, and the log stays provable."""

from __future__ import annotations

import json
from typing import Any

import pytest

from oms_aws.platform import keys
from oms_aws.platform.attributes import unpacked
from tests.world.merchant import Merchant
from tests.world.person import (
    ADDRESS,
    ADDRESS_OF_DEVICE,
    CUSTOMER,
    DATA,
    ERASE,
    IN_DOCUMENTS,
    NOTE,
    PSEUDONYMS,
    REASON,
    SECOND,
    TRACES,
    erase,
    found_in,
    keep_account,
    live,
    request,
)
from tests.world.world import World


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
