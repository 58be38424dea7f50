"""What is due is seen to in time, once, late, or not at all when it is not due any more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.world.merchant import Merchant
from tests.world.world import World

UNPAID = {"method": "paypal", "status": "pending", "amount": "0", "reference": None}
DUE = "auftakt-records-see_to_due"


def hold(world: World, merchant: Merchant) -> str:
    id = merchant.place(merchant.request(RUCK_45=1) | {"payment": UNPAID})
    world.settle()
    return id


def mails(world: World) -> list[tuple[str, str]]:
    return [(mail.to, mail.kind) for mail in world.outside.mails if mail.kind == "hold_escalated"]


def seen(merchant: Merchant, id: str) -> Any:
    (found,) = merchant.order(id)["holds"]
    return found


def test_a_hold_past_its_deadline_is_told_to_the_team_once(
    world: World, merchant: Merchant
) -> None:
    id = hold(world, merchant)
    world.pass_time(hours=47, minutes=59)
    assert world.tick() == 0
    world.pass_time(minutes=2)
    assert world.tick() == 1
    assert world.tick() == 0
    assert mails(world) == [("hilfe@berg-beutel.example", "hold_escalated")]
    assert seen(merchant, id)["escalated_at"]
    assert "team" in {waiting["party"] for waiting in merchant.order(id)["waiting"]}
    assert world.broken() == []


def test_the_team_is_written_in_its_language(world: World, merchant: Merchant) -> None:
    shop = merchant.do("GET /v1/shops/{shop}", merchant.clerk, shop="berg-beutel")
    body = {name: shop[name] for name in ("name", "seller", "support_email")}
    body["seller"] = {name: value for name, value in shop["seller"].items() if value}
    body["language"] = "en"
    merchant.do("PUT /v1/shops/{shop}", merchant.clerk, body, shop="berg-beutel")
    world.pass_time(minutes=1)
    hold(world, merchant)
    world.pass_time(hours=49)
    world.tick()
    assert world.outside.mails[-1].subject.startswith("Overdue: order BB-1")


def test_a_hold_released_in_time_is_not_escalated(world: World, merchant: Merchant) -> None:
    id = hold(world, merchant)
    merchant.release(id)
    world.settle()
    world.pass_time(days=3)
    assert world.tick() == 0
    assert mails(world) == []


def test_a_hold_released_between_the_clock_and_the_step_is_not_escalated(
    world: World, merchant: Merchant
) -> None:
    id = hold(world, merchant)
    world.pass_time(days=3)
    world.strike("records/raise_due")
    merchant.release(id)
    world.settle()
    assert mails(world) == []
    assert "Order.HoldEscalated" not in merchant.events(id)


def test_a_cancelled_order_has_nothing_due(world: World, merchant: Merchant) -> None:
    merchant.cancel(hold(world, merchant))
    world.settle()
    world.pass_time(days=3)
    assert world.tick() == 0


def test_a_clock_that_strikes_twice_hands_on_once(world: World, merchant: Merchant) -> None:
    hold(world, merchant)
    world.pass_time(days=3)
    for _ in range(3):
        world.strike("records/raise_due")
    assert len(world.outside.queues[DUE]) == 1


def test_what_is_delivered_twice_is_done_once(world: World, merchant: Merchant) -> None:
    id = hold(world, merchant)
    world.pass_time(days=3)
    world.strike("records/raise_due")
    (message,) = world.outside.queues[DUE]
    world.outside.send(DUE, message.body)
    world.settle()
    assert merchant.events(id).count("Order.HoldEscalated") == 1
    assert len(mails(world)) == 1


def test_what_was_lost_is_handed_on_again_hours_later(world: World, merchant: Merchant) -> None:
    hold(world, merchant)
    world.pass_time(days=3)
    world.strike("records/raise_due")
    world.outside.queues[DUE].clear()
    world.pass_time(hours=5)
    assert world.tick() == 0
    world.pass_time(hours=2)
    assert world.tick() == 1
    assert len(mails(world)) == 1


def test_many_at_once_are_all_seen_to(world: World, merchant: Merchant) -> None:
    for _ in range(12):
        hold(world, merchant)
    world.pass_time(days=3)
    assert world.tick() == 12
    assert len(mails(world)) == 12


@pytest.mark.parametrize(
    "evening",
    [datetime(2026, 10, 24, 23, 30, tzinfo=UTC), datetime(2027, 3, 27, 23, 30, tzinfo=UTC)],
    ids=["summer time ends", "summer time begins"],
)
def test_a_deadline_is_so_many_hours_whatever_the_clocks_on_walls_do(
    world: World, merchant: Merchant, evening: datetime
) -> None:
    world.time = evening
    id = hold(world, merchant)
    raised, deadline = (
        datetime.fromisoformat(seen(merchant, id)[name]) for name in ("raised_at", "deadline")
    )
    assert deadline - raised == timedelta(hours=48)
    world.time = deadline - timedelta(seconds=2)
    assert world.tick() == 0
    world.time = deadline + timedelta(seconds=1)
    assert world.tick() == 1
