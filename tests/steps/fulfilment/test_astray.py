"""A parcel that does not arrive: the order says so, people hear of it, its way back is awaited."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from tests.world.merchant import Merchant
from tests.world.world import World

BACK = "POST /v1/fulfilments/{fulfilment}/returned"
TEAM = "hilfe@berg-beutel.example"


@pytest.fixture
def left(world: World, merchant: Merchant) -> str:
    """The id of an order of a piece that has left."""
    merchant.count("A", RUCK_45=2)
    id = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    merchant.fulfil(id)
    world.settle()
    return id


def fulfilment(merchant: Merchant, id: str) -> Any:
    return merchant.order(id)["fulfilments"][0]


def scan(merchant: Merchant, id: str, status: str, *, hours: int = 1, start: Any = None) -> None:
    at = (start or merchant.world.now()) + timedelta(hours=hours)
    assert merchant.scan(fulfilment(merchant, id)["id"], status, at=at).status == 202


def waits(merchant: Merchant, id: str) -> list[tuple[str, str]]:
    return [(w["party"], w["cause"]) for w in merchant.order(id)["waiting"]]


def mails(world: World) -> list[tuple[str, str]]:
    kinds = ("parcel_failed", "parcel_astray")
    return [(mail.to, mail.kind) for mail in world.outside.mails if mail.kind in kinds]


def listed(merchant: Merchant, status: str) -> list[str]:
    query = {"location": "A", "status": status}
    found = merchant.do("GET /v1/fulfilments", merchant.clerk, query=query)
    return [item["order_id"] for item in found["items"]]


def test_a_parcel_that_is_sent_back_is_awaited_and_people_hear_of_it(
    world: World, merchant: Merchant, left: str
) -> None:
    scan(merchant, left, "return_to_sender")
    world.settle()
    assert fulfilment(merchant, left)["status"] == "returning"
    assert listed(merchant, "returning") == [left]
    assert listed(merchant, "shipped") == []
    assert waits(merchant, left) == [("warehouse A", "return_to_sender")]
    assert merchant.events(left).count("Shipment.Failed") == 1
    assert sorted(mails(world)) == sorted(
        [(merchant.order(left)["customer"]["email"], "parcel_failed"), (TEAM, "parcel_astray")]
    )


def test_it_comes_back_and_a_clerk_decides(world: World, merchant: Merchant, left: str) -> None:
    scan(merchant, left, "return_to_sender")
    world.settle()
    for _ in range(2):
        id = fulfilment(merchant, left)["id"]
        assert world.call(BACK, merchant.wms, fulfilment=id).status == 200
    world.settle()
    order = merchant.order(left)
    assert fulfilment(merchant, left)["status"] == "returned"
    assert order["lines"][0]["quantities"]["returned"] == 1
    assert order["status"] == "completed"
    assert waits(merchant, left) == [("clerk", "goods_back")]
    assert [mail.kind for mail in world.outside.mails].count("parcel_astray") == 2
    invoice = order["documents"][0]["id"]
    world.pass_time(hours=2)
    merchant.credit(left, invoice, "back", lines=[{"number": "1", "quantity": 1}])
    world.settle()
    assert waits(merchant, left) == []


def test_a_carrier_that_delivers_what_it_sent_back_has_brought_it_to_the_sender(
    world: World, merchant: Merchant, left: str
) -> None:
    scan(merchant, left, "return_to_sender")
    scan(merchant, left, "in_transit", hours=30)
    assert fulfilment(merchant, left)["status"] == "returning"
    scan(merchant, left, "delivered", hours=50)
    world.settle()
    assert fulfilment(merchant, left)["status"] == "returned"
    assert "Shipment.Delivered" not in merchant.events(left)


def test_what_does_not_come_back_is_asked_for_again_and_again(
    world: World, merchant: Merchant, left: str
) -> None:
    scan(merchant, left, "return_to_sender")
    world.settle()
    for _ in range(13):
        world.pass_time(days=1)
        world.tick()
    assert mails(world).count((TEAM, "parcel_astray")) == 1
    for _ in range(17):
        world.pass_time(days=1)
        world.tick()
    assert merchant.events(left).count("Shipment.Overdue") == 3
    assert mails(world).count((TEAM, "parcel_astray")) == 4
    assert waits(merchant, left) == [("clerk", "return_to_sender")]


def test_a_failed_attempt_is_told_once_and_over_with_the_next_one(
    world: World, merchant: Merchant, left: str
) -> None:
    for hours in (1, 25, 49):
        scan(merchant, left, "delivery_failed", hours=hours, start=world.now())
    world.settle()
    assert fulfilment(merchant, left)["status"] == "undelivered"
    assert listed(merchant, "undelivered") == [left]
    assert waits(merchant, left) == [("carrier", "delivery_failed")]
    assert merchant.events(left).count("Shipment.Failed") == 1
    world.pass_time(hours=50)
    scan(merchant, left, "out_for_delivery")
    assert fulfilment(merchant, left)["status"] == "shipped"
    assert waits(merchant, left) == [("carrier", "shipped")]
    world.pass_time(days=9)
    assert world.tick() == 0
    scan(merchant, left, "delivered")
    world.settle()
    assert merchant.order(left)["status"] == "completed"
    assert len(mails(world)) == 2


ORDERS = list(permutations(["delivery_failed", "return_to_sender", "in_transit"]))


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_scans_of_a_return_mean_the_same_in_any_order(
    world: World, merchant: Merchant, left: str, order: tuple[str, ...]
) -> None:
    """A failed attempt, then the way back, then a scan on that way."""
    hours = {"delivery_failed": 1, "return_to_sender": 2, "in_transit": 3}
    start: datetime = world.now()
    for status in order:
        scan(merchant, left, status, hours=hours[status], start=start)
    assert fulfilment(merchant, left)["status"] == "returning"


@pytest.mark.parametrize("late", ["return_to_sender", "delivery_failed"])
@pytest.mark.parametrize("hours", [-5, 5])
def test_what_was_delivered_stays_delivered(
    world: World, merchant: Merchant, left: str, late: str, hours: int
) -> None:
    start = world.now() + timedelta(hours=10)
    scan(merchant, left, "delivered", hours=0, start=start)
    scan(merchant, left, late, hours=hours, start=start)
    world.settle()
    assert fulfilment(merchant, left)["status"] == "delivered"
    assert merchant.order(left)["status"] == "completed"
    assert mails(world) == []


def test_what_nobody_sent_back_cannot_come_back(
    world: World, merchant: Merchant, left: str
) -> None:
    id = fulfilment(merchant, left)["id"]
    answer = world.call(BACK, merchant.wms, fulfilment=id)
    assert answer.status == 409
    assert "not_returning" in str(answer.body)
    assert world.call(BACK, merchant.shop, fulfilment=id).status == 403


def test_of_two_parcels_one_arrives_and_one_comes_back(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=2)
    id = merchant.place(merchant.request(RUCK_45=2))
    world.settle()
    ful = fulfilment(merchant, id)["id"]
    parcels = [{"weight_g": 900, "lines": [{"number": "1", "quantity": 1}]}] * 2
    body = {"parcels": parcels}
    merchant.do("POST /v1/fulfilments/{fulfilment}/pack", merchant.wms, body, fulfilment=ful)
    ship = {"carrier": "dhl", "tracking_numbers": ["T-1", "T-2"]}
    merchant.do("POST /v1/fulfilments/{fulfilment}/ship", merchant.wms, ship, fulfilment=ful)
    world.settle()
    for number, status in (("T-1", "delivered"), ("T-2", "return_to_sender")):
        world.pass_time(hours=1)
        at = world.now().isoformat()
        raw = f'{{"tracking_number": "{number}", "status": "{status}", "occurred_at": "{at}"}}'
        assert merchant.signed(raw).status == 202
    assert waits(merchant, id)[0] == ("warehouse A", "return_to_sender")
    assert world.call(BACK, merchant.wms, fulfilment=ful).status == 200
    world.settle()
    quantities = merchant.order(id)["lines"][0]["quantities"]
    assert (quantities["delivered"], quantities["returned"]) == (1, 1)
    assert waits(merchant, id) == [("clerk", "goods_back")]
