"""Up to ten orders of a delivery are settled together; a bad one among them holds up no other."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from oms_aws.platform import keys
from oms_aws.platform.indexes import backorders
from tests.world.lives import UNPAID
from tests.world.merchant import Merchant
from tests.world.world import World

STEP = "sourcing/settle_stock"
QUEUE = "auftakt-sourcing-settle_stock"
SET = [{"sku": "RUCK-45", "quantity": 4}, {"sku": "SOCKE-42", "quantity": 3}]

DENIED = {"Error": {"Code": "AccessDeniedException", "Message": "no"}, "ResponseMetadata": {}}


def held_orders(merchant: Merchant, number: int = 10) -> list[str]:
    """Orders that hold two pieces each of two SKUs, promised and at no location yet."""
    merchant.count("A", RUCK_45=2 * number, SOCKE_42=2 * number)
    ids = [
        merchant.place(merchant.request(RUCK_45=2, SOCKE_42=2) | {"payment": UNPAID})
        for _ in range(number)
    ]
    merchant.world.settle()
    assert merchant.stock("RUCK-45")["soft"] == 2 * number
    return ids


def cancelled(merchant: Merchant, ids: list[str]) -> None:
    """Cancel orders; the step has its signals, and nothing was delivered yet."""
    for id in ids:
        assert merchant.cancel(id).status == 200
    merchant.world.settle_stream()


def waiting(world: World) -> int:
    """How many signals wait for the step."""
    return len(world.outside.queues[QUEUE])


def counters(merchant: Merchant, sku: str) -> tuple[int, int, int]:
    stock = merchant.stock(sku)
    return stock["promisable"], stock["soft"], stock["backordered"]


def butting_in(
    world: World, monkeypatch: pytest.MonkeyPatch, said: Callable[[str, Any], Any]
) -> None:
    """Let somebody hear of each call of the step before it is made, and answer it instead."""
    before = world.before_call

    def heard(model: Any, params: Any) -> Any:
        if world._frames and world._frames[-1].step == STEP:
            frames, world._frames = world._frames, []
            answer = said(model.name, json.loads(params["body"]))
            world._frames = frames
            if answer is not None:
                return answer
        return before(model, params)

    monkeypatch.setattr(world, "before_call", heard)


def touch(world: World, id: str) -> None:
    """Do what every step does that is at work on an order: others start again."""
    key = keys.order(id)
    item = world.table.get(key)
    assert item
    world.table.write([world.table.update(key, "SET version = :v", {":v": item["version"] + 1})])


def reasons(world: World) -> list[str]:
    """Why signals could not be done, as it was kept."""
    return [item["reason"] for item in world.items() if item["pk"].startswith("FAILURE#")]


def test_ten_cancelled_orders_cost_eleven_requests(world: World, merchant: Merchant) -> None:
    """One transaction, and what it takes to look who waits for two SKUs; it was 140 requests."""
    cancelled(merchant, held_orders(merchant))
    calls = Counter(world.hand_over(STEP))
    assert calls == {"TransactWriteItems": 1, "BatchGetItem": 6, "Query": 4}
    for sku in ("RUCK-45", "SOCKE-42"):
        assert counters(merchant, sku) == (20, 0, 0)
    assert waiting(world) == 0


def test_ten_shipments_cost_three_requests(world: World, merchant: Merchant) -> None:
    merchant.count("A", SOCKE_42=20)
    ids = [merchant.place(merchant.request(SOCKE_42=2)) for _ in range(10)]
    world.settle()
    for id in ids:
        merchant.fulfil(id)
    world.settle_stream()
    assert waiting(world) == 10
    assert world.hand_over(STEP) == ["BatchGetItem", "BatchGetItem", "TransactWriteItems"]
    assert merchant.stock("SOCKE-42")["locations"]["A"]["on_hand"] == 0
    world.outside.queues[QUEUE].clear()


def test_a_bad_order_comes_again_with_its_reason_and_nine_are_settled(
    world: World, merchant: Merchant
) -> None:
    ids = held_orders(merchant)
    cancelled(merchant, ids)
    key = keys.order(ids[4])
    item = world.table.get(key)
    assert item
    good = {name: value for name, value in item.items() if name not in key._fields}
    world.table.write([world.table.put(key, good | {"state": b"{"})])
    world.hand_over(STEP)
    assert counters(merchant, "RUCK-45") == (18, 2, 0)
    assert waiting(world) == 1
    (reason,) = reasons(world)
    assert "decompressing" in reason
    world.table.write([world.table.put(key, good)])
    world.settle()
    assert counters(merchant, "RUCK-45") == (20, 0, 0)
    assert world.letters() == []


def test_an_order_at_which_others_are_at_work_comes_again_and_nine_are_settled(
    world: World, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = held_orders(merchant)
    cancelled(merchant, ids)
    with monkeypatch.context() as others:
        butting_in(
            world,
            others,
            lambda call, _: touch(world, ids[4]) if call == "TransactWriteItems" else None,
        )
        world.hand_over(STEP)
    assert counters(merchant, "RUCK-45") == (18, 2, 0)
    (reason,) = reasons(world)
    assert reason == f"NotNow: the reservations of {ids[4]} are being changed by many at once"
    world.settle()
    assert counters(merchant, "RUCK-45") == (20, 0, 0)
    assert world.letters() == []


def test_an_order_twice_in_a_delivery_and_one_that_is_not_there(
    world: World, merchant: Merchant
) -> None:
    ids = held_orders(merchant, 2)
    cancelled(merchant, ids)
    (first, *_) = world.outside.queues[QUEUE]
    world.outside.send(QUEUE, first.body)
    lost = json.dumps(json.loads(first.body) | {"aggregate": "order/none", "id": "evt_lost"})
    world.outside.send(QUEUE, lost)
    assert Counter(world.hand_over(STEP))["TransactWriteItems"] == 1
    assert counters(merchant, "RUCK-45") == (4, 0, 0)
    world.settle()
    (letter,) = world.letters()
    assert "There is no order none" in letter["reason"]


def test_who_waits_gets_what_several_orders_give_back(world: World, merchant: Merchant) -> None:
    """A set of which neither order has all pieces is first in turn; nobody behind it takes any."""
    ids = held_orders(merchant, 2)
    merchant.sell("SET-1", "10.00", kind="bundle", components=SET)
    waits = [merchant.request(SET_1=1), merchant.request(RUCK_45=1), merchant.request(SOCKE_42=1)]
    first, *behind = [merchant.place(body) for body in waits]
    world.settle()
    cancelled(merchant, ids)
    assert merchant.cancel(behind[1]).status == 200
    world.settle_stream()
    world.hand_over(STEP)
    world.settle()
    assert merchant.order(first)["status"] == "released"
    assert merchant.order(behind[0])["status"] == "backordered"
    assert counters(merchant, "RUCK-45") == (0, 0, 1)
    assert counters(merchant, "SOCKE-42") == (1, 0, 0)


def test_what_cannot_be_served_brings_its_orders_again_and_no_others(
    world: World, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    merchant.count("A", RUCK_45=4, ZELT_2=2)
    wanted: list[dict[str, int]] = [{"RUCK_45": 2}, {"RUCK_45": 2, "ZELT_2": 1}, {"ZELT_2": 1}]
    ids = [merchant.place(merchant.request(**each) | {"payment": UNPAID}) for each in wanted]
    world.settle()
    cancelled(merchant, ids)

    def said(call: str, asked: Any) -> Any:
        if call == "Query" and backorders("ZELT-2") in str(asked):
            return SimpleNamespace(status_code=400), DENIED
        return None

    with monkeypatch.context() as others:
        butting_in(world, others, said)
        world.hand_over(STEP)
    left = {json.loads(message.body)["aggregate"] for message in world.outside.queues[QUEUE]}
    assert left == {f"order/{ids[1]}", f"order/{ids[2]}"}
    assert all("AccessDenied" in reason for reason in reasons(world))
    world.settle()
    assert (counters(merchant, "RUCK-45"), counters(merchant, "ZELT-2")) == ((4, 0, 0), (2, 0, 0))
    assert world.letters() == []


def test_what_is_left_of_a_cancelled_order_goes_on(world: World, merchant: Merchant) -> None:
    """An order wanted all at once; without what waits it is ready, and gets to its warehouse."""
    merchant.count("A", RUCK_45=2)
    whole = {"delivery": {"partial_allowed": False}}
    ids = [merchant.place(merchant.request(RUCK_45=1, ZELT_2=1) | whole) for _ in range(2)]
    world.settle()
    for id in ids:
        assert merchant.order(id)["fulfilments"] == []
        assert merchant.cancel(id, {"2": 1}).status == 200
    world.settle_stream()
    world.hand_over(STEP)
    for id in ids:
        assert merchant.order(id)["status"] == "released"
    assert counters(merchant, "RUCK-45") == (0, 0, 0)


def test_what_cannot_be_routed_comes_again_and_the_others_are_through(
    world: World, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    merchant.count("A", RUCK_45=3)
    whole = {"delivery": {"partial_allowed": False}}
    ids = [merchant.place(merchant.request(RUCK_45=1, ZELT_2=1) | whole) for _ in range(3)]
    world.settle()
    for id in ids:
        assert merchant.cancel(id, {"2": 1}).status == 200
    world.settle_stream()

    def said(call: str, asked: Any) -> Any:
        if call == "TransactWriteItems" and ids[1] in str(asked) and "FULFILMENT#" in str(asked):
            return SimpleNamespace(status_code=400), DENIED
        return None

    with monkeypatch.context() as others:
        butting_in(world, others, said)
        world.hand_over(STEP)
    assert [merchant.order(id)["status"] == "released" for id in ids] == [True, False, True]
    assert waiting(world) == 1
    (reason,) = reasons(world)
    assert "AccessDenied" in reason
    world.settle()
    assert merchant.order(ids[1])["status"] == "released"
    assert world.letters() == []
