"""A statement to withdraw is stored whatever it says, once, and matched where that is certain."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world.merchant import Merchant
from tests.world.world import Answered, World

TAKE = "POST /v1/withdrawals"
MATCH = "POST /v1/withdrawals/{withdrawal}/match"
READ = "GET /v1/withdrawals/{withdrawal}"
LIST = "GET /v1/withdrawals"


def statement(order: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What the buyer of an order says."""
    buyer = order["customer"]
    said = {"name": buyer["name"], "contract": order["external_number"], "email": buyer["email"]}
    return {**said, **more}


def sent(world: World, key: str, body: dict[str, Any], once: str = "") -> Answered:
    return world.call(TAKE, key, body, headers={"Idempotency-Key": once} if once else {})


@pytest.fixture
def order(merchant: Merchant) -> Any:
    merchant.count("A", RUCK_45=5, SOCKE_42=5)
    id = merchant.place(merchant.request(RUCK_45=2, SOCKE_42=1))
    return merchant.order(id)


def test_the_buyer_of_an_order_withdraws_from_all_of_it(
    world: World, merchant: Merchant, order: Any
) -> None:
    answer = sent(world, merchant.shop, statement(order, email=" Ayse@Mueller.Example "))
    assert answer.status == 201
    assert answer.headers["Location"] == f"/v1/withdrawals/{answer.body['id']}"
    assert answer.body["order"] == order["id"]
    assert [(li["number"], li["quantity"], li["verdict"]) for li in answer.body["lines"]] == [
        ("1", 2, "nothing_delivered"),
        ("2", 1, "nothing_delivered"),
    ]
    assert answer.body["flags"] == []
    assert world.call(READ, merchant.shop, withdrawal=answer.body["id"]).body == answer.body
    assert world.broken() == []


def test_a_number_in_a_sentence_is_found_and_is_never_cast(
    world: World, merchant: Merchant, order: Any
) -> None:
    said = f"Bestellung Nr. #{order['external_number']}, bitte"
    answer = sent(world, merchant.shop, statement(order, contract=said))
    assert answer.body["order"] == order["id"]
    answer = sent(world, merchant.shop, statement(order, contract="0"))
    assert (answer.status, answer.body["order"]) == (201, "")


def test_the_same_request_is_one_statement(world: World, merchant: Merchant, order: Any) -> None:
    first = sent(world, merchant.shop, statement(order), "once")
    again = sent(world, merchant.shop, statement(order), "once")
    assert (again.status, again.body) == (201, first.body)
    other = sent(world, merchant.shop, statement(order, name="Somebody"), "once")
    assert (other.status, other.body["title"]) == (409, "idempotency key reused")


def test_a_second_statement_finds_nothing_left(
    world: World, merchant: Merchant, order: Any
) -> None:
    part = [{"number": "1", "quantity": 1}]
    sent(world, merchant.shop, statement(order, lines=part))
    second = sent(world, merchant.shop, statement(order)).body
    assert [(li["verdict"], li["quantity"]) for li in second["lines"]] == [
        ("nothing_delivered", 1),
        ("nothing_delivered", 1),
    ]
    third = sent(world, merchant.shop, statement(order)).body
    assert {li["verdict"] for li in third["lines"]} == {"gone"}
    assert third["status"] == "declined"
    assert world.broken() == []


def test_an_unknown_number_is_stored_for_a_clerk(
    world: World, merchant: Merchant, order: Any
) -> None:
    id = sent(world, merchant.shop, statement(order, contract="the tent")).body["id"]
    (listed,) = world.call(LIST, merchant.clerk, query={"status": "unmatched"}).body["items"]
    assert (listed["id"], listed["flags"]) == (id, ["order_unknown"])
    matched = world.call(
        MATCH, merchant.clerk, {"order": order["external_number"]}, withdrawal=id
    ).body
    assert (matched["order"], matched["status"]) == (order["id"], "awaiting_refund")
    again = world.call(MATCH, merchant.clerk, {"order": order["id"]}, withdrawal=id)
    assert again.body["version"] == matched["version"]
    assert world.call(LIST, merchant.clerk, query={"status": "unmatched"}).body["items"] == []
    assert world.broken() == []


def test_a_guessed_number_does_nothing_before_a_clerk_has_looked(
    world: World, merchant: Merchant, order: Any
) -> None:
    stranger = statement(order, email="stranger@example.org")
    answer = sent(world, merchant.shop, stranger).body
    assert (answer["order"], answer["suggested"]) == ("", order["id"])
    assert answer["flags"] == ["person_differs"]
    known = sent(world, merchant.shop, {**stranger, "verified": True}).body
    assert known["order"] == order["id"]


def test_a_part_in_words_is_for_a_clerk_to_place(
    world: World, merchant: Merchant, order: Any
) -> None:
    said = sent(world, merchant.shop, statement(order, part="nur die Socken")).body
    assert (said["status"], said["flags"]) == ("unmatched", ["part_in_words"])
    body = {"order": order["id"], "lines": [{"number": "2", "quantity": 1}]}
    placed = world.call(MATCH, merchant.clerk, body, withdrawal=said["id"]).body
    assert [line["number"] for line in placed["lines"]] == ["2"]


@pytest.mark.parametrize("mail", ["", "no address", "a@b@c", "ä" * 254])
def test_no_mail_address_refuses_a_statement(
    world: World, merchant: Merchant, order: Any, mail: str
) -> None:
    answer = sent(world, merchant.shop, statement(order, email=mail))
    assert answer.status == 201
    assert "mail_unusual" in answer.body["flags"]


def test_many_statements_are_flagged_and_none_is_dropped(
    world: World, merchant: Merchant, order: Any
) -> None:
    said = statement(order, contract="unknown")
    answers = [sent(world, merchant.shop, said) for _ in range(7)]
    assert {each.status for each in answers} == {201}
    assert ["many" in each.body["flags"] for each in answers] == [False] * 5 + [True] * 2
    assert len({each.body["id"] for each in answers}) == 7


def test_a_shop_sees_its_own_alone(world: World, merchant: Merchant, order: Any) -> None:
    id = sent(world, merchant.shop, statement(order)).body["id"]
    assert world.call(READ, merchant.other_shop, withdrawal=id).status == 404
    assert world.call(LIST, merchant.other_shop).body["items"] == []
    assert world.call(MATCH, merchant.shop, {"order": "x"}, withdrawal=id).status == 403
    foreign = sent(world, merchant.other_shop, statement(order)).body
    assert (foreign["shop"], foreign["order"], foreign["suggested"]) == ("tal-tasche", "", "")
    assert (
        world.call(MATCH, merchant.clerk, {"order": order["id"]}, withdrawal=foreign["id"]).status
        == 404
    )


def test_a_list_goes_on_from_page_to_page(world: World, merchant: Merchant, order: Any) -> None:
    ids = [sent(world, merchant.shop, statement(order, contract="?")).body["id"] for _ in range(5)]
    sent(world, merchant.other_shop, statement(order))
    found, cursor = [], ""
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = world.call(LIST, merchant.clerk, query=query).body
        found += [each["id"] for each in page["items"]]
        if not (cursor := page["cursor"]):
            break
    assert len(found) == 6
    assert [id for id in found if id in ids] == ids[::-1]


def test_a_business_has_no_right_and_a_clerk_decides(world: World, merchant: Merchant) -> None:
    merchant.business(credit_limit="500.00")
    merchant.count("A", RUCK_45=2)
    order = merchant.order(merchant.place(merchant.on_account(RUCK_45=2)))
    said = sent(world, merchant.shop, statement(order)).body
    assert said["status"] == "review"
    (line,) = said["lines"]
    assert (line["verdict"], line["decision"]) == ("not_consumer", None)
    assert line["law"] == "§ 312 (1), § 310 (3) BGB"
    decide = "POST /v1/withdrawals/{withdrawal}/decisions"
    body = {"lines": [{"number": "1", "decision": "accepted"}], "reason": "goodwill"}
    done = world.call(decide, merchant.clerk, body, withdrawal=said["id"]).body
    assert (done["status"], done["lines"][0]["decided_by"]) == ("awaiting_refund", "clerk:clara")
    assert world.call(decide, merchant.clerk, body, withdrawal=said["id"]).body == done
    body["lines"][0]["decision"] = "declined"  # type: ignore[index]
    assert world.call(decide, merchant.clerk, body, withdrawal=said["id"]).status == 409
    assert world.broken() == []


def test_an_order_that_comes_later_is_found_by_the_clock(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=2)
    body = merchant.request(RUCK_45=1)
    said = {"name": "x", "contract": body["external_number"], "email": body["customer"]["email"]}
    id = sent(world, merchant.shop, said).body["id"]
    order = merchant.place(body)
    world.settle()
    world.pass_time(hours=2)
    world.strike("records/raise_due")
    world.settle()
    assert world.call(READ, merchant.clerk, withdrawal=id).body["order"] == order


def test_what_nobody_can_place_is_told_to_the_shop_once(world: World, merchant: Merchant) -> None:
    id = sent(world, merchant.shop, {"name": "x", "contract": "?", "email": "x@y.example"}).body[
        "id"
    ]
    for _ in range(3):
        world.pass_time(hours=2)
        world.strike("records/raise_due")
        world.settle()
    types = [entry.type for entry in world.ports("returns/read_withdrawals").withdrawals.log(id)]
    assert types.count("Withdrawal.Unmatched") == 1
