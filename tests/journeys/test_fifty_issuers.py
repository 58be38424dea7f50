"""Fifty issuers at once, cut off at any write: no number range has a gap, or a number twice."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import cycle, islice
from typing import Any

import pytest

from bench.gear.items import Items, Wire
from oms.core.refusals import NotNow
from oms.orders.noting import note_exhausted
from oms.orders.order import Order
from oms_aws.platform import wiring
from oms_aws.platform.attributes import unmarshal
from oms_aws.platform.clients import SCOPES
from oms_aws.platform.log import Saved
from oms_aws.platform.table import Table
from oms_aws.platform.wiring import Settings
from oms_aws.records import verify
from tests.steps.billing.test_issue_invoice import leave, packed
from tests.world.faults import Crash
from tests.world.functions import CONTEXT, Clocked, handler
from tests.world.merchant import Merchant
from tests.world.opening import opened
from tests.world.turns import Turns
from tests.world.wiring import Wiring
from tests.world.world import World

QUEUE, HTTP = "billing/issue_invoice", "billing/issue_credit_note"
SHIPPED, INVOICED = 24, 14
DELIVERIES, CREDITS, CORRECTIONS = 26, 14, 10
FIFTY, DISTURBERS = 50, 8
ONCE = {"ApproximateReceiveCount": "1"}
CUT, CROWDED = 0.03, 0.03
"""How likely an atomic step ends its process, or finds that others are in its way."""


class Perilous(Items):
    """Items whose clients may be cut off before or after each step, or get into another's way."""

    def __init__(self, held: dict[Any, Wire], seed: int, pause: Callable[[], None]) -> None:
        super().__init__(self.before)
        self.held = dict(held)
        self.chance = random.Random(seed)
        self.cuts: Counter[str] = Counter()
        self.safe = False
        self._wait = pause

    def before(self) -> None:
        self._wait()
        self._cut("before")

    def refusals(self, actions: list[Wire]) -> list[str]:
        if len(actions) > 1 and not self.safe and self.chance.random() < CROWDED:
            return ["TransactionConflict"] + [""] * (len(actions) - 1)
        return super().refusals(actions)

    def _commit(self, actions: list[Wire]) -> list[str]:
        codes = super()._commit(actions)
        self._cut("after")
        return codes

    def _cut(self, when: str) -> None:
        if not self.safe and self.chance.random() < CUT:
            self.cuts[when] += 1
            raise Crash(f"{when} a step")


@dataclass
class Aside:
    """What stepped aside, and what was given up."""

    again: list[str] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)

    def send(self, step: str, body: str, *, after: int = 0) -> None:
        self.again.append(body)

    def give_up(self, step: str, body: str, *, group: str) -> None:
        self.dead.append(body)


class Process(Clocked):
    """The ports of a process of its own over the shared items."""

    def __init__(self, settings: Settings, world: World, items: Items, aside: Aside) -> None:
        super().__init__(settings, world.now)
        self._items, self._aside = items, aside

    @cached_property
    def table(self) -> Table:
        return Table(self._items, "T")

    @cached_property
    def queues(self) -> Any:
        return self._aside


class Own:
    """`wiring`'s ports, one for each thread."""

    def __init__(self) -> None:
        self._of: dict[int, Wiring] = {}

    def put(self, ports: Wiring) -> None:
        self._of[threading.get_ident()] = ports

    def __iter__(self) -> Iterator[Wiring]:
        yield self._of[threading.get_ident()]


@dataclass
class Day:
    """Orders of one shop: some have left and want an invoice, some have theirs."""

    world: World
    held: dict[Any, Wire]
    signals: list[dict[str, Any]]
    invoiced: list[tuple[str, str]]


@pytest.fixture(scope="module")
def day() -> Iterator[Day]:
    with opened() as world:
        merchant = Merchant(world)
        done = leave(merchant, packed(merchant, INVOICED))
        world.settle()
        leave(merchant, packed(merchant, SHIPPED))
        world.settle_stream()
        waiting = world.outside.queues["auftakt-billing-line_up_shipments"]
        signals = [json.loads(message.body) for message in waiting]
        waiting.clear()
        world.settle()
        scan = world.dynamodb.scan(TableName=world.table.name)["Items"]
        yield Day(
            world,
            {(item["pk"]["S"], item["sk"]["S"]): item for item in scan},
            signals,
            [(id, merchant.order(id)["documents"][0]["id"]) for id in done],
        )


class Issuers:
    """Fifty processes, and what each of them has to do; who is cut off begins again."""

    def __init__(self, day: Day, seed: int, pause: Callable[[], None]) -> None:
        self.day = day
        self.items = Perilous(day.held, seed, pause)
        self.aside = Aside()
        self.own = Own()
        self.answers: dict[str, set[str]] = {}
        self.chance = random.Random(seed)
        self._requests = 0

    def all(self) -> Sequence[Callable[[], None]]:
        """What they do: deliveries overlap, and some want to credit or correct the same invoice."""
        signals = [*self.day.signals, *self.chance.sample(self.day.signals, SHIPPED // 2)]
        self.chance.shuffle(signals)
        lots = [signals[n::DELIVERIES] for n in range(DELIVERIES)]
        documents = islice(cycle(self.day.invoiced[:8]), CREDITS)
        acts = [partial(self.deliver, lot) for lot in lots]
        acts += [partial(self.credit, n, *which) for n, which in enumerate(documents)]
        corrected = islice(cycle(self.day.invoiced[8:]), CORRECTIONS)
        acts += [partial(self.correct, n, which) for n, (_, which) in enumerate(corrected)]
        assert len(acts) == FIFTY
        touched = self.chance.sample(self.day.signals, DISTURBERS)
        acts += [partial(self.disturb, n, each) for n, each in enumerate(touched)]
        return acts

    def deliver(self, signals: Sequence[dict[str, Any]]) -> None:
        """A batch of the FIFO queue: some messages with several shipments, some with one."""
        half = len(signals) // 2
        bodies = [json.dumps(signals[:half]), *(json.dumps(each) for each in signals[half:])]
        records = [
            {"messageId": f"m-{n}", "body": body, "receiptHandle": "r", "attributes": ONCE}
            for n, body in enumerate(bodies)
        ]
        answer = self._run(QUEUE, {"Records": records})
        assert answer == {"batchItemFailures": []}

    def disturb(self, number: int, signal: dict[str, Any]) -> None:
        """Something else happens to an order that wants its invoice."""
        id, by = signal["aggregate"].removeprefix("order/"), Saved("auftakt", f"disturber-{number}")

        def disturbed(order: Order) -> Order:
            at = self.day.world.now()
            return note_exhausted(order, "whe_1", f"dlv_{number}", "410", at)

        while True:
            try:
                self._process(QUEUE).orders.change(id, disturbed, by)
                return
            except (Crash, NotNow):
                continue

    def credit(self, number: int, order: str, document: str) -> None:
        wanted = {"document": document, "reason": "scratched", "shipping": "0.10"}
        route = "POST /v1/orders/{order}/credit-notes"
        assert self.ask(f"credit-{number}", route, wanted, order=order) == 201

    def correct(self, number: int, document: str) -> None:
        """Cancel and issue anew; who comes second is refused."""
        why = {"reason": "wrong buyer"}
        cancel = "POST /v1/documents/{document}/cancel"
        correct = "POST /v1/documents/{document}/corrections"
        assert self.ask(f"cancel-{number}", cancel, why, document=document) in (201, 409)
        assert self.ask(f"correct-{number}", correct, why, document=document) in (201, 409)

    def ask(self, key: str, route: str, body: Any, **path: str) -> int:
        """Call the API as a client does that asks again until it has an answer."""
        while True:
            self._requests += 1
            caller = {"client": "clara", "role": "clerk", "scopes": SCOPES["clerk"]}
            event = {
                "routeKey": route,
                "headers": {"Idempotency-Key": key},
                "pathParameters": path,
                "body": json.dumps(body),
                "requestContext": {
                    "requestId": f"req-{self._requests}",
                    "authorizer": {"lambda": caller},
                },
            }
            answer = self._run(HTTP, event)
            if answer["statusCode"] == 201:
                self.answers.setdefault(key, set()).add(answer["body"])
            if answer["statusCode"] != 503:
                return int(answer["statusCode"])

    def _run(self, step: str, event: Any) -> dict[str, Any]:
        """Call a step; if it is cut off, a new process begins again."""
        while True:
            self.own.put(self._process(step))
            try:
                answer: dict[str, Any] = handler(step)(event, CONTEXT)
                return answer
            except Crash:
                continue

    def _process(self, step: str) -> Wiring:
        settings = self.day.world.ports(step).settings
        return Process(settings, self.day.world, self.items, self.aside)

    def rest(self) -> None:
        """What stepped aside comes again, now that nobody else is there."""
        self.items.safe = True
        while self.aside.again:
            bodies, self.aside.again = self.aside.again, []
            self.deliver([json.loads(body) for body in bodies])

    def proven(self) -> None:
        """Every shipment has one invoice, every request one answer, the range no gap."""
        self.rest()
        assert self.aside.dead == []
        assert self.items.cuts["before"] > 0
        scan = [unmarshal(item) for item in self.items.held.values()]
        found = verify.check(scan, at=self.day.world.now(), archive=self.day.world.archive)
        assert found["ok"], [c["broken"] for c in found["checks"].values() if c["broken"]]
        cancelled = len(self.day.invoiced[8:])
        wanted = {"RE": INVOICED + SHIPPED + cancelled, "REK": CREDITS + cancelled}
        for name, last in wanted.items():
            range_name = f"berg-beutel/{name}-2026"
            entries = [i for i in scan if i.get("kind") == "number" and i["range"] == range_name]
            assert sorted(entry["number"] for entry in entries) == list(range(1, last + 1))
        issued = [i["id"] for i in scan if i.get("kind") == "document"]
        assert len(issued) == sum(wanted.values())
        assert all(len(bodies) == 1 for bodies in self.answers.values())
        assert sum(key.startswith("credit") for key in self.answers) == CREDITS
        fulfilments = {str(signal["facts"]["fulfilment"]) for signal in self.day.signals}
        assert {f.replace("ful_", "inv_") for f in fulfilments} <= set(issued)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody sleeps before a further try."""
    monkeypatch.setattr("oms_aws.platform.table.time.sleep", lambda seconds: None)


@pytest.mark.parametrize("seed", range(12))
def test_in_any_order_of_their_steps(day: Day, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = Turns(seed)
    issuers = Issuers(day, seed, turns.pause)
    monkeypatch.setattr(wiring, "held", issuers.own)
    for number, act in enumerate(issuers.all()):
        turns.add(f"issuer-{number}", act)
    turns.play(lambda actor: None)
    issuers.proven()
    assert issuers.items.cuts["after"] > 0


def test_side_by_side(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    issuers = Issuers(day, 99, lambda: None)
    monkeypatch.setattr(wiring, "held", issuers.own)
    errors: list[BaseException] = []
    start = threading.Barrier(FIFTY + DISTURBERS)

    def run(act: Callable[[], None]) -> None:
        start.wait()
        try:
            act()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in issuers.all()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    issuers.proven()
