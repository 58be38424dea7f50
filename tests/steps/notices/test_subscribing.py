"""Clients say where they want to hear of which events: what their role may read, and no more."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace
from standardwebhooks.webhooks import Webhook

from oms_aws.notices.audience import OF_FULFILMENTS, may_hear, readers
from oms_aws.notices.event_types import MEANING
from oms_aws.platform.clients import SCOPES
from tests.world.merchant import Merchant
from tests.world.world import World

ADD = "POST /v1/webhooks"
ONE = "/v1/webhooks/{endpoint}"
DELIVERIES = f"GET {ONE}/deliveries"
REPLAY = f"POST {ONE}/replay"
URL = "http://127.0.0.1:9/hook"


def add(merchant: Merchant, key: str, *events: str, url: str = URL) -> Any:
    return merchant.do(ADD, key, {"url": url, "events": [*events]})


def heard(world: World, url: str) -> set[str]:
    return {told["type"] for told in world.subscriber.heard if told["url"] == url}


def genuine(secret: str, told: dict[str, Any]) -> bool:
    """Whether one of the signatures of a request is made with the secret, at the time it names."""

    sent = datetime.fromtimestamp(int(told["headers"]["webhook-timestamp"]), UTC)
    made = Webhook(secret).sign(told["headers"]["webhook-id"], sent, told["raw"].decode())
    return made in told["headers"]["webhook-signature"].split(" ")


def test_event_that_does_not_exist_is_refused_by_name(world: World, merchant: Merchant) -> None:
    body = {"url": URL, "events": ["Order.Created", "Order.Invented", "Ship.Sunk"]}
    answer = world.call(ADD, merchant.shop, body)
    assert answer.status == 422
    told = [{"field": "events", "reason": "unknown: Order.Invented, Ship.Sunk"}]
    assert answer.body["errors"] == told
    assert "Shipment.Confirmed" in answer.body["detail"]
    assert world.call("GET /v1/webhooks", merchant.shop).body["items"] == []


@pytest.mark.parametrize(
    "url", ["https://[x", "https://u:p@x.example", "http://\u00ad.x", "ftp://x"]
)
def test_address_that_is_none_is_refused(world: World, merchant: Merchant, url: str) -> None:
    id = add(merchant, merchant.shop, "*")["id"]
    assert world.call(ADD, merchant.shop, {"url": url, "events": ["*"]}).status == 422
    assert world.call(f"PATCH {ONE}", merchant.shop, {"url": url}, endpoint=id).status == 422
    assert merchant.do(f"GET {ONE}", merchant.shop, endpoint=id)["url"] == URL


# -- by role --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "event"),
    [
        ("wms", "Order.Created"),
        ("wms", "Invoice.Issued"),
        ("wms", "Fulfilment.Planned"),
        ("shop", "Export.Written"),
        ("accountant", "Stock.Changed"),
    ],
)
def test_event_that_a_role_may_not_read_is_refused_by_name(
    world: World, merchant: Merchant, role: str, event: str
) -> None:
    key = getattr(merchant, role)
    answer = world.call(ADD, key, {"url": URL, "events": ["Shipment.Confirmed", event]})
    assert (answer.status, answer.body["type"]) == (422, "urn:auftakt:problem:event_not_for_role")
    assert answer.body["errors"] == [{"field": "events", "reason": f"not for {role}: {event}"}]
    id = add(merchant, key, "Shipment.Confirmed")["id"]
    changed = world.call(f"PATCH {ONE}", key, {"events": [event]}, endpoint=id)
    assert changed.status == 422


def test_every_event_is_for_somebody_and_roles_without_scopes_hear_nothing() -> None:
    for event in MEANING:
        assert readers(event) <= {scope for some in SCOPES.values() for scope in some.split()}
        assert may_hear("clerk", event), event
        assert not may_hear("carrier", event)
        assert not may_hear("approver", event)
        assert not may_hear("gone", event)


def test_each_role_hears_what_it_may_read(world: World, merchant: Merchant) -> None:
    urls = {role: f"http://127.0.0.1:9/{role}" for role in ("shop", "wms", "clerk", "accountant")}
    urls["other_shop"] = "http://127.0.0.1:9/other"
    for role, url in urls.items():
        add(merchant, getattr(merchant, role), "*", url=url)
    merchant.count("A", RUCK_45=9)
    merchant.whole_life(merchant.place(merchant.request(RUCK_45=1)))
    of = {role: heard(world, url) for role, url in urls.items()}
    assert of["other_shop"] == {"Stock.Changed"}
    assert {"Order.Created", "Invoice.Issued", "Stock.Changed"} <= of["shop"]
    assert {"Fulfilment.Released", "Shipment.Confirmed", "Shipment.Delivered"} <= of["wms"]
    assert of["wms"] <= OF_FULFILMENTS | {"Stock.Changed"}
    assert of["clerk"] == of["shop"]
    assert of["accountant"] == of["clerk"] - {"Stock.Changed"}


def test_warehouse_is_not_told_who_ordered_or_what_it_costs(
    world: World, merchant: Merchant
) -> None:
    url = "http://127.0.0.1:9/wms"
    add(merchant, merchant.wms, "*", url=url)
    merchant.count("A", RUCK_45=9)
    id = merchant.place(merchant.request(RUCK_45=2))
    world.settle()
    merchant.cancel(id)
    world.settle()
    told = [each for each in world.subscriber.heard if each["url"] == url]
    asked = next(each for each in told if each["type"] == "Fulfilment.RecallRequested")
    assert "by" not in asked["data"]["recall"]
    assert asked["actor"] == "shop"
    for each in told:
        assert "berg" not in json.dumps({"actor": each["actor"], "data": each["data"]})


def test_shop_is_not_told_what_is_kept_from_another(world: World, merchant: Merchant) -> None:
    mine, theirs = "http://127.0.0.1:9/mine", "http://127.0.0.1:9/theirs"
    add(merchant, merchant.shop, "Stock.Buffered", url=mine)
    add(merchant, merchant.other_shop, "*", url=theirs)
    path = {"sku": "RUCK-45", "shop": "berg-beutel"}
    merchant.do("PUT /v1/stock/{sku}/buffers/{shop}", merchant.wms, {"pieces": 1}, **path)
    world.settle()
    assert heard(world, mine) == {"Stock.Buffered"}
    assert heard(world, theirs) == set()


def test_endpoints_are_kept_by_those_who_added_them_and_by_clerks(
    world: World, merchant: Merchant
) -> None:
    other_wms = world.add_client("lager-b", "wms")
    added = {
        role: add(merchant, getattr(merchant, role), "*")["id"]
        for role in ("shop", "wms", "accountant", "clerk")
    }
    for role, id in added.items():
        assert merchant.do(f"GET {ONE}", merchant.clerk, endpoint=id)["role"] == role
        for other in ("shop", "wms", "accountant"):
            answer = world.call(f"GET {ONE}", getattr(merchant, other), endpoint=id)
            assert answer.status == (200 if other == role else 404)
    assert world.call(f"DELETE {ONE}", other_wms, endpoint=added["wms"]).status == 404
    assert merchant.do("GET /v1/webhooks", other_wms)["items"] == []
    assert len(merchant.do("GET /v1/webhooks", merchant.clerk)["items"]) == 4


# -- the life of an endpoint ----------------------------------------------------------------------


def test_paused_endpoint_gets_what_waited_in_order_once_it_goes_on(
    world: World, merchant: Merchant
) -> None:
    id = add(merchant, merchant.shop, "Order.Created")["id"]
    shown = merchant.do(f"PATCH {ONE}", merchant.shop, {"paused": True}, endpoint=id)
    assert (shown["paused"], shown["status"]) == (True, "paused")
    for _ in range(3):
        merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    assert world.subscriber.heard == []
    assert merchant.do(f"GET {ONE}", merchant.shop, endpoint=id)["waiting"] == 3
    world.pass_time(minutes=21)
    world.tick()
    assert world.subscriber.heard == []
    merchant.do(f"PATCH {ONE}", merchant.shop, {"paused": False}, endpoint=id)
    world.settle()
    ids = [told["headers"]["webhook-id"] for told in world.subscriber.heard]
    assert len(ids) == 3
    assert ids == sorted(ids)
    assert merchant.do(f"GET {ONE}", merchant.shop, endpoint=id)["status"] == "active"


def test_address_events_and_description_change(world: World, merchant: Merchant) -> None:
    id = add(merchant, merchant.shop, "Order.Created")["id"]
    new: dict[str, Any] = {
        "url": f"{URL}/new",
        "events": ["Order.Created", "Order.Held"],
        "description": "Neu",
    }
    shown = merchant.do(f"PATCH {ONE}", merchant.shop, new, endpoint=id)
    assert {name: shown[name] for name in new} == new
    merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    assert heard(world, new["url"]) == {"Order.Created"}
    wrong: list[dict[str, Any]] = [{"id": "x"}, {"url": ""}, {"events": []}, {"paused": "yes"}]
    for body in wrong:
        assert world.call(f"PATCH {ONE}", merchant.shop, body, endpoint=id).status == 422


def test_both_secrets_sign_for_a_day_after_a_rotation(world: World, merchant: Merchant) -> None:
    added = add(merchant, merchant.shop, "Order.Created")
    rotated = merchant.do(f"POST {ONE}/secret", merchant.shop, endpoint=added["id"])
    old, new = added["secret"], rotated["secret"]
    assert old != new
    ages: tuple[tuple[int, tuple[bool, bool]], ...] = ((0, (True, True)), (25, (False, True)))
    for hours, signs in ages:
        world.pass_time(hours=hours)
        merchant.place(merchant.request(RUCK_45=1))
        world.settle()
        told = world.subscriber.heard[-1]
        assert (genuine(old, told), genuine(new, told)) == signs


def test_test_event_is_signed_and_its_outcome_is_told(world: World, merchant: Merchant) -> None:
    added = add(merchant, merchant.shop, "Order.Held")
    route, path = f"POST {ONE}/test", {"endpoint": added["id"]}
    told = merchant.do(route, merchant.shop, **path)
    assert (told["delivered"], told["status"]) == (True, 204)
    (sent,) = world.subscriber.heard
    assert (sent["type"], sent["id"]) == ("Webhook.Test", told["event"])
    assert genuine(added["secret"], sent)
    world.subscriber.status = 503
    for _ in range(6):
        told = merchant.do(route, merchant.shop, **path)
    assert (told["delivered"], told["status"], told["error"]) == (False, 503, "HTTP 503")
    assert merchant.do(f"GET {ONE}", merchant.shop, **path)["failures"] == 0


# -- deliveries -----------------------------------------------------------------------------------


def test_deliveries_are_listed_newest_first_and_by_state(world: World, merchant: Merchant) -> None:
    path = {"endpoint": add(merchant, merchant.shop, "Order.Created")["id"]}
    for status in (204, 422, 204, 204):
        world.subscriber.status = status
        merchant.place(merchant.request(RUCK_45=1))
        world.settle()
    found = merchant.do(DELIVERIES, merchant.shop, **path)["items"]
    events = [each["event"] for each in found]
    assert events == sorted(events, reverse=True)
    states = [each["state"] for each in found]
    assert states == ["delivered", "delivered", "exhausted", "delivered"]
    ask: dict[str, Any] = {"status": "delivered", "limit": "2"}
    first = merchant.do(DELIVERIES, merchant.shop, query=ask, **path)
    rest = merchant.do(DELIVERIES, merchant.shop, query={**ask, "cursor": first["cursor"]}, **path)
    assert [e["event"] for e in (*first["items"], *rest["items"])] == [*events[:2], events[3]]
    page = merchant.do(DELIVERIES, merchant.shop, query={"limit": "3"}, **path)
    more = {"limit": "3", "cursor": page["cursor"]}
    assert merchant.do(DELIVERIES, merchant.shop, query=more, **path)["items"] == [found[3]]
    wrong = world.call(DELIVERIES, merchant.shop, query={"status": "lost"}, **path)
    assert wrong.status == 422


def test_replay_reaches_beyond_a_page_and_goes_on_by_itself(
    world: World, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oms_aws.notices.replays.AT_ONCE", 2)
    path = {"endpoint": add(merchant, merchant.shop, "Order.Created")["id"]}
    begin = world.now().isoformat()
    for _ in range(5):
        merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    world.subscriber.heard.clear()
    told = merchant.do(REPLAY, merchant.shop, {"after": begin}, **path)
    assert told == {"queued": 2, "more": True}
    world.settle()
    assert len({each["id"] for each in world.subscriber.heard}) == 5
    assert len(world.subscriber.heard) == 5


def test_delivery_behind_the_first_thousand_is_found_by_its_name(
    world: World, merchant: Merchant
) -> None:
    path = {"endpoint": add(merchant, merchant.shop, "Order.Created")["id"]}
    merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    (newest,) = merchant.do(DELIVERIES, merchant.shop, **path)["items"]
    deliveries = world.ports("notices/tell_subscriber").deliveries
    known = deliveries.get(path["endpoint"], newest["event"])
    assert known
    for n in range(1_001):
        old = replace(known, event=f"evt_00{n:06d}", id=f"{path['endpoint']}.evt_00{n:06d}")
        deliveries.change(None, lambda _, old=old: old)  # type: ignore[misc]
    world.subscriber.heard.clear()
    body = {"deliveries": [newest["id"], "whk_other.evt_1", "nonsense"]}
    assert merchant.do(REPLAY, merchant.shop, body, **path) == {"queued": 1, "more": False}
    world.settle()
    assert [each["id"] for each in world.subscriber.heard] == [newest["event"]]
