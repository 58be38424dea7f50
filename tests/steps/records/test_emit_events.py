"""Events can be told once more from the log: by number, or all of a batch that was given up."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.world.deliveries import LETTERS
from tests.world.functions import handler
from tests.world.merchant import Merchant
from tests.world.world import World

EMIT = "POST /v1/emissions"
EMITTING = "records/emit_events"
MODULE = "functions.records.emit_events.handler"
REDRIVE = "POST /v1/dead-letters/{letter}/redrive"


def emit(merchant: Merchant, aggregate: str, first: int, key: str = "", **more: Any) -> Any:
    body = {"aggregate": aggregate, "first": first, **more}
    return merchant.world.call(EMIT, key or merchant.clerk, body)


def test_an_event_that_reached_nobody_is_told_again(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    world.outside.losing = {"auftakt-orders-start_intake"}
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    world.outside.losing = set()
    assert emit(merchant, f"order/{id}", 1).body == {"queued": 1}
    world.settle()
    assert merchant.order(id)["status"] == "released"
    assert [mail.kind for mail in world.outside.mails] == ["order_received"], "nobody hears twice"


def test_a_whole_life_emitted_again_changes_nothing(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=1))
    merchant.whole_life(id)
    events, mails = merchant.events(id), len(world.outside.mails)
    assert emit(merchant, f"order/{id}", 1, last=len(events)).status == 202
    world.settle()
    assert merchant.events(id) == events
    assert len(world.outside.mails) == mails
    assert world.letters() == []


@pytest.mark.parametrize(
    ("first", "more", "status"),
    [
        (99, {}, 404),
        (1, {"last": 99}, 404),
        (2, {"last": 1}, 422),
        (1, {"last": 500}, 422),
        (0, {}, 422),
        (1, {"to": "x"}, 422),
    ],
)
def test_what_is_not_in_the_log_is_not_emitted(
    world: World, merchant: Merchant, first: int, more: dict[str, Any], status: int
) -> None:
    id = merchant.place(merchant.request(RUCK_45=1))
    assert emit(merchant, f"order/{id}", first, **more).status == status


def test_events_of_stock_are_emitted_too_and_only_by_clerks(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    assert emit(merchant, "stock/RUCK-45", 1).status == 202
    assert emit(merchant, "stock/RUCK-45", 1, merchant.shop).status == 403


@pytest.mark.parametrize("orders", [1, 30])
def test_a_batch_of_the_stream_that_was_given_up_is_emitted_from_the_log(
    world: World, merchant: Merchant, orders: int
) -> None:
    world.time = datetime.now(UTC)  # ids have the time of the machine
    merchant.count("A", RUCK_45=orders)
    world.settle()
    start = world.time
    ids = [merchant.place(merchant.request(RUCK_45=1)) for _ in range(orders)]
    world._follow_stream()
    world._shards.clear()
    lost = {
        "requestContext": {
            "functionArn": "arn:aws:lambda:eu-central-1:1:function:auftakt-records-relay_events",
            "condition": "RetryAttemptsExhausted",
        },
        "DDBStreamBatchInfo": {
            "approximateArrivalOfFirstRecord": f"{start:%Y-%m-%dT%H:%M:%SZ}",
            "approximateArrivalOfLastRecord": f"{world.time:%Y-%m-%dT%H:%M:%SZ}",
            "batchSize": orders,
        },
    }
    world.outside.send(LETTERS, json.dumps(lost))
    world.settle()
    (letter,) = world.letters()
    assert letter["step"] == "records/relay_events"
    path = {"letter": letter["id"]}
    assert world.call(REDRIVE, merchant.clerk, **path).status == 202
    world.settle()
    assert {merchant.order(id)["status"] for id in ids} == {"released"}


def test_a_busy_time_is_emitted_in_bounded_runs(
    world: World, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.time = datetime.now(UTC)
    merchant.count("A", RUCK_45=1)
    merchant.whole_life(merchant.place(merchant.request(RUCK_45=1)))
    put = world.outside.counted["auftakt-notices-tell_subscriber"]
    handler(EMITTING)
    monkeypatch.setattr(sys.modules[MODULE], "AT_ONCE", 1)
    since, until = (world.time - timedelta(days=1)).isoformat(), world.time.isoformat()
    told = {"type": "Emit", "aggregate": "log/", "facts": {"since": since, "until": until}}
    runs = world.invocations[EMITTING]
    world.outside.send("auftakt-records-emit_events", json.dumps(told))
    world.settle()
    events = [item for item in world.items() if item.get("kind") == "event"]
    mine = [event for event in events if event["at"] >= since]
    told_again = world.outside.counted["auftakt-notices-tell_subscriber"] - put
    assert len(mine) <= told_again <= len(mine) + len(events), "all, and few besides"
    assert world.invocations[EMITTING] > runs + 1
