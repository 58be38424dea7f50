"""Orders of business customers go on once those who must have agreed, in turn and only once."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.world.merchant import Merchant
from tests.world.world import Answered, World

DECIDE = "POST /v1/orders/{order}/approvals"
RELEASE = "POST /v1/orders/{order}/holds/{hold}/release"
CREDIT = "GET /v1/customers/{customer}/credit"
FORM = {"content-type": "application/x-www-form-urlencoded"}
PERSONS = {
    n: {"id": f"P-{n}", "name": f"Person {n}", "email": f"p{n}@verein.example"} for n in range(1, 6)
}
FIRST = {"level": 1, "approver": PERSONS[2], "substitute": PERSONS[3], "over": "100.00"}
SECOND = {"level": 2, "approver": PERSONS[4], "over": "200.00"}


def place(merchant: Merchant, *rules: Any, pieces: int = 1, **asked: Any) -> str:
    merchant.business(credit_limit="1000.00", approvals=[*rules])
    merchant.count("A", RUCK_45=5)
    id = merchant.place({**merchant.on_account(RUCK_45=pieces), "ordered_by": "P-1", **asked})
    merchant.world.settle()
    return id


def decide(merchant: Merchant, id: str, person: str | None, word: str = "approve") -> Answered:
    body = {"decision": word, "person": person, "reason": "too dear"}
    answer = merchant.world.call(DECIDE, merchant.clerk, body, order=id)
    merchant.world.settle()
    return answer


def link(world: World, to: str) -> str:
    """The newest link that was sent to somebody."""
    mails = [m for m in world.outside.mails if (m.to, m.kind) == (to, "approval_needed")]
    found = re.search(r"/approve/(\S+)", mails[-1].text)
    assert found
    return found[1]


def press(world: World, token: str, **fields: str) -> Answered:
    answer = world.call("POST /approve/{token}", "", urlencode(fields), headers=FORM, token=token)
    world.settle()
    return answer


def asked(world: World) -> list[str]:
    return [mail.to for mail in world.outside.mails if mail.kind == "approval_needed"]


def test_order_waits_for_its_approver_and_goes_on_by_the_link(
    world: World, merchant: Merchant
) -> None:
    id = place(merchant, FIRST)
    order = merchant.order(id)
    (hold,) = order["holds"]
    assert (hold["reason"], hold["owner"]) == ("approval_needed", "approver")
    assert merchant.do(CREDIT, merchant.shop, customer="C-9")["in_approval"] == "134.80"
    token = link(world, "p2@verein.example")
    page = world.call("GET /approve/{token}", "", token=token)
    assert page.status == 200
    assert "134,80" in page.body
    assert merchant.order(id)["status"] == "held"
    assert press(world, token, decision="approve").status == 303
    order = merchant.order(id)
    assert order["status"] == "released"
    assert order["approvals"][0]["person"] == "P-2"
    assert "freigegeben" in world.call("GET /approve/{token}", "", token=token).body
    credit = merchant.do(CREDIT, merchant.shop, customer="C-9")
    assert (credit["in_approval"], credit["unshipped"]) == ("0.00", "134.80")
    merchant.whole_life(id)
    assert merchant.order(id)["status"] == "completed"
    assert merchant.events(id).count("Order.Approved") == 1


def test_order_below_the_threshold_needs_nobody(world: World, merchant: Merchant) -> None:
    id = place(merchant, {**FIRST, "over": "134.80"})
    assert merchant.order(id)["status"] == "released"
    assert asked(world) == []


def test_levels_are_asked_in_turn(world: World, merchant: Merchant) -> None:
    id = place(merchant, SECOND, FIRST, pieces=2)
    assert asked(world) == ["p2@verein.example"]
    assert decide(merchant, id, "P-4").status == 404
    assert decide(merchant, id, "P-2").status == 200
    assert merchant.order(id)["status"] == "held"
    assert asked(world) == ["p2@verein.example", "p4@verein.example"]
    assert decide(merchant, id, "P-4").status == 200
    assert merchant.order(id)["status"] == "released"


def test_rejection_cancels_with_its_reason_and_tells_the_purchaser(
    world: World, merchant: Merchant
) -> None:
    id = place(merchant, FIRST)
    token = link(world, "p2@verein.example")
    assert press(world, token, decision="reject").status == 422
    assert merchant.order(id)["status"] == "held"
    assert press(world, token, decision="reject", reason="Zu teuer").status == 303
    assert merchant.order(id)["status"] == "cancelled"
    assert "Order.Rejected" in merchant.events(id)
    (mail,) = [mail for mail in world.outside.mails if mail.kind == "order_cancelled"]
    assert mail.to == "kauf@verein.example"
    assert "von Person 2 nicht freigegeben: Zu teuer" in mail.text
    credit = merchant.do(CREDIT, merchant.shop, customer="C-9")
    assert (credit["used"], credit["items"]) == ("0.00", [])
    assert merchant.stock("RUCK-45")["promisable"] == 5


def told(world: World) -> list[tuple[str, str]]:
    """Who heard of a decision, and in which words."""
    mails = [mail for mail in world.outside.mails if mail.kind == "approval_decided"]
    return [(mail.to, mail.subject) for mail in mails]


def test_the_purchaser_hears_of_the_last_word_once(world: World, merchant: Merchant) -> None:
    id = place(merchant, SECOND, FIRST, pieces=2)
    decide(merchant, id, "P-2")
    assert told(world) == []
    decide(merchant, id, "P-4")
    subject = f"Ihre Bestellung {merchant.order(id)['external_number']} bei berg-beutel"
    assert told(world) == [("kauf@verein.example", f"{subject} ist freigegeben")]
    kinds = [mail.kind for mail in world.outside.mails]
    assert kinds == ["order_received", "approval_needed", "approval_needed", "approval_decided"]


def test_two_words_before_the_first_is_told_ask_nobody_twice(
    world: World, merchant: Merchant
) -> None:
    third = {"level": 3, "approver": PERSONS[5]}
    id = place(merchant, FIRST, SECOND, third, pieces=2)
    for person in ("P-2", "P-4"):
        body = {"decision": "approve", "person": person, "reason": ""}
        assert world.call(DECIDE, merchant.clerk, body, order=id).status == 200
    world.settle()
    assert asked(world) == ["p2@verein.example", "p5@verein.example"]
    assert told(world) == []


@pytest.mark.parametrize(
    ("cancelled", "kind"), [(False, "order_cancelled"), (True, "approval_decided")]
)
def test_who_rejects_a_change_is_told_of_in_one_mail_with_the_reason(
    world: World, merchant: Merchant, cancelled: bool, kind: str
) -> None:
    """A dearer order needs an approval anew, while the warehouse packs what was approved."""
    id = place(merchant, {**FIRST, "over": "0.00"}, pieces=2)
    decide(merchant, id, "P-2")
    (fulfilment,) = merchant.order(id)["fulfilments"]
    merchant.pack(fulfilment["id"])
    new = {"number": "2", "sku": "ZELT-2", "quantity": 1, "unit_price": "349.00"}
    merchant.change(id, lines=[new])
    world.settle()
    if cancelled:
        assert merchant.cancel(id, {"2": 1}).status < 300
        world.settle()
    before = len(world.outside.mails)
    assert decide(merchant, id, "P-2", "reject").status == 200
    (mail,) = world.outside.mails[before:]
    assert (mail.kind, mail.to) == (kind, "kauf@verein.example")
    assert "too dear" in mail.text


def test_replayed_word_changes_nothing_and_another_word_is_too_late(
    world: World, merchant: Merchant
) -> None:
    id = place(merchant, FIRST)
    token = link(world, "p2@verein.example")
    for _ in range(2):
        assert press(world, token, decision="approve").status == 303
        assert decide(merchant, id, "P-2").status == 200
    late = decide(merchant, id, "P-2", "reject")
    assert (late.status, late.body["type"]) == (409, "urn:auftakt:problem:already_decided")
    assert press(world, token, decision="reject", reason="no").status == 409
    assert merchant.events(id).count("Order.Approved") == 1
    assert merchant.order(id)["status"] == "released"


def test_of_two_who_decide_at_once_the_first_is_heard(world: World, merchant: Merchant) -> None:
    id = place(merchant, FIRST)
    token = link(world, "p2@verein.example")
    assert decide(merchant, id, "P-3", "reject").status == 200
    assert press(world, token, decision="approve").status == 409
    assert merchant.order(id)["status"] == "cancelled"
    assert "abgelehnt" in world.call("GET /approve/{token}", "", token=token).body


def test_nobody_approves_their_own_order(world: World, merchant: Merchant) -> None:
    id = place(merchant, FIRST, ordered_by="P-2")
    assert asked(world) == ["p3@verein.example"]
    assert decide(merchant, id, "P-2").status == 404
    assert decide(merchant, id, "P-3").status == 200
    assert merchant.order(id)["status"] == "released"


def test_nobody_approves_two_levels_of_one_order(world: World, merchant: Merchant) -> None:
    second = {"level": 2, "approver": PERSONS[2], "substitute": PERSONS[5]}
    id = place(merchant, FIRST, second)
    decide(merchant, id, "P-2")
    assert asked(world) == ["p2@verein.example", "p5@verein.example"]
    assert decide(merchant, id, "P-2", "reject").status == 409
    assert decide(merchant, id, "P-5").status == 200
    assert merchant.order(id)["status"] == "released"


def test_clerk_decides_only_where_nobody_may(world: World, merchant: Merchant) -> None:
    alone = {"level": 1, "approver": PERSONS[2]}
    id = place(merchant, alone)
    assert decide(merchant, id, None).status == 404
    own = place(merchant, alone, ordered_by="P-2")
    (hold,) = merchant.order(own)["holds"]
    assert hold["owner"] == "clerk"
    assert decide(merchant, own, None).status == 200
    assert merchant.order(own)["approvals"][0]["person"] == "clerk:clara"


@pytest.mark.parametrize(
    ("language", "why"),
    [
        ("de", "Die Bestellung wurde nicht freigegeben: too dear"),
        ("en", "The order was not approved: too dear"),
    ],
)
def test_a_clerks_rejection_names_no_clerk_to_the_customer(
    world: World, merchant: Merchant, language: str, why: str
) -> None:
    merchant.business(credit_limit="1000.00", approvals=[{"level": 1, "approver": PERSONS[2]}])
    body = {**merchant.on_account(RUCK_45=1), "ordered_by": "P-2"}
    body["customer"] |= {"locale": language}
    id = merchant.place(body)
    world.settle()
    assert decide(merchant, id, None, "reject").status == 200
    assert merchant.order(id)["approvals"][0]["person"] == "clerk:clara"
    (mail,) = [mail for mail in world.outside.mails if mail.kind == "order_cancelled"]
    assert why in mail.text


@pytest.mark.parametrize("role", ["clerk", "accountant"])
def test_approval_is_not_bypassed_by_releasing_the_hold(
    world: World, merchant: Merchant, role: str
) -> None:
    id = place(merchant, FIRST)
    (hold,) = merchant.order(id)["holds"]
    key = getattr(merchant, role)
    answer = world.call(RELEASE, key, {"reason": "x"}, order=id, hold=hold["id"])
    assert answer.status == 403
    assert merchant.order(id)["status"] == "held"


def test_approvers_key_speaks_for_one_person_of_one_customer(
    world: World, merchant: Merchant
) -> None:
    id = place(merchant, FIRST)
    body = {"decision": "approve"}
    stranger = world.add_client("C-8/P-2", "approver", "berg-beutel")
    elsewhere = world.add_client("C-9/P-2", "approver", "tal-tasche")
    for key in (stranger, elsewhere):
        assert world.call(DECIDE, key, body, order=id).status == 404
    own = world.add_client("C-9/P-2", "approver", "berg-beutel")
    assert world.call(DECIDE, own, {**body, "person": "P-3"}, order=id).status == 404
    assert world.call(DECIDE, merchant.shop, body, order=id).status == 403
    assert world.call(DECIDE, own, body, order=id).status == 200
    assert merchant.order(id)["approvals"][0]["by"] == "approver:C-9/P-2"


def test_rules_name_cost_centres_and_product_groups(world: World, merchant: Merchant) -> None:
    rule = {"level": 1, "approver": PERSONS[2], "cost_centres": ["Jugend"]}
    held = place(merchant, rule, cost_centre="Jugend")
    free = place(merchant, rule, cost_centre="Verein")
    assert merchant.order(held)["status"] == "held"
    assert merchant.order(free)["status"] == "released"
    body = {"name": {"de": "Rucksack"}, "list_price": "129.90", "group": "bags"}
    merchant.do("PUT /v1/products/{sku}", merchant.clerk, body, sku="RUCK-45")
    grouped = place(merchant, {"level": 1, "approver": PERSONS[2], "product_groups": ["bags"]})
    other = place(merchant, {"level": 1, "approver": PERSONS[2], "product_groups": ["tents"]})
    assert merchant.order(grouped)["status"] == "held"
    assert merchant.order(other)["status"] == "released"


def test_silence_reminds_then_asks_the_substitute_then_tells_the_team(
    world: World, merchant: Merchant
) -> None:
    id = place(merchant, {**FIRST, "hours": 48})
    world.pass_time(hours=23)
    world.tick()
    assert asked(world) == ["p2@verein.example"]
    world.pass_time(hours=1, minutes=1)
    world.tick()
    assert asked(world) == ["p2@verein.example"] * 2
    world.pass_time(hours=24)
    world.tick()
    world.tick()
    assert asked(world) == ["p2@verein.example"] * 2 + ["p3@verein.example"]
    world.pass_time(hours=48)
    world.tick()
    assert [m.to for m in world.outside.mails if m.kind == "hold_escalated"] == [
        "hilfe@berg-beutel.example"
    ]
    assert press(world, link(world, "p3@verein.example"), decision="approve").status == 303
    assert merchant.order(id)["approvals"][0]["person"] == "P-3"
    assert merchant.order(id)["status"] in ("released", "backordered", "accepted")


def test_forged_and_expired_links_decide_nothing(world: World, merchant: Merchant) -> None:
    id = place(merchant, FIRST)
    token = link(world, "p2@verein.example")
    order, _, rest = token.partition(".")
    forged = f"{order}.{rest.replace('approver', 'substitute')}"
    assert press(world, forged, decision="approve").status == 404
    address = world.ports("notices/tell_customer").links.link("address", "x", at=world.now())
    assert press(world, address.rsplit("/", 1)[-1], decision="approve").status == 404
    world.pass_time(days=61)
    assert press(world, token, decision="approve").status == 410
    assert merchant.order(id)["status"] == "held"


def test_order_changed_after_approval_is_approved_again(world: World, merchant: Merchant) -> None:
    id = place(merchant, FIRST)
    decide(merchant, id, "P-2")
    stale = link(world, "p2@verein.example")
    merchant.world.pass_time(minutes=1)
    body = {"lines": [{"number": "2", "sku": "SOCKE-42", "quantity": 1, "unit_price": "14.50"}]}
    shown = merchant.do("POST /v1/orders/{order}/changes", merchant.shop, body, order=id)
    assert shown["approval_needed"] is True
    route = "POST /v1/orders/{order}/changes/{change}/confirm"
    merchant.do(route, merchant.shop, order=id, change=shown["id"])
    world.settle()
    assert merchant.order(id)["status"] == "held"
    assert press(world, stale, decision="reject", reason="x").status == 409
    assert decide(merchant, id, "P-2").status == 200
    assert merchant.events(id).count("Order.Approved") == 2
    assert not [hold for hold in merchant.order(id)["holds"] if not hold["released_at"]]


def test_order_carries_approval_and_credit_hold_at_once(world: World, merchant: Merchant) -> None:
    merchant.business(credit_limit="100.00", approvals=[FIRST])
    merchant.count("A", RUCK_45=5)
    id = merchant.place({**merchant.on_account(RUCK_45=1), "ordered_by": "P-1"})
    world.settle()
    held = {hold["reason"]: hold for hold in merchant.order(id)["holds"]}
    assert set(held) == {"credit_exceeded", "approval_needed"}
    credit = held["credit_exceeded"]
    numbers = {name: credit["data"][name] for name in ("due", "limit", "used", "free", "missing")}
    assert numbers == {
        "due": "134.80", "limit": "100.00", "used": "0.00", "free": "100.00", "missing": "34.80",
    }  # fmt: skip
    body = {"reason": "good for it"}
    refused = world.call(RELEASE, merchant.clerk, body, order=id, hold=credit["id"])
    assert refused.status == 403
    merchant.do(RELEASE, merchant.accountant, body, order=id, hold=credit["id"])
    world.settle()
    assert merchant.order(id)["status"] == "held"
    decide(merchant, id, "P-2")
    assert merchant.order(id)["status"] == "released"
    found = merchant.do(CREDIT, merchant.accountant, customer="C-9", query={"shop": "berg-beutel"})
    assert (found["used"], found["free"]) == ("134.80", "-34.80")
    assert found["items"][0]["booked_by"] == "accountant:anton"
