"""Clients say where they want to hear of which events."""

from __future__ import annotations

from tests.world.merchant import Merchant
from tests.world.world import World

ADD = "POST /v1/webhooks"
URL = "http://127.0.0.1:9/hook"


def test_event_that_does_not_exist_is_refused_by_name(world: World, merchant: Merchant) -> None:
    body = {"url": URL, "events": ["Order.Created", "Order.Invented", "Ship.Sunk"]}
    answer = world.call(ADD, merchant.shop, body)
    assert answer.status == 422
    told = [{"field": "events", "reason": "unknown: Order.Invented, Ship.Sunk"}]
    assert answer.body["errors"] == told
    assert "Shipment.Confirmed" in answer.body["detail"]
    assert world.call("GET /v1/webhooks", merchant.shop).body["items"] == []
