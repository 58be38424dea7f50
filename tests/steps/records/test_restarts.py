"""Whatever waits for us goes on by itself in the end, whichever message got lost on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from oms.orders.stalled import AGAIN_AFTER
from oms_aws.platform.attributes import marshal
from oms_aws.records.restarts import HEALERS
from tests.house.tree import ROOT
from tests.world.merchant import Merchant
from tests.world.world import World

CAUSES = {"open", "invoice", "document", "capture", "void", "refund", "dunning", "letter"}


def causes(merchant: Merchant, id: str) -> set[str]:
    """What an order waits for us for."""
    return {w["cause"] for w in merchant.order(id)["waiting"] if w["party"] == "auftakt"}


def go_on(world: World, minutes: int = 12) -> None:
    world.outside.losing = set()
    world.pass_time(minutes=minutes)
    assert world.tick() >= 1


def shipped(merchant: Merchant, body: dict[str, Any]) -> str:
    id = merchant.place(body)
    merchant.world.settle()
    merchant.fulfil(id)
    merchant.world.settle()
    return id


def lost(world: World, *steps: str) -> None:
    """From now on the messages for these steps get lost."""
    world.outside.losing = {f"auftakt-{step.replace('/', '-')}" for step in steps}


@pytest.mark.parametrize(
    ("steps", "cause"),
    [
        (("billing/line_up_shipments",), "invoice"),
        (("billing/issue_invoice.fifo",), "invoice"),
        (("billing/validate_document", "billing/render_document"), "document"),
        (("billing/render_document",), "document"),
    ],
    ids=["lined up", "invoiced", "checked", "rendered"],
)
def test_a_shipment_of_which_the_bill_got_stuck_is_billed(
    world: World, merchant: Merchant, steps: tuple[str, ...], cause: str
) -> None:
    merchant.business(credit_limit="5000.00", vat_id="DE136695976")
    merchant.count("A", RUCK_45=9)
    lost(world, *steps)
    id = shipped(merchant, merchant.on_account(RUCK_45=1))
    assert causes(merchant, id) == {cause}
    go_on(world)
    assert causes(merchant, id) == set()
    merchant.deliver(id)
    world.settle()
    assert merchant.order(id)["status"] == "completed"
    assert len(merchant.order(id)["documents"]) == 1


def test_an_order_whose_intake_was_never_started_goes_to_a_warehouse(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    lost(world, "orders/start_intake")
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    assert causes(merchant, id) == {"open"}
    go_on(world)
    assert merchant.order(id)["status"] == "released"


def test_pieces_that_got_stock_are_routed(world: World, merchant: Merchant) -> None:
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    lost(world, "sourcing/route_allocated")
    merchant.count("A", RUCK_45=1)
    world.settle()
    assert causes(merchant, id) == {"open"}
    go_on(world)
    assert merchant.order(id)["status"] == "released"


def test_money_is_captured_and_what_is_credited_goes_back(world: World, merchant: Merchant) -> None:
    merchant.count("A", SOCKE_42=2)
    lost(world, "payments/capture_payment", "payments/refund_payment")
    id = shipped(merchant, merchant.by_card(SOCKE_42=2))
    assert causes(merchant, id) == {"capture"}
    go_on(world)
    assert len(merchant.order(id)["captures"]) == 1
    lost(world, "payments/capture_payment", "payments/refund_payment")
    invoice = merchant.order(id)["documents"][0]["id"]
    merchant.credit(id, invoice, "back", lines=[{"number": "1", "quantity": 1}])
    world.settle()
    assert "refund" in causes(merchant, id)
    go_on(world)
    assert causes(merchant, id) == set()
    assert len(merchant.order(id)["refunds"]) == 1


@pytest.mark.parametrize(
    ("step", "cause"),
    [("payments/dun_customer", "dunning"), ("payments/render_letter", "letter")],
)
def test_a_reminder_that_got_stuck_is_sent(
    world: World, merchant: Merchant, step: str, cause: str
) -> None:
    merchant.business(credit_limit="5000.00")
    merchant.count("A", RUCK_45=9)
    id = merchant.place(merchant.on_account(RUCK_45=1))
    merchant.whole_life(id)
    lost(world, step)
    world.pass_time(days=20)
    world.tick()
    assert causes(merchant, id) == {cause}
    go_on(world)
    assert causes(merchant, id) == set()
    assert [m.kind for m in world.outside.mails].count("payment_overdue") == 1


def test_every_wait_for_ourselves_has_a_healer() -> None:
    found = set()
    for path in (ROOT / "layers/domain/python/oms").rglob("*.py"):
        for part in path.read_text().split('Waiting("auftakt", "')[1:]:
            found.add(part.partition('"')[0])
    assert found == HEALERS.keys()
    assert found >= CAUSES


def test_what_does_not_go_on_is_tried_ever_less_and_verify_says_so(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    lost(world, "orders/start_intake")
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    for hours in range(72):
        world.pass_time(hours=1)
        world.tick()
        world.tick()
        if hours > 0:
            assert "we should have moved it on" in str(world.verify()["checks"]["silent_orders"])
    tried = merchant.events(id).count("Order.Stalled")
    assert 4 <= tried <= 3 + 72 * timedelta(hours=1) / AGAIN_AFTER[-1] + 1
    world.outside.losing = set()
    world.pass_time(days=1)
    world.tick()
    assert merchant.order(id)["status"] == "released"


def many(world: World, number: int, due_at: Callable[[int], str]) -> None:
    """So many orders of which something is due, as the index sees them."""
    for n in range(number):
        item = {"pk": f"ORDER#ord_{n:05d}", "sk": "ORDER", "kind": "due", "gsi3sk": due_at(n)}
        item["gsi3pk"] = f"DUE#{n % 8}"
        world.dynamodb.put_item(TableName=world.table.name, Item=marshal(item))


@pytest.mark.parametrize("at_once", [True, False], ids=["the same second", "over hours"])
def test_thousands_are_handed_on_in_bounded_runs_the_oldest_first(
    world: World, at_once: bool
) -> None:
    many(
        world,
        1_200,
        lambda n: f"2026-11-22T{0 if at_once else n // 60:02d}:00:00Z",
    )
    before = world.invocations["records/raise_due"]
    world.strike("records/raise_due")
    woken = world.outside.queues["auftakt-records-see_to_due"]
    assert len({message.body for message in woken}) == len(woken) == 1_200
    assert world.invocations["records/raise_due"] - before <= 1 + 8 * 3
    for part in range(8):
        mine = [m.body for m in woken if int(m.body.partition("ord_")[2][:5]) % 8 == part]
        times = [body.partition("due-")[2][:20] for body in mine]
        assert times == sorted(times)
    world.strike("records/raise_due")
    assert len(woken) == 1_200, "nothing is handed on twice"
    woken.clear()
    for n in range(1_200):
        key = {"pk": f"ORDER#ord_{n:05d}", "sk": "ORDER"}
        world.dynamodb.delete_item(TableName=world.table.name, Key=marshal(key))
