"""Deliveries come in any order, more than once and into each other: every life ends the same."""

from __future__ import annotations

import random

import pytest

from tests.world.faults import WILD, Trap
from tests.world.merchant import PRODUCTS, Merchant
from tests.world.opening import opened
from tests.world.world import World

UNPAID = {"method": "prepayment", "status": "pending", "amount": "0", "reference": None}
STEPS = (
    "orders/start_intake",
    "screening/settle_checks",
    "screening/await_release",
    "screening/resume_intake",
    "sourcing/reserve_stock",
    "sourcing/route_order",
    "sourcing/settle_stock",
    "sourcing/allocate_backorders",
    "sourcing/route_allocated",
    "billing/line_up_shipments",
    "billing/issue_invoice",
    "billing/render_document",
    "records/relay_events",
    "records/archive_order",
)


@pytest.mark.parametrize("seed", range(16))
def test_a_wild_day_ends_in_order(seed: int) -> None:
    with opened(seed=seed, chaos=WILD) as world:
        merchant, chance = Merchant(world), random.Random(seed)
        merchant.count("A", RUCK_45=3, SOCKE_42=4)
        merchant.count("B", RUCK_45=2, ZELT_2=2)
        world.traps = [
            Trap(step, chance.randint(1, 6), after=chance.random() < 0.5)
            for step in chance.sample(STEPS, 5)
        ]
        orders = [placed(merchant, chance) for _ in range(4)]
        for id in chance.sample(orders, 2):
            merchant.cancel(id)
        world.settle()
        for id in orders:
            merchant.release(id)
        world.settle()
        merchant.count("A", **{sku.replace("-", "_"): 12 for sku in PRODUCTS})
        for _ in range(2):
            for id in orders:
                merchant.whole_life(id)
        assert world.broken() == []
        assert {merchant.order(id)["status"] for id in orders} <= {"completed", "cancelled"}
        every_effect_once(world, orders)


def placed(merchant: Merchant, chance: random.Random) -> str:
    names = chance.sample(["RUCK_45", "SOCKE_42", "ZELT_2"], chance.randint(1, 3))
    body = merchant.request(**{name: chance.randint(1, 3) for name in names})
    if chance.random() < 0.3:
        body["payment"] = UNPAID
    if chance.random() < 0.3:
        body["delivery"] = {"partial_allowed": False}
    return merchant.place(body)


def every_effect_once(world: World, orders: list[str]) -> None:
    """No dead letter, one mail for each cause, one invoice for each shipment, nothing held."""
    assert world.letters() == []
    causes = [(mail.cause, mail.kind) for mail in world.outside.mails]
    assert len(causes) == len(set(causes))
    assert world.waiting_runs() == []
    for id in orders:
        order = world.ports("orders/read_order").orders.get(id).order
        shipped = sorted(f.id for f in order.fulfilments if f.shipped_at)
        assert sorted(d.fulfilment for d in order.documents) == shipped
    for item in world.items():
        if item.get("kind") == "reservation":
            assert (item["soft"], item["backordered"], sum(item["hard"].values())) == (0, 0, 0)
