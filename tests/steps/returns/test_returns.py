"""Goods that come back: order, return and stock change at once, and what they cost goes back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from oms.core.refusals import NotNow
from oms_aws.returns import goods_back
from tests.world.merchant import Merchant
from tests.world.world import Answered, World

ANNOUNCE = "POST /v1/returns"
RECEIVE = "POST /v1/returns/{rma}/receipts"
DECIDE = "POST /v1/returns/{rma}/decisions"
CLOSE = "POST /v1/returns/{rma}/close"
READ = "GET /v1/returns/{rma}"
LIST = "GET /v1/returns"


@pytest.fixture
def order(merchant: Merchant) -> Any:
    """An order of two rucksacks and a pair of socks that has arrived."""
    merchant.count("A", RUCK_45=5, SOCKE_42=5)
    id = merchant.place(merchant.by_card(RUCK_45=2, SOCKE_42=1))
    merchant.whole_life(id)
    return merchant.order(id)


def announced(merchant: Merchant, order: Any, key: str = "", /, **more: Any) -> Answered:
    lines = more.pop("lines", {"1": 1})
    body = {
        "order": order["external_number"],
        "lines": [{"number": n, "quantity": q} for n, q in lines.items()],
        **more,
    }
    return merchant.world.call(
        ANNOUNCE, merchant.shop, body, headers={"Idempotency-Key": key} if key else {}
    )


def received(merchant: Merchant, id: str, number: str = "WE-1", /, **more: Any) -> Answered:
    lines = more.pop("lines", [{"number": "1", "quantity": 1}])
    body = {"number": number, "location": "A", "lines": lines, **more}
    answer = merchant.world.call(RECEIVE, merchant.wms, body, rma=id)
    merchant.world.settle()
    return answer


def back(merchant: Merchant, order: Any, **more: Any) -> Any:
    """A return of one rucksack that has come back."""
    id = announced(merchant, order, **more).body["id"]
    assert received(merchant, id).status == 201
    return merchant.do(READ, merchant.shop, rma=id)


def on_hand(merchant: Merchant, sku: str = "RUCK-45") -> int:
    stock = merchant.do("GET /v1/stock/{sku}", merchant.clerk, sku=sku)
    return int(stock["locations"]["A"]["on_hand"])


def line(merchant: Merchant, order: Any, number: str = "1") -> Any:
    return next(x for x in merchant.order(order["id"])["lines"] if x["number"] == number)


def test_what_comes_back_lies_on_the_shelf_and_its_price_goes_back(
    world: World, merchant: Merchant, order: Any
) -> None:
    shelf = on_hand(merchant)
    rma = back(merchant, order)
    assert (rma["number"], rma["status"]) == (f"{order['external_number']}-R1", "completed")
    (credit,) = rma["credits"]
    after = merchant.order(order["id"])
    (note,) = [d for d in after["documents"] if d["type"] == "credit_note"]
    assert (credit["note"], credit["gross"]) == (note["id"], note["gross"])
    assert Decimal(credit["gross"]) == Decimal(line(merchant, order)["unit_price"])
    assert after["settlement"]["refunded"] == note["gross"]
    states = line(merchant, order)["quantities"]
    assert (states["delivered"], states["returned"]) == (1, 1)
    assert on_hand(merchant) == shelf + 1
    assert world.broken() == []


def test_the_customer_is_told_where_to_send_it_and_that_it_came(
    world: World, merchant: Merchant, order: Any
) -> None:
    rma = back(merchant, order)
    mails = {mail.kind: mail for mail in world.outside.mails}
    announced_, arrived = mails["return_announced"], mails["return_arrived"]
    assert {announced_.to, arrived.to} == {order["customer"]["email"]}
    assert rma["number"] in announced_.subject
    assert rma["number"] in announced_.text
    year, month, day = rma["expected_by"].split("-")
    assert f"{day}.{month}.{year}" in announced_.text
    assert rma["number"] in arrived.subject
    assert "1 x" in arrived.text
    assert "credit_issued" in mails


def test_who_waits_for_it_gets_what_came_back(merchant: Merchant, order: Any) -> None:
    merchant.count("A", RUCK_45=0, SOCKE_42=5)
    waits = merchant.place(merchant.request(RUCK_45=1))
    merchant.world.settle()
    assert merchant.order(waits)["status"] == "backordered"
    back(merchant, order)
    assert merchant.order(waits)["status"] == "released"
    assert merchant.world.broken() == []


@pytest.mark.parametrize("disposition", ["quarantine", "refurbish", "supplier", "scrap"])
def test_what_is_not_restocked_cannot_be_promised(
    merchant: Merchant, order: Any, disposition: str
) -> None:
    shelf = on_hand(merchant)
    id = announced(merchant, order).body["id"]
    piece = {"number": "1", "quantity": 1, "grade": "C", "disposition": disposition}
    received(merchant, id, lines=[piece])
    assert on_hand(merchant) == shelf
    assert merchant.do(READ, merchant.shop, rma=id)["status"] == "completed"
    assert merchant.world.broken() == []


def test_the_same_receipt_again_changes_nothing_and_another_is_refused(
    merchant: Merchant, order: Any
) -> None:
    id = announced(merchant, order, lines={"1": 2}).body["id"]
    first = received(merchant, id).body
    again = received(merchant, id)
    assert (again.status, len(again.body["receipts"])) == (201, 1)
    other = received(merchant, id, lines=[{"number": "1", "quantity": 2}])
    assert (other.status, other.body["title"]) == (409, "receipt differs")
    assert first["missing"] == {"1": 1}
    received(merchant, id, "WE-2")
    assert merchant.do(READ, merchant.shop, rma=id)["status"] == "completed"
    assert merchant.world.broken() == []


def test_no_piece_comes_back_twice(merchant: Merchant, order: Any) -> None:
    first = announced(merchant, order, lines={"1": 2})
    assert first.status == 201
    second = announced(merchant, order, lines={"1": 1})
    assert (second.status, second.body["title"]) == (409, "not returnable")
    assert second.body["errors"] == [{"field": "lines.1", "reason": "0 pieces can come back"}]
    received(merchant, first.body["id"], lines=[{"number": "1", "quantity": 2}])
    more = received(merchant, first.body["id"], "WE-2")
    assert (more.status, more.body["title"]) == (409, "pieces not there")
    assert merchant.world.broken() == []


def test_more_and_other_than_announced_is_taken_as_it_came(merchant: Merchant, order: Any) -> None:
    id = announced(merchant, order).body["id"]
    lines = [{"number": "1", "quantity": 2}, {"number": "2", "quantity": 1, "grade": "B"}]
    received(merchant, id, lines=lines, unexpected=[{"sku": "FREMD-1", "quantity": 1}])
    rma = merchant.do(READ, merchant.shop, rma=id)
    assert rma["status"] == "completed"
    assert rma["receipts"][0]["unexpected"] == [{"sku": "FREMD-1", "quantity": 1}]
    assert rma["credits"][0]["pieces"] == {"1": 2, "2": 1}
    assert merchant.world.broken() == []


def test_an_empty_parcel_is_taken_and_nothing_is_paid_back(merchant: Merchant, order: Any) -> None:
    id = announced(merchant, order).body["id"]
    received(merchant, id, lines=[])
    rma = merchant.do(READ, merchant.shop, rma=id)
    assert (rma["status"], rma["credits"]) == ("partly_received", [])
    assert merchant.world.broken() == []


def test_a_clerk_decides_on_what_is_worth_nothing_unless_it_was_withdrawn_from(
    merchant: Merchant, order: Any
) -> None:
    worthless = [{"number": "1", "quantity": 1, "grade": "D", "disposition": "scrap"}]
    id = announced(merchant, order).body["id"]
    received(merchant, id, lines=worthless)
    assert merchant.do(LIST, merchant.clerk, query={"status": "review"})["items"][0]["id"] == id
    decision = {"number": "1", "decision": "declined"}
    body = {"receipt": "WE-1", "lines": [decision], "reason": "worn"}
    assert merchant.do(DECIDE, merchant.clerk, body, rma=id)["status"] == "completed"
    assert merchant.do(DECIDE, merchant.clerk, body, rma=id)["credits"] == []
    decision["decision"] = "accepted"
    refused = merchant.world.call(DECIDE, merchant.clerk, body, rma=id)
    assert (refused.status, refused.body["title"]) == (409, "line not open")
    law = announced(merchant, order, basis="withdrawal").body["id"]
    received(merchant, law, lines=worthless)
    (credit,) = merchant.do(READ, merchant.shop, rma=law)["credits"]
    assert credit["ground"] == "§ 357 (1) BGB"
    assert merchant.world.broken() == []


def test_a_clerk_may_accept_what_is_worth_nothing(merchant: Merchant, order: Any) -> None:
    id = announced(merchant, order).body["id"]
    received(merchant, id, lines=[{"number": "1", "quantity": 1, "grade": "D"}])
    body = {"receipt": "WE-1", "lines": [{"number": "1", "decision": "accepted"}], "reason": "ok"}
    merchant.do(DECIDE, merchant.clerk, body, rma=id)
    merchant.world.settle()
    assert len(merchant.do(READ, merchant.shop, rma=id)["credits"]) == 1
    assert merchant.world.broken() == []


def test_delivery_goes_back_with_the_last_piece_of_a_withdrawal(
    merchant: Merchant, order: Any
) -> None:
    part = announced(merchant, order, basis="withdrawal", lines={"1": 2}).body["id"]
    received(merchant, part, lines=[{"number": "1", "quantity": 2}])
    (credit,) = merchant.do(READ, merchant.shop, rma=part)["credits"]
    assert credit["shipping"] == "0"
    rest = announced(merchant, order, basis="withdrawal", lines={"2": 1}).body["id"]
    received(merchant, rest, lines=[{"number": "2", "quantity": 1}])
    (credit,) = merchant.do(READ, merchant.shop, rma=rest)["credits"]
    assert Decimal(credit["shipping"]) == Decimal(order["shipping"]["price"])
    after = merchant.order(order["id"])
    billed = [Decimal(d["gross"]) for d in after["documents"] if d["type"] == "invoice"]
    noted = [Decimal(d["gross"]) for d in after["documents"] if d["type"] == "credit_note"]
    assert sum(billed) == sum(noted)
    assert merchant.world.broken() == []


def test_pieces_of_two_shipments_are_credited_on_two_invoices(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.by_card(RUCK_45=2))
    merchant.whole_life(id)
    merchant.count("A", RUCK_45=1)
    world.settle()
    merchant.whole_life(id)
    order = merchant.order(id)
    rma = announced(merchant, order, lines={"1": 2}).body["id"]
    received(merchant, rma, lines=[{"number": "1", "quantity": 2}])
    after = merchant.do(READ, merchant.shop, rma=rma)
    assert [credit["pieces"] for credit in after["credits"]] == [{"1": 1}, {"1": 1}]
    assert len({credit["original"] for credit in after["credits"]}) == 2
    assert world.broken() == []


def test_what_was_credited_before_waits_for_a_clerk(merchant: Merchant, order: Any) -> None:
    (invoice,) = [d["id"] for d in order["documents"] if d["type"] == "invoice"]
    wanted = [{"number": "1", "quantity": 2}]
    assert merchant.credit(order["id"], invoice, lines=wanted, reason="kulant").status == 201
    rma = back(merchant, order)
    assert (rma["status"], rma["uncredited"][0]["reason"]) == ("uncredited", "not_billed")
    merchant.do(CLOSE, merchant.clerk, {"reason": "credited in May"}, rma=rma["id"])
    assert merchant.do(READ, merchant.shop, rma=rma["id"])["status"] == "closed"
    assert merchant.world.broken() == []


def test_a_closed_return_frees_its_pieces(merchant: Merchant, order: Any) -> None:
    id = announced(merchant, order, lines={"1": 2}).body["id"]
    closed = merchant.do(CLOSE, merchant.shop, {"reason": "keeps them"}, rma=id)
    assert merchant.do(CLOSE, merchant.shop, {"reason": "again"}, rma=id) == closed
    late = received(merchant, id)
    assert (late.status, late.body["title"]) == (409, "return closed")
    assert announced(merchant, order, lines={"1": 2}).body["number"].endswith("-R2")


def test_the_same_announcement_is_one_return(merchant: Merchant, order: Any) -> None:
    first, again = announced(merchant, order, "once"), announced(merchant, order, "once")
    assert (again.status, again.body) == (201, first.body)
    other = announced(merchant, order, "once", lines={"2": 1})
    assert other.status == 409


def test_nothing_comes_of_it_in_time(world: World, merchant: Merchant, order: Any) -> None:
    id = announced(merchant, order).body["id"]
    world.pass_time(days=32)
    world.tick()
    rma = merchant.do(READ, merchant.shop, rma=id)
    assert rma["overdue_at"]
    assert rma["status"] == "announced"
    received(merchant, id)
    assert merchant.do(READ, merchant.shop, rma=id)["status"] == "completed"
    assert world.broken() == []


def test_the_clock_credits_what_failed_for_long(
    world: World, merchant: Merchant, order: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> None:
        raise NotNow("the numbers are all taken")

    id = announced(merchant, order).body["id"]
    with monkeypatch.context() as broken:
        broken.setattr(goods_back, "_issue", fails)
        received(merchant, id)
        world.pass_time(hours=2)
    assert merchant.do(READ, merchant.shop, rma=id)["status"] == "received"
    world.pass_time(hours=1)
    world.tick()
    assert merchant.do(READ, merchant.shop, rma=id)["status"] == "completed"
    assert world.broken() == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"lines": [{"number": "1", "quantity": 0}]}, "lines.0.quantity"),
        ({"lines": [{"number": "1", "quantity": 1}] * 2}, "lines.1.number"),
        ({"lines": []}, "lines"),
        ({"reason": "unknown field"}, "reason"),
        ({"withdrawal": "wdr_1"}, "basis"),
    ],
)
def test_wrong_announcement_is_refused(
    merchant: Merchant, order: Any, body: Any, field: str
) -> None:
    said = {"order": order["id"], "lines": [{"number": "1", "quantity": 1}], **body}
    answer = merchant.world.call(ANNOUNCE, merchant.shop, said)
    assert (answer.status, [each["field"] for each in answer.body["errors"]]) == (422, [field])


def test_a_shop_sees_its_own_returns_alone(world: World, merchant: Merchant, order: Any) -> None:
    id = announced(merchant, order).body["id"]
    stranger = merchant.other_shop
    assert world.call(READ, stranger, rma=id).status == 404
    assert world.call(CLOSE, stranger, {"reason": "x"}, rma=id).status == 404
    said = {"order": order["id"], "lines": [{"number": "1", "quantity": 1}]}
    assert world.call(ANNOUNCE, stranger, said).status == 404
    assert world.call(RECEIVE, merchant.shop, {}, rma=id).status == 403


def test_a_withdrawal_ends_with_the_money_for_what_came_back(
    world: World, merchant: Merchant, order: Any
) -> None:
    buyer = order["customer"]
    said = {"name": buyer["name"], "contract": "BB-1", "email": buyer["email"]}
    withdrawal = merchant.do("POST /v1/withdrawals", merchant.shop, said)
    world.settle()
    read = "GET /v1/withdrawals/{withdrawal}"
    before = merchant.do(read, merchant.shop, withdrawal=withdrawal["id"])
    assert (before["status"], before["stopped"]["out"]) == ("awaiting_goods", {"1": 2, "2": 1})
    told = {"basis": "withdrawal", "withdrawal": withdrawal["id"], "lines": {"1": 2, "2": 1}}
    id = announced(merchant, order, **told).body["id"]
    pieces = [{"number": "1", "quantity": 2}, {"number": "2", "quantity": 1, "grade": "D"}]
    received(merchant, id, lines=pieces)
    after = merchant.do(read, merchant.shop, withdrawal=withdrawal["id"])
    assert (after["status"], after["goods"]["proof"]) == ("refunded", "received")
    paid = merchant.order(order["id"])["settlement"]
    assert paid["refunded"] == paid["captured"]
    assert world.broken() == []


def test_a_return_names_a_withdrawal_of_its_own_order(merchant: Merchant, order: Any) -> None:
    said = {"name": "Eva", "contract": "unknown", "email": "eva@post.example"}
    other = merchant.do("POST /v1/withdrawals", merchant.shop, said)["id"]
    answer = announced(merchant, order, basis="withdrawal", withdrawal=other)
    assert (answer.status, answer.body["title"]) == (404, "withdrawal unknown")
    merchant.world.settle()


def test_the_returns_of_an_order_are_found(merchant: Merchant, order: Any) -> None:
    first, second = (announced(merchant, order, lines={n: 1}).body["id"] for n in ("1", "2"))
    received(merchant, first)
    ask = merchant.world.call

    def found(key: str, **query: str) -> list[str]:
        items = ask(LIST, key, query={"order": order["id"], **query}).body["items"]
        return [each["id"] for each in items]

    assert found(merchant.wms) == [first, second]
    assert found(merchant.shop, status="completed") == [first]
    assert found(merchant.other_shop) == []
    assert ask(LIST, merchant.clerk, query={"order": "none"}).body["items"] == []
