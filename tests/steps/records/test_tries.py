"""A try is a failure that reached the step: what is throttled costs none, what crashes does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from oms_aws.orders.intake import StepFunctionsIntake
from tests.world.deliveries import LETTERS
from tests.world.faults import Crash, Trap
from tests.world.merchant import Merchant
from tests.world.world import World

STEP = "orders/start_intake"
QUEUE = "auftakt-orders-start_intake"
IN_TURN = "auftakt-billing-issue_invoice.fifo"


def records(world: World) -> list[dict[str, Any]]:
    """The messages of the queue as the function would get them."""
    return [
        {
            "messageId": message.id,
            "receiptHandle": f"{message.id}/{message.received}",
            "body": message.body,
            "attributes": {
                "ApproximateReceiveCount": str(message.received),
                "SentTimestamp": str(int(message.sent_at.timestamp() * 1000)),
            },
        }
        for message in world.outside.queues[QUEUE]
    ]


def test_what_was_throttled_a_hundred_times_is_done_when_there_is_room(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle_stream()
    for message in world.outside.queues[QUEUE]:
        message.received = 100
    world.settle()
    assert merchant.order(id)["status"] == "released"
    assert world.letters() == []


def test_what_was_throttled_has_all_its_tries(world: World, merchant: Merchant) -> None:
    merchant.place(merchant.request(RUCK_45=1))
    world.settle_stream()
    (message,) = world.outside.queues[QUEUE]
    message.received = 40
    world.down = {"stepfunctions"}
    world.settle()
    assert world.invocations[STEP] == 5
    (letter,) = world.letters()
    assert letter["step"] == STEP
    assert "ServiceUnavailable" in letter["reason"]


def test_what_kills_its_function_is_given_up_after_as_many_begins(
    world: World, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = StepFunctionsIntake.start

    def start(intake: StepFunctionsIntake, order_id: str, *, again: str = "") -> None:
        if order_id == "poison":
            raise Crash("out of memory")
        started(intake, order_id, again=again)

    monkeypatch.setattr(StepFunctionsIntake, "start", start)
    world.outside.send(QUEUE, json.dumps({"type": "Order.Created", "aggregate": "order/poison"}))
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    (letter,) = world.letters()
    assert "cut off" in letter["reason"]
    assert world.invocations[STEP] <= 5 + 5 + 2
    assert merchant.order(id)["status"] == "released", "its batch went on"


def test_what_kills_its_function_does_not_take_its_batch_with_it(
    world: World, merchant: Merchant
) -> None:
    poison = world.outside.send(QUEUE, json.dumps({"type": "x", "aggregate": "order/none"}))
    poison.received = 50
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle_stream()
    answer = world.invoke(STEP, {"Records": records(world)})
    assert answer == {"batchItemFailures": []}
    world.outside.queues[QUEUE].clear()
    begun = [item for item in world.items() if item["pk"].startswith("FAILURE#")]
    assert [item["pk"] for item in begun] == [f"FAILURE#{poison.id}"], "only the suspect is noted"
    world.settle()
    assert merchant.order(id)["status"] == "released"


def test_a_table_that_does_not_answer_burns_no_tries(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle_stream()
    world.down = {"dynamodb"}
    for _ in range(12):
        world.pass_time(minutes=2)
        for name in list(world.outside.queues):
            world._deliver(name)
    world.down = set()
    world.settle()
    assert world.letters() == []
    assert merchant.order(id)["status"] == "released"


@pytest.mark.parametrize("queue", [QUEUE, IN_TURN], ids=["any order", "in turn"])
def test_what_sqs_gives_up_itself_names_its_step(world: World, queue: str) -> None:
    group = "berg-beutel" if queue == IN_TURN else ""
    message = world.outside.send(queue, '{"type": "a", "aggregate": "order/b"}', group=group)
    message.received = 1_000
    world.settle()
    (letter,) = world.letters()
    assert letter["step"] == queue.removeprefix("auftakt-").removesuffix(".fifo").replace("-", "/")
    assert "cut off" in letter["reason"]


def test_what_a_rule_could_not_deliver_is_the_event_again(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle_stream()
    (message,) = world.outside.queues[QUEUE]
    world.outside.queues[QUEUE].clear()
    event = {
        "source": "auftakt",
        "detail-type": "Order.Created",
        "detail": json.loads(message.body),
    }
    said = {
        "ERROR_CODE": "NO_PERMISSIONS",
        "ERROR_MESSAGE": "not allowed",
        "RULE_ARN": "arn:aws:events:eu-central-1:1:rule/x",
        "TARGET_ARN": f"arn:aws:sqs:eu-central-1:1:{QUEUE}",
    }
    attributes = {name: {"DataType": "String", "StringValue": text} for name, text in said.items()}
    world.outside.send(LETTERS, json.dumps(event), attributes=attributes)
    world.settle()
    (letter,) = world.letters()
    assert (letter["step"], letter["reason"]) == (STEP, "NO_PERMISSIONS: not allowed")
    path = {"letter": letter["id"]}
    merchant.do("POST /v1/dead-letters/{letter}/redrive", merchant.clerk, **path)
    world.settle()
    assert merchant.order(id)["status"] == "released"


def test_given_up_twice_is_one_letter(world: World) -> None:
    world.outside.send(QUEUE, "not json")
    world.traps = [Trap(STEP, 3, after=True)]
    world.settle()
    assert world.traps[0].sprung
    assert len(world.letters()) == 1
