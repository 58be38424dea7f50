"""Holds: raised by checks, released by clerks, once, twice and by nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world.merchant import Merchant
from tests.world.world import World

RELEASE = "POST /v1/orders/{order}/holds/{hold}/release"
UNPAID = {"method": "prepayment", "status": "pending", "amount": "0", "reference": None}


@pytest.fixture
def held(world: World, merchant: Merchant) -> str:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=1) | {"payment": UNPAID})
    world.settle()
    return id


def test_hold_names_its_reason_owner_and_deadline(
    world: World, merchant: Merchant, held: str
) -> None:
    (hold,) = merchant.order(held)["holds"]
    assert hold["reason"] == "payment_awaited"
    assert hold["owner"] == "customer"
    assert hold["deadline"] > hold["raised_at"]


def test_hold_is_released_once(world: World, merchant: Merchant, held: str) -> None:
    merchant.release(held)
    merchant.release(held)
    world.settle()
    assert merchant.events(held).count("Order.Released") == 1
    assert merchant.order(held)["status"] == "released"


def test_unknown_hold_is_not_found(world: World, merchant: Merchant, held: str) -> None:
    body = {"reason": "x"}
    answer = world.call(RELEASE, merchant.clerk, body, order=held, hold="hold_9")
    assert answer.status == 404


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": 5}, {"reason": "x", "by": "me"}])
def test_release_needs_a_reason(world: World, merchant: Merchant, held: str, body: Any) -> None:
    assert world.call(RELEASE, merchant.clerk, body, order=held, hold="hold_1").status == 422


def test_release_of_an_older_version_is_refused(
    world: World, merchant: Merchant, held: str
) -> None:
    headers = {"If-Match": '"1"'}
    body = {"reason": "x"}
    answer = world.call(RELEASE, merchant.clerk, body, headers=headers, order=held, hold="hold_1")
    assert answer.status == 412
    assert merchant.order(held)["status"] == "held"


def test_release_of_a_cancelled_order_changes_nothing(
    world: World, merchant: Merchant, held: str
) -> None:
    merchant.cancel(held)
    merchant.release(held)
    world.settle()
    assert merchant.order(held)["status"] == "cancelled"


def test_run_that_ended_while_held_is_replaced_at_release(
    world: World, merchant: Merchant, held: str
) -> None:
    world.executions[held].state = "failed"
    world.open_tokens.clear()
    merchant.release(held)
    world.settle()
    assert merchant.order(held)["status"] == "released"
