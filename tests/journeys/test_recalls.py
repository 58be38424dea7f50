"""Orders that are cancelled while a warehouse has them: given back, or too late."""

from __future__ import annotations

from typing import Any

import pytest

from tests.answers import fits
from tests.world.merchant import Merchant
from tests.world.world import World

ANSWER = "POST /v1/fulfilments/{fulfilment}/recall"
CANCEL = "POST /v1/orders/{order}/cancellations"
PACK = "POST /v1/fulfilments/{fulfilment}/pack"


@pytest.fixture
def released(world: World, merchant: Merchant) -> str:
    """An order of which a warehouse has two pieces and one waits for stock."""
    merchant.count("A", RUCK_45=2)
    id = merchant.place(merchant.request(RUCK_45=3))
    world.settle()
    return id


def only(merchant: Merchant, id: str) -> Any:
    (fulfilment,) = merchant.order(id)["fulfilments"]
    return fulfilment


def places(merchant: Merchant, id: str) -> dict[str, int]:
    (line,) = merchant.order(id)["lines"]
    return {place: n for place, n in line["quantities"].items() if n}


def mails(world: World) -> list[str]:
    return [mail.kind for mail in world.outside.mails]


def test_cancellation_says_what_is_cancelled_and_what_is_recalled(
    world: World, merchant: Merchant, released: str
) -> None:
    first = merchant.cancel(released)
    fits(CANCEL, first.status, first.body)
    assert first.body["cancelled"] == [{"number": "1", "sku": "RUCK-45", "quantity": 1}]
    (recalling,) = first.body["recalling"]
    assert recalling["lines"] == [{"number": "1", "sku": "RUCK-45", "quantity": 2}]
    assert recalling["location"] == "A"
    again = merchant.cancel(released)
    assert again.body["recalling"] == first.body["recalling"]
    assert merchant.events(released).count("Fulfilment.RecallRequested") == 1
    assert places(merchant, released) == {"ordered": 3, "released": 2, "cancelled": 1}


def test_warehouse_sees_the_recall_and_the_order_waits_for_it(
    world: World, merchant: Merchant, released: str
) -> None:
    merchant.cancel(released, {"1": 2})
    query = {"location": "A", "status": "released"}
    (seen,) = world.call("GET /v1/fulfilments", merchant.wms, query=query).body["items"]
    assert seen["recall"]["status"] == "requested"
    assert seen["recall"]["lines"][0]["quantity"] == 1
    waiting = {(w["party"], w["cause"]): w["until"] for w in merchant.order(released)["waiting"]}
    assert waiting["warehouse A", "recall"] == seen["recall"]["until"]


def test_accepted_recall_cancels_and_gives_the_stock_back_once(
    world: World, merchant: Merchant, released: str
) -> None:
    merchant.cancel(released)
    id = only(merchant, released)["id"]
    for _ in range(2):
        answer = merchant.answer_recall(id, "accepted")
        fits(ANSWER, answer.status, answer.body)
        assert answer.body["status"] == "cancelled"
        world.settle()
    assert merchant.order(released)["status"] == "cancelled"
    stock = merchant.stock("RUCK-45")
    assert (stock["promisable"], stock["locations"]["A"]["hard"]) == (2, 0)
    assert mails(world).count("order_cancelled") == 2


def test_refused_recall_is_told_and_the_pieces_go_on(
    world: World, merchant: Merchant, released: str
) -> None:
    merchant.cancel(released)
    id = only(merchant, released)["id"]
    assert merchant.answer_recall(id, "refused", "already on the lorry").status == 200
    merchant.whole_life(released)
    order = merchant.order(released)
    assert order["status"] == "completed"
    assert order["fulfilments"][0]["recall"]["answer"] == "already on the lorry"
    assert "Fulfilment.RecallRefused" in merchant.events(released)
    (mail,) = [mail for mail in world.outside.mails if mail.kind == "recall_refused"]
    assert "2 x Ding RUCK-45" in mail.text


def test_packed_pieces_given_back_leave_the_rest_to_be_packed_again(
    world: World, merchant: Merchant, released: str
) -> None:
    id = only(merchant, released)["id"]
    merchant.pack(id)
    merchant.cancel(released, {"1": 2})
    assert only(merchant, released)["recall"]["lines"][0]["quantity"] == 1
    answer = merchant.answer_recall(id, "accepted")
    assert (answer.body["status"], answer.body["parcels"]) == ("released", [])
    merchant.whole_life(released)
    assert places(merchant, released) == {"ordered": 3, "delivered": 1, "cancelled": 2}
    assert merchant.order(released)["status"] == "completed"
    assert merchant.stock("RUCK-45")["locations"]["A"]["on_hand"] == 1


def test_stock_given_back_goes_to_whoever_waits(
    world: World, merchant: Merchant, released: str
) -> None:
    other = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    merchant.cancel(released)
    world.settle()
    assert merchant.order(other)["status"] == "backordered"
    merchant.answer_recall(only(merchant, released)["id"], "accepted")
    world.settle()
    assert merchant.order(other)["status"] == "released"


def test_warehouse_that_packs_while_a_recall_is_asked_is_stopped(
    world: World, merchant: Merchant, released: str
) -> None:
    merchant.cancel(released, {"1": 2})
    id = only(merchant, released)["id"]
    body = {"parcels": [{"weight_g": 1200, "lines": None}]}
    answer = world.call(PACK, merchant.wms, body, fulfilment=id)
    fits(PACK, answer.status, answer.body)
    assert (answer.status, answer.body["title"]) == (409, "recall open")
    merchant.answer_recall(id, "accepted")
    merchant.whole_life(released)
    assert places(merchant, released) == {"ordered": 3, "delivered": 1, "cancelled": 2}


def test_what_has_left_while_a_recall_is_asked_cannot_be_given_back(
    world: World, merchant: Merchant, released: str
) -> None:
    id = only(merchant, released)["id"]
    merchant.pack(id)
    merchant.cancel(released)
    merchant.ship(id)
    answer = merchant.answer_recall(id, "accepted")
    fits(ANSWER, answer.status, answer.body)
    assert (answer.status, answer.body["title"]) == (409, "recall answered")
    merchant.whole_life(released)
    assert merchant.order(released)["fulfilments"][0]["recall"]["status"] == "refused"
    assert mails(world).count("recall_refused") == 1


def test_more_pieces_join_a_recall_that_is_open(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=3)
    order = merchant.place(merchant.request(RUCK_45=3))
    world.settle()
    for n in (1, 2):
        answer = world.call(
            CANCEL, merchant.shop, {"lines": [{"number": "1", "quantity": 1}]}, order=order
        )
        assert answer.body["recalling"][0]["lines"][0]["quantity"] == n
    whole = merchant.cancel(order)
    assert whole.body["recalling"][0]["lines"][0]["quantity"] == 3
    beyond = merchant.cancel(order, {"1": 1})
    assert beyond.status == 409
    merchant.answer_recall(only(merchant, order)["id"], "accepted")
    world.settle()
    assert merchant.order(order)["status"] == "cancelled"


def test_recall_takes_from_the_warehouse_that_has_not_packed(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    order = merchant.place(merchant.request(RUCK_45=2))
    world.settle()
    first = only(merchant, order)["id"]
    merchant.pack(first)
    merchant.count("B", RUCK_45=1)
    world.settle()
    merchant.cancel(order, {"1": 1})
    recalls = {f["location"]: f["recall"] for f in merchant.order(order)["fulfilments"]}
    assert recalls["A"] is None
    assert recalls["B"]["lines"][0]["quantity"] == 1


def test_answers_that_do_not_fit_are_refused(
    world: World, merchant: Merchant, released: str
) -> None:
    id = only(merchant, released)["id"]
    assert merchant.answer_recall(id, "accepted").body["title"] == "not recalled"
    assert merchant.answer_recall(id, "perhaps").status == 422
    assert merchant.answer_recall("ful_none-1", "accepted").status == 404
    merchant.cancel(released)
    assert world.call(ANSWER, merchant.shop, {"answer": "accepted"}, fulfilment=id).status == 403
    assert merchant.answer_recall(id, "refused").status == 200
    assert merchant.answer_recall(id, "accepted").status == 409


def test_cause_of_a_cancellation_is_on_record(
    world: World, merchant: Merchant, released: str
) -> None:
    body = {"cause": "fraud", "reason": "stolen card"}
    world.call(CANCEL, merchant.clerk, body, order=released)
    merchant.answer_recall(only(merchant, released)["id"], "accepted")
    log = merchant.do("GET /v1/orders/{order}/events", merchant.clerk, order=released)["items"]
    causes = [e["data"]["cause"] for e in log if e["type"] == "Order.Cancelled"]
    assert causes == ["fraud", "fraud"]
    answer = world.call(CANCEL, merchant.clerk, {"cause": "whim"}, order=released)
    assert answer.status == 422
