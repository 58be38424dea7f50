"""The queue of holds shows whose turn it is, and each role releases its own."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from oms.orders import holding
from oms.orders.findings import Finding
from oms_aws.platform.log import Saved
from tests.world.merchant import ADDRESS, Merchant
from tests.world.world import Answered, World

UNPAID = {"method": "card", "status": "pending", "amount": "0", "reference": None}
WRONG = {**ADDRESS, "postal_code": "8033"}
RELEASE = "POST /v1/orders/{order}/holds/{hold}/release"


def queue(world: World, key: str, **query: str) -> list[Any]:
    return list(answer(world, key, **query).body["items"])


def answer(world: World, key: str, **query: str) -> Answered:
    return world.call("GET /v1/holds", key, query=query)


def two_holds(world: World, merchant: Merchant) -> str:
    body = merchant.request(RUCK_45=1) | {"billing_address": WRONG, "payment": UNPAID}
    id = merchant.place(body)
    world.settle()
    return id


def test_holds_are_listed_by_owner_and_reason_until_they_go(
    world: World, merchant: Merchant
) -> None:
    id = two_holds(world, merchant)
    reasons = {hold["reason"] for hold in queue(world, merchant.clerk)}
    assert reasons == {"address_invalid", "payment_pending"}
    (found,) = queue(world, merchant.clerk, reason="address_invalid")
    assert (found["order"], found["owner"], found["overdue"]) == (id, "customer", False)
    assert queue(world, merchant.clerk, owner="approver") == []
    assert answer(world, merchant.clerk, owner="nobody").status == 422
    merchant.release(id)
    assert queue(world, merchant.clerk) == []


def test_overdue_holds_are_found(world: World, merchant: Merchant) -> None:
    two_holds(world, merchant)
    assert queue(world, merchant.clerk, overdue="true") == []
    world.pass_time(hours=49)
    world.tick()
    overdue = queue(world, merchant.clerk, overdue="true", reason="address_invalid")
    assert [(hold["overdue"], bool(hold["escalated_at"])) for hold in overdue] == [(True, True)]
    assert answer(world, merchant.clerk, overdue="perhaps").status == 422


def test_a_shop_sees_its_own(world: World, merchant: Merchant) -> None:
    two_holds(world, merchant)
    assert len(queue(world, merchant.shop)) == 2
    assert queue(world, merchant.other_shop) == []
    assert queue(world, merchant.clerk, shop="tal-tasche") == []
    assert answer(world, merchant.wms).status == 403


def test_a_long_queue_comes_in_pages(world: World, merchant: Merchant) -> None:
    for _ in range(3):
        two_holds(world, merchant)
    seen, cursor = [], ""
    while True:
        body = answer(world, merchant.clerk, limit="2", cursor=cursor).body
        seen += [(hold["order"], hold["hold"]) for hold in body["items"]]
        cursor = body["cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 6


def test_a_cancelled_order_is_in_no_queue(world: World, merchant: Merchant) -> None:
    merchant.cancel(two_holds(world, merchant))
    assert queue(world, merchant.clerk) == []


def test_holds_go_one_by_one_and_the_order_with_the_last(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=5)
    id = two_holds(world, merchant)
    for number, status in ((1, "held"), (2, "released")):
        body = {"reason": "seen to"}
        merchant.do(RELEASE, merchant.clerk, body, order=id, hold=f"hold_{number}")
        world.settle()
        assert merchant.order(id)["status"] == status


def test_each_role_releases_what_it_owns(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=5)
    id = two_holds(world, merchant)
    accountant = world.add_client("anton", "accountant")
    finding = Finding("credit", "hold", "credit_exceeded", "Too much.", owner="accountant")
    orders = world.ports("orders/read_order").orders
    orders.change(id, lambda o: holding.hold(o, finding, at=world.now()), Saved("auftakt", "test"))
    third = merchant.order(id)["holds"][2]["id"]

    def release(key: str, hold: str) -> int:
        return world.call(RELEASE, key, {"reason": "x"}, order=id, hold=hold).status

    assert release(merchant.clerk, third) == 403
    assert release(accountant, "hold_1") == 403
    assert release(accountant, third) == 200
    assert release(merchant.clerk, "hold_1") == 200
    assert (
        replace(orders.get(id).order, events=()).screening.holds[2].released_by
        == "accountant:anton"
    )
