"""Packing and shipping: once, twice, too early, and with what does not fit."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world.merchant import Merchant
from tests.world.world import Answered, World

PACK = "POST /v1/fulfilments/{fulfilment}/pack"
SHIP = "POST /v1/fulfilments/{fulfilment}/ship"


@pytest.fixture
def released(world: World, merchant: Merchant) -> str:
    """The id of a fulfilment of three pieces."""
    merchant.count("A", RUCK_45=2, ZELT_2=1)
    id = merchant.place(merchant.request(RUCK_45=2, ZELT_2=1))
    world.settle()
    found: str = merchant.order(id)["fulfilments"][0]["id"]
    return found


def pack(world: World, merchant: Merchant, id: str, *parcels: Any) -> Answered:
    bodies = [{"weight_g": 100, "lines": lines} for lines in parcels]
    return world.call(PACK, merchant.wms, {"parcels": bodies}, fulfilment=id)


def lines(**quantities: int) -> list[dict[str, Any]]:
    return [{"number": name[1:], "quantity": n} for name, n in quantities.items()]


def test_packing_and_shipping_again_changes_nothing(
    world: World, merchant: Merchant, released: str
) -> None:
    assert merchant.pack(released) == merchant.pack(released)
    assert merchant.ship(released) == merchant.ship(released)
    merchant.pack(released)
    order = merchant.do("GET /v1/fulfilments/{fulfilment}", merchant.wms, fulfilment=released)
    events = merchant.events(order["order_id"])
    assert events.count("Fulfilment.Packed") == events.count("Shipment.Confirmed") == 1


def test_shipping_before_packing_is_refused(
    world: World, merchant: Merchant, released: str
) -> None:
    body = {"carrier": "dhl", "tracking_numbers": ["1"]}
    answer = world.call(SHIP, merchant.wms, body, fulfilment=released)
    assert (answer.status, answer.body["title"]) == (409, "fulfilment not packed")


def test_pieces_go_into_several_parcels(world: World, merchant: Merchant, released: str) -> None:
    answer = pack(world, merchant, released, lines(_1=1), lines(_1=1, _2=1))
    assert (answer.status, len(answer.body["parcels"])) == (200, 2)


@pytest.mark.parametrize(
    "parcels",
    [
        [lines(_1=1)],
        [lines(_1=3, _2=1)],
        [lines(_1=2, _2=1), lines(_9=1)],
        [lines(_1=2), lines(_2=1), lines(_1=1)],
    ],
)
def test_parcels_that_do_not_hold_the_pieces_are_refused(
    world: World, merchant: Merchant, released: str, parcels: list[Any]
) -> None:
    answer = pack(world, merchant, released, *parcels)
    assert answer.status == 409
    assert answer.body["errors"]


def test_each_parcel_needs_a_tracking_number(
    world: World, merchant: Merchant, released: str
) -> None:
    merchant.pack(released)
    body = {"carrier": "dhl", "tracking_numbers": ["1", "2"]}
    assert world.call(SHIP, merchant.wms, body, fulfilment=released).status == 409


def test_one_number_for_two_parcels_is_refused(
    world: World, merchant: Merchant, released: str
) -> None:
    pack(world, merchant, released, lines(_1=2), lines(_2=1))
    body = {"carrier": "dhl", "tracking_numbers": ["1", "1"]}
    assert world.call(SHIP, merchant.wms, body, fulfilment=released).status in (409, 422)


def test_unknown_fulfilment_is_not_found(world: World, merchant: Merchant) -> None:
    assert pack(world, merchant, "ful_none", None).status == 404


@pytest.mark.parametrize(
    "body",
    [
        {"parcels": []},
        {"parcels": [{"weight_g": 0}]},
        {"parcels": [{"weight_g": -5}]},
        {"parcels": [{"weight_g": 1}, {"weight_g": 1}]},
        {"parcels": [{"weight_g": 1, "lines": [{"number": "1", "quantity": -1}]}]},
    ],
)
def test_impossible_parcels_are_unprocessable(
    world: World, merchant: Merchant, released: str, body: Any
) -> None:
    assert world.call(PACK, merchant.wms, body, fulfilment=released).status == 422
