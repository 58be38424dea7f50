"""Capacity: so many fulfilments leave a warehouse on a day, however many orders race for it."""

from __future__ import annotations

from typing import Any

from tests.world.faults import WILD
from tests.world.merchant import ADDRESS, Merchant
from tests.world.opening import opened

PUT = "PUT /v1/warehouses/{warehouse}"


def limited(merchant: Merchant, **capacities: int | None) -> None:
    for priority, (name, capacity) in enumerate(capacities.items(), 1):
        body: dict[str, Any] = {
            "name": name, "address": ADDRESS, "priority": priority, "capacity": capacity,
        }  # fmt: skip
        merchant.do(PUT, merchant.clerk, body, warehouse=name)
    merchant.world.pass_time(minutes=1)


def days(merchant: Merchant, ids: list[str]) -> list[tuple[str, str]]:
    """Where and when the only fulfilment of each order leaves."""
    found = [merchant.order(id)["fulfilments"] for id in ids]
    return sorted((each["location"], each["ship_by"][:10]) for (each,) in found)


def test_what_is_too_much_leaves_elsewhere_or_a_day_later(merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=50)
    merchant.count("B", RUCK_45=1)
    limited(merchant, A=2, B=1)
    ids = [merchant.place(merchant.request(RUCK_45=1)) for _ in range(6)]
    merchant.world.settle()
    assert days(merchant, ids) == [
        ("A", "2026-11-23"),
        ("A", "2026-11-23"),
        ("A", "2026-11-24"),
        ("A", "2026-11-24"),
        ("A", "2026-11-25"),
        ("B", "2026-11-23"),
    ]
    (last,) = merchant.order(ids[-1])["fulfilments"]
    assert any("full" in reason for reason in last["reasons"])


def test_orders_that_race_for_the_last_room_never_pass_the_capacity() -> None:
    for seed in range(3):
        with opened(seed=seed, chaos=WILD) as world:
            merchant = Merchant(world)
            merchant.count("A", RUCK_45=50)
            limited(merchant, A=3, B=3)
            ids = [merchant.place(merchant.request(RUCK_45=1)) for _ in range(10)]
            world.settle()
            leaving = days(merchant, ids)
            assert max(leaving.count(slot) for slot in leaving) == 3
            assert world.broken() == []


def test_without_a_capacity_nothing_is_counted(merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=5)
    merchant.place(merchant.request(RUCK_45=1))
    merchant.world.settle()
    assert not [item for item in merchant.world.items() if item.get("kind") == "departures"]
