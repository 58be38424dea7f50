"""Pieces that have not left are stopped once; goods and money have clocks that tell of delay."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.world.merchant import Merchant
from tests.world.world import World

READ = "GET /v1/withdrawals/{withdrawal}"
GOODS = "POST /v1/withdrawals/{withdrawal}/goods"


def withdraw(merchant: Merchant, order: str, **more: Any) -> str:
    seen = merchant.order(order)
    buyer = seen["customer"]
    said = {"name": buyer["name"], "contract": seen["external_number"], "email": buyer["email"]}
    made = merchant.do("POST /v1/withdrawals", merchant.shop, {**said, **more})
    merchant.world.settle()
    return str(made["id"])


def read(merchant: Merchant, id: str) -> Any:
    return merchant.do(READ, merchant.clerk, withdrawal=id)


def types(merchant: Merchant, id: str) -> list[str]:
    return [e.type for e in merchant.world.ports("returns/read_withdrawals").withdrawals.log(id)]


def clock(world: World, **much: float) -> None:
    world.pass_time(**much)
    world.strike("records/raise_due")
    world.settle()


@pytest.fixture
def order(merchant: Merchant) -> str:
    merchant.count("A", RUCK_45=5, SOCKE_42=5)
    return merchant.place(merchant.request(RUCK_45=2, SOCKE_42=1))


def test_what_no_warehouse_has_is_cancelled_and_nothing_is_owed(
    world: World, merchant: Merchant
) -> None:
    order = merchant.place(merchant.request(ZELT_2=1))  # there is none: it waits
    world.settle()
    id = withdraw(merchant, order)
    seen = read(merchant, id)
    assert seen["stopped"]["cancelled"] == {"1": 1}
    assert (seen["status"], seen["goods_due"]) == ("refunded", None)
    cancelled = merchant.order(order)
    assert (cancelled["status"], cancelled["lines"][0]["quantities"]["cancelled"]) == (
        "cancelled", 1,
    )  # fmt: skip
    assert types(merchant, id).count("Withdrawal.Stopped") == 1
    assert world.broken() == []


@pytest.mark.parametrize(("answer", "out"), [("accepted", {}), ("refused", {"1": 2, "2": 1})])
def test_what_is_with_a_warehouse_is_recalled(
    world: World, merchant: Merchant, order: str, answer: str, out: dict[str, int]
) -> None:
    world.settle()
    id = withdraw(merchant, order)
    (fulfilment,) = merchant.order(order)["fulfilments"]
    (recalled,) = read(merchant, id)["stopped"]["recalled"]
    assert recalled == {
        "fulfilment": fulfilment["id"], "pieces": {"1": 2, "2": 1}, "answer": "",
    }  # fmt: skip
    assert merchant.answer_recall(fulfilment["id"], answer, "x").status == 200
    world.settle()
    seen = read(merchant, id)
    assert seen["stopped"]["out"] == out
    assert seen["status"] == ("awaiting_goods" if out else "refunded")
    assert world.broken() == []


def test_what_one_statement_has_stopped_is_not_counted_against_the_next(
    world: World, merchant: Merchant
) -> None:
    order = merchant.place(merchant.request(ZELT_2=3))  # there is none: it waits
    world.settle()
    first = withdraw(merchant, order, lines=[{"number": "1", "quantity": 1}])
    assert read(merchant, first)["stopped"]["cancelled"] == {"1": 1}
    (line,) = read(merchant, withdraw(merchant, order))["lines"]
    assert (line["quantity"], line["verdict"]) == (2, "nothing_delivered")
    assert merchant.order(order)["status"] == "cancelled"
    assert world.broken() == []


def test_a_second_signal_stops_nothing_more(world: World, merchant: Merchant, order: str) -> None:
    world.settle()
    id = withdraw(merchant, order, lines=[{"number": "1", "quantity": 1}])
    before = merchant.order(order)["version"]
    for type in ("Withdrawal.Matched", "Order.Cancelled"):
        told = f'{{"type":"{type}","aggregate":"withdrawal/{id}","id":"again"}}'
        world.outside.send("auftakt-returns-follow_withdrawal", told)
    world.settle()
    assert merchant.order(order)["version"] == before
    assert sum(types(merchant, id).count(t) for t in ("Withdrawal.Stopped",)) == 1


def test_the_refund_waits_for_the_goods_and_is_said_to_be_late(
    world: World, merchant: Merchant, order: str
) -> None:
    merchant.whole_life(order)
    id = withdraw(merchant, order)
    seen = read(merchant, id)
    assert {line["verdict"] for line in seen["lines"]} == {"in_time"}
    assert (seen["status"], seen["refund_due"]) == ("awaiting_goods", None)  # § 357 (4)
    assert seen["stopped"]["out"] == {"1": 2, "2": 1}
    said_on = date.fromisoformat(seen["declared_at"][:10])
    assert seen["goods_due"] == (said_on + timedelta(14)).isoformat()  # § 357 (5), § 355 (3)
    clock(world, days=15)
    assert read(merchant, id)["goods_overdue_at"]
    assert read(merchant, id)["refund_overdue_at"] is None
    proof = {"proof": "dispatched", "tracking": "0034"}
    for _ in range(2):
        merchant.do(GOODS, merchant.shop, proof, withdrawal=id)
    sent = read(merchant, id)
    assert (sent["status"], sent["goods"]["tracking"]) == ("awaiting_refund", "0034")
    merchant.do(GOODS, merchant.shop, {"proof": "received"}, withdrawal=id)
    assert read(merchant, id)["refund_due"] == sent["refund_due"]
    clock(world, days=2)
    assert read(merchant, id)["refund_overdue_at"]
    clock(world, days=2)
    assert types(merchant, id).count("Withdrawal.RefundOverdue") == 1
    assert world.broken() == []


def test_money_that_has_gone_back_ends_it(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    order = merchant.place(merchant.by_card(RUCK_45=1))
    merchant.whole_life(order)
    id = withdraw(merchant, order)
    assert read(merchant, id)["status"] == "awaiting_goods"
    document = merchant.order(order)["documents"][0]["id"]
    lines = [{"number": "1", "quantity": 1}]
    assert merchant.credit(order, document, lines=lines, shipping="4.90").status == 201
    world.settle()
    assert read(merchant, id)["status"] == "refunded"
    assert read(merchant, id)["refunded_at"]
    clock(world, days=40)
    assert "Withdrawal.RefundOverdue" not in types(merchant, id)
    assert world.broken() == []


def test_of_what_never_came_out_no_goods_are_awaited(world: World, merchant: Merchant) -> None:
    order = merchant.place(merchant.request(ZELT_2=1))
    world.settle()
    id = withdraw(merchant, order)
    answer = world.call(GOODS, merchant.shop, {"proof": "received"}, withdrawal=id)
    assert (answer.status, answer.body["title"]) == (409, "no goods out")


def test_too_late_is_acknowledged_and_a_clerk_decides(
    world: World, merchant: Merchant, order: str
) -> None:
    merchant.whole_life(order)
    world.pass_time(days=20)
    id = withdraw(merchant, order)
    seen = read(merchant, id)
    assert seen["status"] == "review"
    assert {line["verdict"] for line in seen["lines"]} == {"late"}
    assert seen["acknowledged_at"]
    decide = "POST /v1/withdrawals/{withdrawal}/decisions"
    body = {"lines": [{"number": n, "decision": "accepted"} for n in "12"], "reason": "goodwill"}
    merchant.do(decide, merchant.clerk, body, withdrawal=id)
    world.settle()
    assert read(merchant, id)["stopped"]["out"] == {"1": 2, "2": 1}
    assert world.broken() == []


def test_sent_in_time_suffices(world: World, merchant: Merchant, order: str) -> None:
    merchant.whole_life(order)
    sent_at = world.now().isoformat()
    world.pass_time(days=20)
    id = withdraw(merchant, order, declared_at=sent_at)
    assert {line["verdict"] for line in read(merchant, id)["lines"]} == {"in_time"}


def test_a_parcel_that_nobody_saw_arrive_starts_no_period(
    world: World, merchant: Merchant, order: str
) -> None:
    world.settle()
    merchant.fulfil(order)
    world.settle()
    world.pass_time(days=90)
    id = withdraw(merchant, order)
    assert {line["verdict"] for line in read(merchant, id)["lines"]} == {"nothing_delivered"}
    assert read(merchant, id)["stopped"]["out"] == {"1": 2, "2": 1}
