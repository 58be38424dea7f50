"""Cuts a step off between any two of its AWS calls, and looks whether all is well then."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.world.faults import Trap
from tests.world.lives import Life
from tests.world.merchant import Merchant
from tests.world.opening import opened
from tests.world.world import World


def cut_at_every_call(step: str, life: Life) -> None:
    """Lead a life for each state that a cut can leave: nothing may be lost, nothing doubled."""
    with opened() as world:
        merchant = Merchant(world)
        if step == "notices/tell_subscriber":
            told = ["Order.Created", "Shipment.Confirmed"]
            body = {"url": "http://127.0.0.1:9/hook", "events": told}
            merchant.do("POST /v1/webhooks", merchant.shop, body)
        lives, cut = [life(merchant)], 0
        for trap in traps(step, world.traced[step]):
            world.traps = [trap]
            lives.append(life(merchant))
            cut += trap.sprung
        assert cut > 0
        assert world.broken() == []
        nothing_is_doubled(world, lives)
        nothing_is_lost(world, merchant, lives)


TOLD = (
    "Order.Created",
    "Order.HoldEscalated",
    "Order.Changed",
    "Order.Cancelled",
    "Fulfilment.RecallRefused",
    "Invoice.Awaited",
    "Document.Archived",
    "Letter.Archived",
)
READS = {"GetItem", "BatchGetItem", "Query", "GetObject"}


def traps(step: str, calls: list[str]) -> Iterator[Trap]:
    """Every state that a cut can leave behind.

    A process that is gone remembers nothing, so that a cut after a read leaves what was there
    before it, and a cut before a call what the last write before it left.
    """
    yield Trap(step, 1, after=False)
    for number, call in enumerate(calls, 1):
        if call not in READS:
            yield Trap(step, number, after=True)


def nothing_is_doubled(world: World, lives: list[str]) -> None:
    """One mail and one number for each cause; a repeated webhook has the same id and content."""
    causes = [(mail.cause, mail.kind) for mail in world.outside.mails]
    assert len(causes) == len(set(causes))
    heard: dict[str, bytes] = {}
    for told in world.subscriber.heard:
        assert heard.setdefault(told["headers"]["webhook-id"], told["raw"]) == told["raw"]
    for id in lives:
        stored = world.ports("orders/read_order").orders.get(id).order
        shipped = [f.id for f in stored.fulfilments if f.shipped_at]
        billed = [d for d in stored.documents if not d.original]
        assert sorted(id for d in billed for id in d.billed) == sorted(shipped)
        assert len(stored.documents) - len(billed) <= 1


def nothing_is_lost(world: World, merchant: Merchant, lives: list[str]) -> None:
    """Each mail was sent or is a dead letter; the stock is what came minus what left."""
    unknown = {json.loads(letter["body"])["id"] for letter in world.letters()}
    assert {letter["step"] for letter in world.letters()} <= {"notices/tell_customer"}
    assert all("OutcomeUnknown" in letter["reason"] for letter in world.letters())
    told = {mail.cause for mail in world.outside.mails}
    for id in lives:
        for event in world.ports("orders/read_events").orders.log(id):
            if event.type in TOLD:
                assert event.id in told | unknown, event.type
    stock = merchant.stock("SOCKE-42")
    assert (stock["soft"], stock["backordered"]) == (0, 0)
    assert stock["locations"]["A"]["on_hand"] == 0
    assert world.waiting_runs() == []
