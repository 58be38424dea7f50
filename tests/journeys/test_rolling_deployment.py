"""A deployment in the middle of the day, and its way back: some steps are new, some are old."""

from __future__ import annotations

import random

import pytest

from oms.orders.order import ORDER_FORMATS
from tests.journeys.test_disorder import every_effect_once, placed
from tests.world.faults import WILD
from tests.world.functions import STEPS
from tests.world.merchant import PRODUCTS, Merchant
from tests.world.opening import opened
from tests.world.releases import FIELD

TODAY = {"order": ORDER_FORMATS.newest}
"""Formats of items that are not in their first, by kind."""


@pytest.mark.parametrize("seed", range(6))
def test_orders_flow_while_steps_are_replaced_and_put_back(seed: int) -> None:
    with opened(seed=seed, chaos=WILD) as world:
        merchant, chance = Merchant(world), random.Random(seed)
        for location in ("A", "B"):
            merchant.count(location, **{sku.replace("-", "_"): 4 for sku in PRODUCTS})
        orders = [placed(merchant, chance), placed(merchant, chance)]
        for share in (0.3, 0.7, 1.0, 0.5, 0.0):
            world.newer = chance.sample(STEPS, round(share * len(STEPS)))
            world.go_on(chance.randint(5, 60))
            orders.append(placed(merchant, chance))
        world.settle()
        newer = [
            each
            for each in world.items()
            if each.get("format", 1) > TODAY.get(each.get("kind", ""), 1)
        ]
        assert {item["kind"] for item in newer} >= {"order", "event"}
        assert all(FIELD in str(item.get("state", FIELD)) for item in newer)
        assert world.broken() == []
        for id in orders:
            merchant.release(id)
        world.settle()
        for location in ("A", "B"):
            merchant.count(location, **{sku.replace("-", "_"): 12 for sku in PRODUCTS})
        for _ in range(2):
            for id in orders:
                merchant.whole_life(id)
        assert world.broken() == []
        assert {merchant.order(id)["status"] for id in orders} <= {"completed", "cancelled"}
        every_effect_once(world, orders)
