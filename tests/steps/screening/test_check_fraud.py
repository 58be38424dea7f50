"""Suspicious orders are held or refused, each once, with every point explained in the order."""

from __future__ import annotations

from typing import Any

import pytest

from oms_aws.platform.example_values import RULES
from tests.world.merchant import ADDRESS, Merchant
from tests.world.world import Answered, World

ABROAD = {**ADDRESS, "name": "Jan Novák", "postal_code": "110 00", "city": "Praha", "country": "CZ"}


def place(merchant: Merchant, number: int, **changes: Any) -> str:
    """An order of a customer of its own, without anything in common with another."""
    body = merchant.request(RUCK_45=1)
    customer = body["customer"] | {"id": f"C-{number}", "email": f"c{number}@kunde.example"}
    address = {**ADDRESS, "line1": f"Ringstr. {number}"}
    body |= {"customer": customer, "billing_address": address}
    body["payment"] |= {"reference": f"PAY-{number}"}
    for name, change in changes.items():
        body[name] = body[name] | change if isinstance(body.get(name), dict) else change
    id = merchant.place(body)
    merchant.world.settle()
    return id


def fraud(merchant: Merchant, id: str) -> Any:
    (found,) = [f for f in merchant.order(id)["findings"] if f["check"] == "fraud"]
    return found


def indicators(merchant: Merchant, id: str) -> list[str]:
    return [row["indicator"] for row in fraud(merchant, id)["data"]["indicators"]]


def entry(world: World, key: str, route: str = "", **body: str) -> Answered:
    which = body.pop("which", "block")
    return world.call(f"POST /v1/lists/{{which}}{route}", key, body, which=which)


def test_an_ordinary_order_passes_with_its_facts(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=5)
    id = place(merchant, 1)
    assert merchant.order(id)["status"] == "released"
    finding = fraud(merchant, id)
    assert (finding["verdict"], finding["data"]["score"]) == ("pass", 0)
    assert finding["data"]["facts"]["orders_by_email_1h"] == 1


def test_many_orders_of_one_ip_and_payment_are_held_and_go_on_when_released(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=20)
    same: dict[str, Any] = {"client_ip": "203.0.113.9", "payment": {"reference": "PAY-X"}}
    ids = [place(merchant, number, **same) for number in range(1, 7)]
    assert merchant.order(ids[0])["status"] == "released"
    last = merchant.order(ids[-1])
    assert last["status"] == "held"
    assert [hold["reason"] for hold in last["holds"]] == ["fraud_suspected"]
    assert indicators(merchant, ids[-1]) == ["velocity_ip", "velocity_payment"]
    merchant.release(ids[-1])
    world.settle()
    assert merchant.order(ids[-1])["status"] == "released"
    assert world.broken() == []


def test_a_check_that_runs_twice_counts_an_order_once(world: World, merchant: Merchant) -> None:
    id = place(merchant, 1, client_ip="203.0.113.9")
    for _ in range(3):
        found = world.invoke("screening/check_fraud", {"order_id": id})
    assert found["data"]["facts"]["orders_by_ip_1h"] == 1
    assert found["data"]["facts"]["new_customer"]


def test_orders_of_yesterday_are_not_counted(world: World, merchant: Merchant) -> None:
    place(merchant, 1, client_ip="203.0.113.9")
    world.pass_time(hours=2)
    id = place(merchant, 2, client_ip="203.0.113.9")
    facts = fraud(merchant, id)["data"]["facts"]
    assert (facts["orders_by_ip_1h"], facts["orders_by_ip_24h"]) == (1, 2)


def test_who_is_on_the_blocklist_is_refused_and_told_without_the_reason(
    world: World, merchant: Merchant
) -> None:
    said = entry(world, merchant.clerk, type="domain", value="Kunde.Example", reason="fraud ring")
    assert said.body["value"] == "kunde.example"
    id = place(merchant, 1)
    assert merchant.order(id)["status"] == "refused"
    assert merchant.order(id)["refused"] == "fraud_refused"
    (mail,) = [mail for mail in world.outside.mails if mail.kind == "order_refused"]
    assert mail.to == "c1@kunde.example"
    assert "fraud" not in mail.text.lower()
    assert "Sperrliste" not in mail.text
    assert world.broken() == []


def test_who_is_on_the_allowlist_too_passes_and_who_is_taken_off_does_not(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=5)
    block = {"type": "email", "value": "c1@kunde.example", "reason": "x"}
    allow = {**block, "which": "allow", "type": "customer", "value": "berg-beutel/C-1"}
    entry(world, merchant.clerk, **block)
    entry(world, merchant.clerk, **allow)
    assert merchant.order(place(merchant, 1))["status"] == "released"
    entry(world, merchant.clerk, "/removals", **allow)
    assert merchant.order(place(merchant, 1))["status"] == "refused"
    listed = world.call("GET /v1/lists/{which}", merchant.clerk, which="allow").body["items"]
    assert {each["value"] for each in listed if each["removed_at"]} == {"berg-beutel/C-1"}


def test_lists_are_not_for_shops_and_there_are_two(world: World, merchant: Merchant) -> None:
    assert entry(world, merchant.shop, type="ip", value="::1", reason="x").status == 403
    assert world.call("GET /v1/lists/{which}", merchant.clerk, which="grey").status == 404
    assert entry(world, merchant.clerk, type="shoe", value="x", reason="x").status == 422


def test_a_disposable_mail_and_another_country_are_held(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=5)
    id = place(merchant, 1, customer={"email": "x@mailinator.com"}, shipping_address=ABROAD)
    assert indicators(merchant, id) == ["disposable_mail", "country_mismatch", "name_mismatch"]
    assert merchant.order(id)["status"] == "held"


@pytest.mark.parametrize("ip", ["1.2.3", "localhost", 7])
def test_an_ip_address_is_one(world: World, merchant: Merchant, ip: Any) -> None:
    body = merchant.request(RUCK_45=1) | {"client_ip": ip}
    headers = {"Idempotency-Key": "ip"}
    answer = world.call("POST /v1/orders", merchant.shop, body, headers=headers)
    assert answer.status == 422


def rules(world: World, merchant: Merchant, **changes: Any) -> Answered:
    return world.call("PUT /v1/rules/{name}", merchant.clerk, RULES | changes, name="fraud")


def activate(world: World, merchant: Merchant, version: int) -> Answered:
    body = {"version": version, "reason": "better"}
    return world.call("POST /v1/rules/{name}/activations", merchant.clerk, body, name="fraud")


def test_a_merchant_changes_a_rule_tries_it_and_lets_it_decide(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=20)
    first = place(merchant, 1, customer={"email": "x@mailinator.com"}, shipping_address=ABROAD)
    stored = rules(world, merchant)
    assert (stored.status, stored.body["version"]) == (201, 1)
    assert world.call("GET /v1/rules/{name}", merchant.clerk, name="fraud").body["version"] == 0
    body = {"version": 1, "shop": "berg-beutel", "last": 10}
    tried = world.call("POST /v1/rules/{name}/trials", merchant.clerk, body, name="fraud").body
    assert (tried["before"], tried["after"]) == ({"hold": 1}, {"pass": 1})
    assert [each["order"] for each in tried["changed"]] == [first]
    assert activate(world, merchant, 1).status == 200
    world.pass_time(minutes=1)
    second = place(merchant, 2, customer={"email": "x@mailinator.com"}, shipping_address=ABROAD)
    assert merchant.order(second)["status"] == "released"
    assert fraud(merchant, second)["data"]["rules"] == 1
    assert activate(world, merchant, 0).status == 200
    history = world.call("GET /v1/rules/{name}/history", merchant.clerk, name="fraud").body
    assert history["active"] == 0
    assert [each["version"] for each in history["switched"]] == [1, 0]
    assert [each["by"] for each in history["versions"]] == ["clerk:clara"]


def test_rules_that_cannot_be_used_are_named_and_not_stored(
    world: World, merchant: Merchant
) -> None:
    answer = rules(world, merchant, graph={"nodes": [{"id": "x", "type": "functionNode"}]})
    assert answer.status == 422
    assert "nodes.0.type" in {error["field"] for error in answer.body["errors"]}
    assert rules(world, merchant, golden=[{"facts": {}, "verdict": "refuse"}]).status == 422
    assert rules(world, merchant, hold_from=0).status == 422
    assert activate(world, merchant, 7).status == 404
    assert world.call("GET /v1/rules/{name}", merchant.clerk, name="luck").status == 404
    assert world.call("PUT /v1/rules/{name}", merchant.shop, RULES, name="fraud").status == 403


def test_a_corrected_address_that_is_suspicious_is_held_for_it(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=5)
    wrong = {**ADDRESS, "postal_code": "1"}
    id = place(merchant, 1, customer={"email": "x@mailinator.com"}, shipping_address=wrong)
    assert [hold["reason"] for hold in merchant.order(id)["holds"]] == ["address_invalid"]
    body = {"address": ABROAD, "reason": "by mail"}
    merchant.do("POST /v1/orders/{order}/address", merchant.clerk, body, order=id)
    world.settle()
    order = merchant.order(id)
    assert order["status"] == "held"
    open_holds = [hold["reason"] for hold in order["holds"] if not hold["released_at"]]
    assert open_holds == ["fraud_suspected"]
    merchant.release(id)
    world.settle()
    assert merchant.order(id)["status"] == "released"
    assert world.broken() == []


def test_a_suspected_order_reserves_no_more_than_the_rules_allow(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=20, ZELT_2=3)
    body = merchant.request(RUCK_45=12, ZELT_2=3)
    again = {"number": "3", "sku": "RUCK-45", "quantity": 4, "unit_price": "129.90"}
    suspect = {
        "lines": [*body["lines"], again],
        "customer": {"email": "wer@mailinator.com"},
        "payment": {"amount": "9000.00"},
        "shipping_address": ABROAD,
    }
    id = place(merchant, 1, **suspect)
    order = merchant.order(id)
    assert [hold["reason"] for hold in order["holds"]] == ["fraud_suspected"]
    quantities = {line["number"]: line["quantities"] for line in order["lines"]}
    assert {n: (q["reserved"], q["open"]) for n, q in quantities.items()} == {
        "1": (5, 7), "2": (3, 0), "3": (0, 4),
    }  # fmt: skip
    assert world.broken() == []
    place(merchant, 2)
    (hold,) = order["holds"]
    route = "POST /v1/orders/{order}/holds/{hold}/release"
    released = world.call(route, merchant.clerk, {"reason": "known"}, order=id, hold=hold["id"])
    assert released.status == 200
    world.settle()
    after = [line["quantities"] for line in merchant.order(id)["lines"]]
    assert sum(q["released"] + q["backordered"] for q in after) == 19
    assert [q["open"] for q in after] == [0, 0, 0]
