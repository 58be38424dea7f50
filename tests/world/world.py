"""The whole system in one process: every step on moto, every delivery in the hands of a test."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from moto import mock_aws
from moto.dynamodb.models import dynamodb_backends

from infra.journey import JOURNEY, Http, Step
from oms_aws.platform import wiring
from oms_aws.platform.outgoing import SECONDS, Outcome, Outgoing, Poster
from oms_aws.platform.table import Table
from oms_aws.platform.wiring import Settings
from oms_aws.records import verify
from oms_aws.records.reconcile import Reconciling
from oms_aws.records.scanned import Snapshot
from tests.world import clients
from tests.world.blueprint import ACCOUNT, PREFIX, REGION, Blueprint, blueprint
from tests.world.flow import Await, Execution, Rest
from tests.world.outside import Outside, Said, arn, ready
from tests.world.reading import every_item, quick_reads
from tests.world.transactions import quick_transactions
from tests.world.wiring import Wiring

ROOT = Path(__file__).resolve().parents[2]
LETTERS = f"{PREFIX}dead-letters"
SEEN_TO = (f"{PREFIX}records-see_to_due", f"{PREFIX}billing-issue_collective_invoice")
MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MOST_ACTIONS = 20_000
MOST_RECORDS = 100
SERVICES = ("dynamodb", "s3", "sesv2", "sqs", "stepfunctions", "events", "ssm")
INSERTED = {"kind": {"S": "event"}}


class Crash(BaseException):
    """The process of a function is gone, in the middle of a call."""


@dataclass(frozen=True)
class Chaos:
    """How badly deliveries go: chances of one being repeated, and of one butting into another."""

    shuffle: bool = False
    repeat: float = 0.0
    interleave: float = 0.0


ORDERLY = Chaos()
WILD = Chaos(shuffle=True, repeat=0.25, interleave=0.05)


@dataclass
class Trap:
    """Crashes a step at its n-th AWS call, before the call reaches AWS or after it took effect."""

    step: str
    call: int
    after: bool
    sprung: bool = False


@dataclass
class Frame:
    """An invocation under way."""

    step: str
    calls: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Answered:
    """An answer of the HTTP API."""

    status: int
    body: Any
    headers: dict[str, str]


class Clocked(Wiring):
    """The ports of a function that lives in the world's time."""

    def __init__(
        self, settings: Settings, clock: Callable[[], datetime], outgoing: Poster | None = None
    ) -> None:
        super().__init__(settings)
        self._clock = clock
        if outgoing is not None:
            self.outgoing = outgoing

    def now(self) -> datetime:
        return self._clock()


class World:
    """One deployment and everything that happens in it."""

    def __init__(self, made: Blueprint, *, seed: int, chaos: Chaos) -> None:
        self.blueprint = made
        self.chaos = chaos
        self.chance = random.Random(seed)
        self.time = MORNING
        self.outside = Outside(made, self.now, self._start, self._answer)
        self.executions: dict[str, Execution] = {}
        self.answers: dict[str, Any] = {}
        self.open_tokens: set[str] = set()
        self.traps: list[Trap] = []
        self.down: set[str] = set()
        self.traced: dict[str, list[str]] = defaultdict(list)
        self.invocations: Counter[str] = Counter()
        self.subscriber = Subscriber()
        self.requests = 0
        self._frames: list[Frame] = []
        self._ports: dict[str, Clocked] = {}
        self._stream_read = 0
        self._shards: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._clients = {service: clients.client(service) for service in SERVICES}

    # -- time ---------------------------------------------------------------------------------

    def now(self) -> datetime:
        return self.time

    def pass_time(self, **much: float) -> None:
        self.time += timedelta(**much)

    # -- AWS calls ----------------------------------------------------------------------------

    def client(self, service: str) -> Any:
        """A client as the steps have it."""
        return self._clients[service]

    def answered(self, service: str, operation: str, given: dict[str, Any]) -> Any:
        """What a service that moto does not play answers, or None; raises Said."""
        return self.outside.asked(service, operation, given)

    def before_call(self, model: Any, params: Any) -> Any:
        """What is answered instead of AWS, or None; raises Crash where a trap was set."""
        if not self._frames:
            return None
        frame = self._frames[-1]
        frame.calls.append(model.name)
        if model.service_model.service_name == "dynamodb":
            self.blueprint.roles.judge(frame.step, model.name, params["body"])
        self._spring(frame, after=False)
        if model.service_model.service_name in self.down:
            said = {"Code": "ServiceUnavailable", "Message": "The service does not answer."}
            return SimpleNamespace(status_code=503), {"Error": said, "ResponseMetadata": {}}
        if self.chaos.interleave and len(self._frames) == 1:
            self._interleave()
        return None

    def after_call(self) -> None:
        """The call took effect; raises Crash where a trap was set."""
        if self._frames:
            self._spring(self._frames[-1], after=True)

    def _spring(self, frame: Frame, *, after: bool) -> None:
        for trap in self.traps:
            here = trap.step == frame.step and trap.call == len(frame.calls)
            if here and trap.after == after and not trap.sprung:
                trap.sprung = True
                raise Crash(f"{frame.step} at call {trap.call}, {frame.calls[-1]}")

    def _interleave(self) -> None:
        if self.chance.random() < self.chaos.interleave:
            actions = self._possible()
            if actions:
                self.chance.choice(actions)()

    # -- functions ----------------------------------------------------------------------------

    def invoke(self, step: str, event: Any) -> Any:
        """Call a step as Lambda does; a crash takes what the process remembered with it."""
        frame = Frame(step)
        self.invocations[step] += 1
        self._frames.append(frame)
        held = list(wiring.held)
        wiring.held[:] = [self.ports(step)]
        try:
            return handler(step)(event, CONTEXT)
        except Crash:
            self._ports.pop(step, None)
            raise
        finally:
            wiring.held[:] = held
            self._frames.pop()
            if len(frame.calls) > len(self.traced[step]):
                self.traced[step] = frame.calls

    def ports(self, step: str) -> Clocked:
        """What the step is wired to."""
        if step not in self._ports:
            for name, value in self.blueprint.environment[step].items():
                os.environ[name] = value
            self._ports[step] = Clocked(Settings.from_env(), self.now, self.subscriber)
        return self._ports[step]

    # -- HTTP ---------------------------------------------------------------------------------

    def call(
        self,
        route: str,
        key: str = "",
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
        **path: str,
    ) -> Answered:
        """Call the API as a client does that asks again when a request was cut off."""
        raw = body if isinstance(body, str | bytes | None) else json.dumps(body)
        for _ in range(3):
            self.pass_time(milliseconds=10)
            try:
                return self._request(route, key, raw, headers or {}, query or {}, path)
            except Crash:
                continue
        raise AssertionError(f"{route} was cut off again and again")

    def _request(
        self,
        route: str,
        key: str,
        raw: str | bytes | None,
        headers: dict[str, str],
        query: dict[str, str],
        path: dict[str, str],
    ) -> Answered:
        step = step_of(route)
        self.requests += 1
        context: dict[str, Any] = {"requestId": f"req-{self.requests}"}
        if key:
            headers = {**headers, "authorization": f"Bearer {key}"}
        if not (isinstance(step.on, Http) and step.on.public):
            if not key:
                return Answered(401, {"message": "Unauthorized"}, {})
            asked = {"headers": headers, "routeKey": route}
            said = self.invoke("master/authorise_client", asked)
            if not said["isAuthorized"]:
                return Answered(403, {"message": "Forbidden"}, {})
            context["authorizer"] = {"lambda": said["context"]}
        event = {
            "version": "2.0",
            "routeKey": route,
            "headers": {name.lower(): value for name, value in headers.items()},
            "queryStringParameters": query or None,
            "pathParameters": path or None,
            "body": raw.decode() if isinstance(raw, bytes) else raw,
            "isBase64Encoded": False,
            "requestContext": context,
        }
        answer = self.invoke(step.name, {k: v for k, v in event.items() if v is not None})
        text = answer["body"]
        parsed = json.loads(text) if text and "json" in answer["headers"]["Content-Type"] else text
        return Answered(answer["statusCode"], parsed, answer["headers"])

    # -- deliveries ---------------------------------------------------------------------------

    def settle(self) -> None:
        """Deliver until nothing is left to deliver, however long the retries take."""
        for _ in range(MOST_ACTIONS):
            self.pass_time(milliseconds=5)
            actions = self._possible()
            if actions:
                (self.chance.choice(actions) if self.chaos.shuffle else actions[0])()
                continue
            later = self._next_time()
            if later is None:
                return
            self.time = max(self.time, later)
        raise AssertionError("the world does not come to rest")

    def strike(self, step: str, *, deliver: bool = True) -> None:
        """The clock strikes for a step, which gets its message, and what it hands itself on."""
        queue = f"{PREFIX}{step.replace('/', '-')}"
        told = {"type": "Clock.Struck", "aggregate": f"clock/{step}", "at": self.time.isoformat()}
        self.outside.send(queue, json.dumps(told))
        while deliver and ready(self.outside.queues[queue], self.time):
            self._deliver(queue)

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

    # -- looking ------------------------------------------------------------------------------

    @property
    def dynamodb(self) -> Any:
        """The table's client, for what no step of ours ever does."""
        return self._clients["dynamodb"]

    @property
    def table(self) -> Table:
        return Table(self._clients["dynamodb"], self.blueprint.table_name)

    def items(self) -> Iterator[dict[str, Any]]:
        """Every item of the table."""
        return every_item(dynamodb_backends[ACCOUNT][REGION].tables[self.blueprint.table_name])

    def verify(self) -> dict[str, Any]:
        """The verdict of the checkers over the table as it is."""
        return verify.check(self.items(), at=self.time, archive=self.archive)

    @property
    def archive(self) -> Archived:
        """The archive as it is now, for checkers; what is altered in it is altered for them."""
        return Archived({key: self.object(key) for key in self.objects()})

    def reconciled(self, *, apply: bool = True) -> list[tuple[str, str]]:
        """Reconcile table and archive; answers what was said differently."""
        scan = Snapshot(self.items(), at=self.time, archive=self.archive, told=lambda _: None)
        found = Reconciling(scan)
        if apply:
            oms = self.ports("records/seal_day")
            found.apply(oms.recall, oms.documents, oms.seals, at=self.time)
        return [(each.where, each.what) for each in found.differences]

    def broken(self) -> list[str]:
        """What the checkers object to, as text."""
        return [
            f"{name}: {breach['where']}: {breach['what']}"
            for name, check in self.verify()["checks"].items()
            for breach in check["broken"]
        ]

    def letters(self) -> list[dict[str, Any]]:
        """The dead letters that were kept."""
        return [item for item in self.items() if item.get("kind") == "dead_letter"]

    def objects(self) -> list[str]:
        """What is in the archive."""
        bucket = self.ports(STEPS[0]).settings.documents
        pages = self._clients["s3"].get_paginator("list_objects_v2").paginate(Bucket=bucket)
        return [each["Key"] for page in pages for each in page.get("Contents", [])]

    def object(self, key: str) -> bytes:
        bucket = self.ports(STEPS[0]).settings.documents
        content: bytes = self._clients["s3"].get_object(Bucket=bucket, Key=key)["Body"].read()
        return content

    def placed(self, place: str) -> bytes:
        """The one file of a place of the archive, whatever its content."""
        stem, _, ending = place.rpartition(".")
        (key,) = [k for k in self.objects() if k.startswith(f"{stem}-") and k.endswith(ending)]
        return self.object(key)

    def locked_until(self, key: str) -> datetime:
        bucket = self.ports(STEPS[0]).settings.documents
        found = self._clients["s3"].head_object(Bucket=bucket, Key=key)
        until: datetime = found["ObjectLockRetainUntilDate"]
        return until

    def delete_version(self, key: str) -> None:
        """What an attacker with all rights but that of lifting locks would do."""
        bucket = self.ports(STEPS[0]).settings.documents
        s3 = self._clients["s3"]
        version = s3.head_object(Bucket=bucket, Key=key)["VersionId"]
        s3.delete_object(Bucket=bucket, Key=key, VersionId=version)

    def arrive(self, key: str, body: bytes) -> None:
        """A caller's file is in the bucket of uploads, and S3 says so."""
        self._clients["s3"].put_object(Bucket=self.blueprint.uploads, Key=key, Body=body)
        told = {"type": "Upload.Arrived", "aggregate": key, "id": f"s3-{key}", "at": ""}
        for rule in self.blueprint.rules:
            if rule.matches("aws.s3", "Object Created") and key.startswith(rule.folder):
                self.outside.send(rule.queue, json.dumps(told))

    def remember(self) -> Any:
        """The table as it is now, for `restore`."""
        return deepcopy(self.stored.items)

    def restore(self, remembered: Any) -> None:
        """Put the table back to what it was; the archive stays, and every process begins anew."""
        self.stored.items = deepcopy(remembered)
        self._ports.clear()
        self._follow_stream()
        self._shards.clear()
        for messages in self.outside.queues.values():
            messages.clear()

    @property
    def stored(self) -> Any:
        """The table as moto keeps it."""
        return dynamodb_backends[ACCOUNT][REGION].tables[self.blueprint.table_name]

    def add_client(self, client: str, role: str, shop: str = "") -> str:
        return self.ports("master/keep_keys").keyring.add(client, role, shop, by="a test").key

    def waiting_runs(self) -> list[Execution]:
        return [
            e
            for e in self.executions.values()
            if e.state == "running" and isinstance(e.waits, Await)
        ]


@dataclass
class Archived:
    """Files of an archive, by key."""

    files: dict[str, bytes]

    def read(self, key: str) -> bytes | None:
        return self.files.get(key)

    def keys(self, folder: str) -> list[str]:
        return sorted(key for key in self.files if key.startswith(folder))


class Subscriber:
    """A shop's server that takes webhooks; `status` is what it answers, or what goes wrong.

    At events of types that it `refuses` it breaks.
    """

    def __init__(self) -> None:
        self.status: int | str = 204
        self.refuses: set[str] = set()
        self.heard: list[dict[str, Any]] = []

    def check(self, url: str) -> None:
        Outgoing(local=True).check(url)

    def post(self, url: str, body: bytes, headers: Any, *, seconds: float = SECONDS) -> Outcome:
        if isinstance(self.status, str):
            return Outcome(0, self.status)
        if self.status >= 300:
            return Outcome(self.status, f"HTTP {self.status}")
        if json.loads(body)["type"] in self.refuses:
            return Outcome(500, "HTTP 500")
        self.heard.append({"url": url, "headers": headers, "raw": body, **json.loads(body)})
        return Outcome(self.status, "")


STEPS = tuple(step.name for step in JOURNEY)
CONTEXT = SimpleNamespace(
    function_name="step", memory_limit_in_mb=512, invoked_function_arn="arn", aws_request_id="id"
)


@cache
def handler(step: str) -> Callable[[Any, Any], Any]:
    """The handler of a step, loaded as Lambda loads it: from its folder."""
    name = f"functions.{step.replace('/', '.')}.handler"
    path = ROOT / "functions" / step / "handler.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    found: Callable[[Any, Any], Any] = module.handler
    return found


@cache
def step_of(route: str) -> Step:
    """The step that serves a route."""
    (found,) = [s for s in JOURNEY if isinstance(s.on, Http) and route in s.on.routes]
    return found


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


@contextmanager
def opened(*, seed: int = 0, chaos: Chaos = ORDERLY) -> Iterator[World]:
    """A fresh deployment; it is gone afterwards."""
    made = blueprint()
    with _environment(), mock_aws(), clients.shared(), quick_transactions(), quick_reads():
        _create(made)
        world = World(made, seed=seed, chaos=chaos)
        try:
            with clients.watched(world):
                yield world
        finally:
            wiring.held.clear()


@contextmanager
def _environment() -> Iterator[None]:
    before = dict(os.environ)
    os.environ |= {"AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION}
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _create(made: Blueprint) -> None:
    name, table = made.table
    taken = ("AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes", "KeySchema")
    stream = {"StreamEnabled": True, **table["StreamSpecification"]}
    clients.client("dynamodb").create_table(
        TableName=name, StreamSpecification=stream, **{n: table[n] for n in taken}
    )
    bucket, properties = made.bucket
    s3 = clients.client("s3")
    s3.create_bucket(
        Bucket=bucket.lower(),
        ObjectLockEnabledForBucket=properties["ObjectLockEnabled"],
        CreateBucketConfiguration={"LocationConstraint": REGION},
    )
    s3.create_bucket(Bucket=made.uploads, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object_lock_configuration(
        Bucket=bucket.lower(),
        ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled",
            "Rule": properties["ObjectLockConfiguration"]["Rule"],
        },
    )
