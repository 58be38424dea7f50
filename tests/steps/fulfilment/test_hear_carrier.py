"""A carrier's scans: signed, late, early, repeated and forged."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.world.merchant import Merchant
from tests.world.warehouses import tracking
from tests.world.world import World


@pytest.fixture
def shipped(world: World, merchant: Merchant) -> str:
    """The id of an order of two pieces that has left."""
    merchant.count("A", RUCK_45=2)
    id = merchant.place(merchant.request(RUCK_45=2))
    world.settle()
    merchant.fulfil(id)
    world.settle()
    return id


def parcel(merchant: Merchant, id: str) -> str:
    found: str = merchant.order(id)["fulfilments"][0]["parcels"][0]["status"]
    return found


def fulfilment(merchant: Merchant, id: str) -> str:
    found: str = merchant.order(id)["fulfilments"][0]["id"]
    return found


def test_scan_is_taken_once_however_often_it_comes(
    world: World, merchant: Merchant, shipped: str
) -> None:
    id = fulfilment(merchant, shipped)
    at = world.now() + timedelta(hours=1)
    for _ in range(3):
        assert merchant.scan(id, "in_transit", at=at).status == 202
    assert merchant.events(shipped).count("Shipment.Tracked") == 1


def test_late_scan_does_not_turn_a_parcel_back(
    world: World, merchant: Merchant, shipped: str
) -> None:
    id, now = fulfilment(merchant, shipped), world.now()
    merchant.scan(id, "out_for_delivery", at=now + timedelta(hours=2))
    merchant.scan(id, "picked_up", at=now + timedelta(hours=1))
    assert parcel(merchant, shipped) == "out_for_delivery"


def test_delivery_counts_even_when_an_older_time_is_on_it(
    world: World, merchant: Merchant, shipped: str
) -> None:
    id, now = fulfilment(merchant, shipped), world.now()
    merchant.scan(id, "in_transit", at=now + timedelta(hours=2))
    merchant.scan(id, "delivered", at=now + timedelta(hours=1))
    world.settle()
    assert merchant.order(shipped)["status"] == "completed"


def test_nothing_comes_after_delivery(world: World, merchant: Merchant, shipped: str) -> None:
    id, now = fulfilment(merchant, shipped), world.now()
    merchant.scan(id, "delivered", at=now + timedelta(hours=1))
    merchant.scan(id, "return_to_sender", at=now + timedelta(hours=2))
    assert parcel(merchant, shipped) == "delivered"


@pytest.mark.parametrize("secret", ["", "another secret of sixteen"])
def test_wrong_signature_is_refused(
    world: World, merchant: Merchant, shipped: str, secret: str
) -> None:
    raw = json.dumps(
        {
            "tracking_number": tracking(fulfilment(merchant, shipped)),
            "status": "delivered",
            "occurred_at": world.now().isoformat(),
        }
    )
    assert merchant.signed(raw, secret=secret).status == 401
    assert parcel(merchant, shipped) == "pending"


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=zz", "ä", "sha1=00"])
def test_signature_of_another_form_is_refused(
    world: World, merchant: Merchant, shipped: str, signature: str
) -> None:
    route = "POST /v1/carriers/{carrier}/webhook"
    body = {
        "tracking_number": "T-1",
        "status": "delivered",
        "occurred_at": world.now().isoformat(),
    }
    answer = world.call(route, "", body, headers={"X-Signature": signature}, carrier="dhl")
    assert answer.status == 401


def test_unknown_carrier_and_unknown_parcel_are_not_found(world: World, merchant: Merchant) -> None:
    body = {
        "tracking_number": "T-none",
        "status": "delivered",
        "occurred_at": world.now().isoformat(),
    }
    raw = json.dumps(body)
    assert merchant.signed(raw).status == 404
    assert merchant.signed(raw, carrier="nobody").status == 404


def test_tracking_number_of_another_parcel_is_not_taken_over(
    world: World, merchant: Merchant, shipped: str
) -> None:
    merchant.count("B", ZELT_2=1)
    other = merchant.place(merchant.request(ZELT_2=1))
    world.settle()
    id = fulfilment(merchant, other)
    merchant.pack(id)
    number = tracking(fulfilment(merchant, shipped))
    answer = world.call(
        "POST /v1/fulfilments/{fulfilment}/ship",
        merchant.wms,
        {"carrier": "dhl", "tracking_numbers": [number]},
        fulfilment=id,
    )
    assert (answer.status, answer.body["title"]) == (409, "tracking number taken")
    assert merchant.order(other)["status"] == "packed"
