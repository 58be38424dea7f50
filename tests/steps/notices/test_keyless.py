"""An endpoint hears nothing more once its client has no key that works."""

from __future__ import annotations

from typing import Any

from oms_aws.platform import keys
from tests.world.merchant import Merchant
from tests.world.world import World

KEY = "/v1/keys/{api_key}"
URL = "http://127.0.0.1:9/hook"
SECONDS = 6


def client(world: World, merchant: Merchant, **more: Any) -> tuple[str, str]:
    """The id of a key of another client of the shop's, which has an endpoint; and the key."""
    ring = world.ports("master/keep_keys").keyring
    made = ring.add("agency", "shop", "berg-beutel", by="a test", **more)
    merchant.do("POST /v1/webhooks", made.key, {"url": URL, "events": ["Order.Created"]})
    return made.record.id, made.key


def heard(world: World, merchant: Merchant) -> int:
    """How many events an order brings to the endpoint."""
    world.subscriber.heard.clear()
    world.pass_time(seconds=SECONDS)
    merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    return len(world.subscriber.heard)


def test_endpoint_ends_with_the_last_key_and_not_before(world: World, merchant: Merchant) -> None:
    id, _ = client(world, merchant)
    ring = world.ports("master/keep_keys").keyring
    assert heard(world, merchant) == 1
    second = ring.rotate(id, by="a test", overlap_hours=1).record
    world.pass_time(hours=2)
    assert heard(world, merchant) == 1
    ring.revoke(second.id, by="a test")
    assert heard(world, merchant) == 0
    ring.add("agency", "shop", "berg-beutel", by="a test")
    assert heard(world, merchant) == 1


def test_key_that_expires_takes_its_endpoint_along(world: World, merchant: Merchant) -> None:
    client(world, merchant, days=1)
    assert heard(world, merchant) == 1
    world.pass_time(days=1)
    assert heard(world, merchant) == 0


def test_what_waits_in_line_waits_for_a_key(world: World, merchant: Merchant) -> None:
    id, key = client(world, merchant)
    (endpoint,) = merchant.do("GET /v1/webhooks", key)["items"]
    path = {"endpoint": endpoint["id"]}
    merchant.do("PATCH /v1/webhooks/{endpoint}", key, {"paused": True}, **path)
    assert heard(world, merchant) == 0
    ring = world.ports("master/keep_keys").keyring
    ring.revoke(id, by="a test")
    merchant.do("PATCH /v1/webhooks/{endpoint}", merchant.shop, {"paused": False}, **path)
    world.pass_time(seconds=SECONDS)
    world.settle()
    assert world.subscriber.heard == []
    ring.add("agency", "shop", "berg-beutel", by="a test")
    world.pass_time(minutes=21)
    world.tick()
    world.settle()
    assert len(world.subscriber.heard) == 1


def test_keys_from_before_are_noted_with_the_next_change(world: World, merchant: Merchant) -> None:
    id, _ = client(world, merchant)
    ring = world.ports("master/keep_keys").keyring
    ring.add("agency", "shop", "berg-beutel", by="a test")
    place = keys.holder("shop", "berg-beutel", "agency")
    (item,) = [i for i in world.items() if i["pk"] == place.pk]
    forgetting = world.table.update(
        place,
        "REMOVE " + ", ".join(f"#{name}" for name in item if name.startswith("key_")),
        {},
        names={f"#{name}": name for name in item if name.startswith("key_")},
    )
    del forgetting["Update"]["ExpressionAttributeValues"]
    world.table.write([forgetting])
    ring.revoke(id, by="a test")
    assert heard(world, merchant) == 1
