"""Days are sealed once, in order, however often and late the clock strikes."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from tests.world.faults import Trap
from tests.world.functions import MORNING
from tests.world.merchant import Merchant
from tests.world.opening import opened
from tests.world.world import World

STEP = "records/seal_day"
NEXT_DAYS = datetime(2026, 11, 25, 2, tzinfo=UTC)


def seals_of(world: World) -> list[str]:
    return [key for key in world.objects() if key.startswith("seals/")]


def day_of_events(world: World) -> Merchant:
    world.strike(STEP)
    merchant = Merchant(world)
    merchant.count("A", RUCK_45=2)
    merchant.whole_life(merchant.place(merchant.request(RUCK_45=1)))
    return merchant


def test_a_day_that_is_over_is_sealed_once() -> None:
    with opened() as world:
        day_of_events(world)
        world.time = NEXT_DAYS
        world.strike(STEP)
        sealed = sorted(seals_of(world))
        assert sealed == [f"seals/2026/2026-11-{day}.json" for day in (22, 23, 24)]
        world.strike(STEP)
        assert sorted(seals_of(world)) == sealed
        seals = [json.loads(world.object(key)) for key in sorted(seals_of(world))]
        events = {item["id"] for item in world.items() if item.get("kind") == "event"}
        assert {entry["event"] for seal in seals for entry in seal["entries"]} == events
        assert all(seal["entries"] for seal in seals[1:])
        assert world.broken() == []


def test_days_that_were_missed_are_sealed_in_order() -> None:
    with opened() as world:
        day_of_events(world)
        world.time = NEXT_DAYS
        world.strike(STEP)
        world.pass_time(days=3)
        runs = world.invocations[STEP]
        world.strike(STEP)
        sealed = [f"seals/2026/2026-11-{day}.json" for day in range(22, 28)]
        assert sorted(seals_of(world)) == sealed
        assert world.invocations[STEP] == runs + 3, "a run seals one day"
        assert world.broken() == []


CALLS = {"a query": 5, "the file": 18, "the note": 19}
"""The AWS calls of a run: the newest seal, 16 parts of the day's events, the file, the note."""


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_cut_off_anywhere_it_is_sealed_in_the_end(call: int, after: bool) -> None:
    with opened() as world:
        day_of_events(world)
        world.time = NEXT_DAYS
        trap = Trap(STEP, call, after=after)
        world.traps = [trap]
        world.strike(STEP)
        assert trap.sprung
        world.settle()
        assert sorted(seals_of(world)) == [f"seals/2026/2026-11-{day}.json" for day in (22, 23, 24)]
        assert world.broken() == []


def test_what_a_cut_off_run_sealed_holds_though_an_event_came_late() -> None:
    with opened() as world:
        merchant = day_of_events(world)
        world.time = NEXT_DAYS
        world.traps = [Trap(STEP, 18, after=True)]
        world.strike(STEP)
        world.time = MORNING
        merchant.count("B", RUCK_45=7)
        world.time = NEXT_DAYS
        world.strike(STEP)
        (breach,) = world.broken()
        assert "seal 2026-11-23" in breach
        assert "came after the day was sealed" in breach


def test_a_seal_and_an_invoice_cannot_be_deleted_before_their_time() -> None:
    with opened() as world:
        day_of_events(world)
        world.time = NEXT_DAYS
        world.strike(STEP)
        years = {"seals": 2037, "invoices": 2035, "orders": 2037, "numbers": 2035}
        for key in world.objects():
            locked = world.locked_until(key)
            assert locked.year == years[key.split("/")[0]]
            with pytest.raises(ClientError, match="AccessDenied"):
                world.delete_version(key)
