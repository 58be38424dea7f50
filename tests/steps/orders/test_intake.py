"""Starting and running the intake: once, twice, too early, and for orders that ended meanwhile."""

from __future__ import annotations

import json
from typing import Any

from tests.world.merchant import Merchant
from tests.world.world import World

UNPAID = {"method": "prepayment", "status": "pending", "amount": "0", "reference": None}


def woken(order_id: str, type: str = "Order.Created") -> dict[str, Any]:
    """A queue's delivery of one event of the order."""
    body = {"id": "evt_1", "type": type, "aggregate": f"order/{order_id}", "facts": {}}
    attributes = {"ApproximateReceiveCount": "1", "SentTimestamp": "0"}
    record = {"messageId": "m", "receiptHandle": "m/1", "attributes": attributes}
    return {"Records": [{**record, "body": json.dumps(body)}]}


def test_flow_starts_once_however_often_it_is_told(world: World, merchant: Merchant) -> None:
    id = merchant.place(merchant.request(RUCK_45=1))
    for _ in range(3):
        world.invoke("orders/start_intake", woken(id))
        world.settle()
    assert list(world.executions) == [id]
    assert merchant.events(id).count("Order.Screened") == 1


def test_intake_takes_at_most_twelve_transitions(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    assert world.executions[id].state == "succeeded"
    assert world.executions[id].transitions <= 12


def test_checks_settle_once(world: World, merchant: Merchant) -> None:
    id = merchant.place(merchant.request(RUCK_45=1) | {"payment": UNPAID})
    world.settle()
    late = {"order_id": id, "findings": [{"check": "x", "verdict": "refuse", "reason": "late"}]}
    assert world.invoke("screening/settle_checks", late) == {"order_id": id, "verdict": "hold"}
    assert merchant.order(id)["status"] == "held"


def test_steps_run_again_change_nothing(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=2)
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    before = list(world.items())
    for step in ("sourcing/reserve_stock", "sourcing/route_order"):
        world.invoke(step, {"order_id": id})
    for step in ("sourcing/settle_stock", "sourcing/route_allocated"):
        world.invoke(step, woken(id, "Shipment.Confirmed"))
    assert list(world.items()) == before


def test_routing_before_reserving_waits(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=1))
    world.invoke("sourcing/route_order", {"order_id": id})
    assert merchant.order(id)["fulfilments"] == []
    world.settle()
    assert merchant.order(id)["status"] == "released"


def test_cancelled_order_is_not_reserved(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=1))
    merchant.cancel(id)
    world.invoke("sourcing/reserve_stock", {"order_id": id})
    assert merchant.stock("RUCK-45")["promisable"] == 1


def test_order_that_lost_its_run_is_woken_by_the_clock(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle_stream()
    world.outside.queues["auftakt-orders-start_intake"].clear()
    world.settle()
    assert merchant.order(id)["status"] == "received"
    world.pass_time(minutes=11)
    world.strike("records/raise_due")
    world.strike("records/raise_due")
    world.settle()
    assert merchant.order(id)["status"] == "released"
    assert len(world.executions) == 1


def test_order_that_stays_lost_is_found_by_verify(world: World, merchant: Merchant) -> None:
    id = merchant.place(merchant.request(RUCK_45=1))
    world.pass_time(minutes=30)
    (breach,) = world.verify()["checks"]["silent_orders"]["broken"]
    assert breach["where"] == id
