"""Deliveries of a world: its stream, queues, clock and flows, in order or in none."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from moto.dynamodb.models import dynamodb_backends

from tests.world.blueprint import ACCOUNT, PREFIX, REGION, Blueprint
from tests.world.faults import Chaos, Crash
from tests.world.flow import Await, Execution, Rest
from tests.world.functions import Functions
from tests.world.outside import Outside, Said, arn, ready

LETTERS = f"{PREFIX}dead-letters"
SEEN_TO = (f"{PREFIX}records-see_to_due", f"{PREFIX}billing-issue_collective_invoice")
MOST_ACTIONS = 20_000
MOST_RECORDS = 100
INSERTED = {"kind": {"S": "event"}}


class Deliveries(Functions):
    """Events, messages and flows on their way to the functions, each delivery in a test's hands."""

    def __init__(self, made: Blueprint, *, seed: int, chaos: Chaos) -> None:
        super().__init__(made)
        self.chaos = chaos
        self.chance = random.Random(seed)
        self.outside = Outside(made, self.now, self._start, self._answer)
        self.executions: dict[str, Execution] = {}
        self.answers: dict[str, Any] = {}
        self.open_tokens: set[str] = set()
        self._stream_read = 0
        self._shards: dict[str, list[dict[str, Any]]] = defaultdict(list)

    # -- AWS calls ----------------------------------------------------------------------------

    def answered(self, service: str, operation: str, given: dict[str, Any]) -> Any:
        """What a service that moto does not play answers, or None; raises Said."""
        return self.outside.asked(service, operation, given)

    def before_call(self, model: Any, params: Any) -> Any:
        """What is answered instead of AWS, or None; another delivery may butt in."""
        said = super().before_call(model, params)
        if said is None and self.chaos.interleave and len(self._frames) == 1:
            self._interleave()
        return said

    def _interleave(self) -> None:
        if self.chance.random() < self.chaos.interleave:
            actions = self._possible()
            if actions:
                self.chance.choice(actions)()

    # -- deliveries ---------------------------------------------------------------------------

    def settle(self) -> None:
        """Deliver until nothing is left to deliver, however long the retries take."""
        if not self.go_on(MOST_ACTIONS):
            raise AssertionError("the world does not come to rest")

    def go_on(self, most: int) -> bool:
        """Deliver so many things at most; answers whether nothing is left to deliver."""
        for _ in range(most):
            self.pass_time(milliseconds=5)
            actions = self._possible()
            if actions:
                (self.chance.choice(actions) if self.chaos.shuffle else actions[0])()
                continue
            later = self._next_time()
            if later is None:
                return True
            self.time = max(self.time, later)
        return False

    def strike(self, step: str, *, deliver: bool = True) -> None:
        """The clock strikes for a step, which gets its message, and what it hands itself on."""
        queue = f"{PREFIX}{step.replace('/', '-')}"
        told = {"type": "Clock.Struck", "aggregate": f"clock/{step}", "at": self.time.isoformat()}
        self.outside.send(queue, json.dumps(told))
        while deliver and ready(self.outside.queues[queue], self.time):
            self._deliver(queue)

    def hand_over(self, step: str) -> list[str]:
        """Deliver to a step once, all that lies in its queue; answers its calls."""
        self.traced[step], before = [], self.invocations[step]
        self._deliver(f"{PREFIX}{step.replace('/', '-')}")
        assert self.invocations[step] == before + 1
        return self.traced[step]

    def tick(self) -> int:
        """The clock strikes: what is due is seen to. Answers how many orders had something due."""
        before = self.raised
        self.strike("records/raise_due", deliver=False)
        self.settle()
        return self.raised - before

    @property
    def raised(self) -> int:
        """How often a step was woken for what was due."""
        return sum(self.outside.counted[queue] for queue in SEEN_TO)

    def settle_only(self, *steps: str) -> None:
        """Bring every event to the queues, and deliver to these steps alone: others get nothing."""
        self.settle_stream()
        mine = [name for name, made in self.blueprint.queues.items() if made.step in steps]
        for name, messages in self.outside.queues.items():
            if name not in mine:
                messages.clear()
        while any(self.outside.queues[name] for name in mine):
            self.pass_time(milliseconds=5)
            for name in mine:
                self._deliver(name)
            assert not self.outside.queues[LETTERS], "a letter"

    def settle_stream(self) -> None:
        """Bring every event to the queues, and no further."""
        self._follow_stream()
        while any(self._shards.values()):
            self._relay()

    def _possible(self) -> list[Callable[[], None]]:
        self._follow_stream()
        actions: list[Callable[[], None]] = []
        if any(self._shards.values()):
            actions.append(self._relay)
        for name, messages in self.outside.queues.items():
            if ready(messages, self.time):
                actions.append(lambda name=name: self._deliver(name))  # type: ignore[misc]
        for execution in self.executions.values():
            if execution.ready and execution.name not in self._running:
                actions.append(lambda e=execution: self._wake(e))  # type: ignore[misc]
        return actions

    _running: frozenset[str] = frozenset()

    def _wake(self, execution: Execution) -> None:
        self._running |= {execution.name}
        try:
            execution.wake()
        finally:
            self._running -= {execution.name}

    def _next_time(self) -> datetime | None:
        queued = (m for queue in self.outside.queues.values() for m in queue)
        times = [m.visible_at for m in queued if m.visible_at > self.time]
        times += [
            e.waits.until
            for e in self.executions.values()
            if e.state == "running" and isinstance(e.waits, Rest)
        ]
        return min(times, default=None)

    def _follow_stream(self) -> None:
        shard = dynamodb_backends[ACCOUNT][REGION].tables[self.blueprint.table_name].stream_shard
        assert shard
        for record in shard.items[self._stream_read :]:
            seen = record.to_json()
            image = seen["dynamodb"].get("NewImage", {})
            if seen["eventName"] == "INSERT" and image.get("kind") == INSERTED["kind"]:
                self._shards[image["pk"]["S"]].append(seen)
        self._stream_read = len(shard.items)

    def _relay(self) -> None:
        """One batch of the stream; what was not put comes again, each aggregate's in order."""
        waiting = [pk for pk, records in self._shards.items() if records]
        if self.chaos.shuffle:
            waiting = [self.chance.choice(waiting)]
        batch = [record for pk in waiting for record in self._shards[pk]]
        batch = batch[: self.chance.randint(1, len(batch)) if self.chaos.shuffle else MOST_RECORDS]
        for record in batch:
            self._shards[_pk(record)].remove(record)
        try:
            answer = self.invoke("records/relay_events", {"Records": batch})
        except Crash:
            left = batch
        else:
            failed = {f["itemIdentifier"] for f in answer["batchItemFailures"]}
            numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
            left = batch[min((numbers.index(id) for id in failed), default=len(batch)) :]
            if not failed and self.chance.random() < self.chaos.repeat:
                left = batch[-1:]
        for record in reversed(left):
            self._shards[_pk(record)].insert(0, record)

    def _deliver(self, name: str) -> None:
        """One batch of one queue: what failed or was cut off comes again, or becomes a letter."""
        made, queue = self.outside.made(name), self.outside.queues[name]
        visible = ready(queue, self.time)
        if self.chaos.shuffle:
            if not made.in_turn:
                self.chance.shuffle(visible)
            visible = visible[: self.chance.randint(1, made.batch)]
        batch = []
        for message in visible[: made.batch]:
            if made.tries and message.received >= made.tries:
                queue.remove(message)
                message.received, message.visible_at, message.source = 0, self.time, name
                self.outside.queues[made.letters].append(message)
                continue
            message.received += 1
            message.visible_at = self.time + timedelta(seconds=made.visibility)
            batch.append(message)
        if not batch:
            return
        records = [_record(name, message) for message in batch]
        try:
            answer = self.invoke(made.step, {"Records": records}) or {"batchItemFailures": []}
        except (Crash, Exception) as error:
            if isinstance(error, AssertionError):
                raise
            return
        failed = {f["itemIdentifier"] for f in answer["batchItemFailures"]}
        for message in batch:
            if message.id in failed:
                continue
            if self.chance.random() < self.chaos.repeat:
                message.visible_at = self.time
                message.received -= 1
            else:
                queue.remove(message)

    # -- flows --------------------------------------------------------------------------------

    def _start(self, machine: str, name: str, given: dict[str, Any]) -> None:
        known = self.executions.get(name)
        if known and known.state == "running" and known.given == given:
            return
        if known:
            raise Said("ExecutionAlreadyExists", name)
        assert len(name) <= 80
        self.executions[name] = Execution(self, name, self.blueprint.flows[machine], given)

    def new_token(self) -> str:
        token = f"token-{len(self.answers) + len(self.open_tokens) + 1}"
        self.open_tokens.add(token)
        return token

    def _answer(self, token: str, output: Any) -> None:
        if token not in self.open_tokens:
            raise Said("TaskDoesNotExist" if token not in self.answers else "TaskTimedOut", token)
        self.open_tokens.remove(token)
        self.answers[token] = output

    def waiting_runs(self) -> list[Execution]:
        return [
            e
            for e in self.executions.values()
            if e.state == "running" and isinstance(e.waits, Await)
        ]


def _pk(record: dict[str, Any]) -> str:
    pk: str = record["dynamodb"]["NewImage"]["pk"]["S"]
    return pk


def _record(queue: str, message: Any) -> dict[str, Any]:
    return {
        "messageId": message.id,
        "receiptHandle": f"{message.id}/{message.received}",
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.received),
            "SentTimestamp": str(int(message.sent_at.timestamp() * 1000)),
            **({"MessageGroupId": message.group} if message.group else {}),
            **({"DeadLetterQueueSourceArn": arn(message.source)} if message.source else {}),
        },
        "messageAttributes": {
            name: {"dataType": "String", "stringValue": value}
            for name, value in message.attributes.items()
        },
        "eventSourceARN": arn(queue),
        "eventSource": "aws:sqs",
    }
