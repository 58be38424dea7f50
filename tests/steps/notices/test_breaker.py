"""An endpoint that fails holds up nobody else, and gets what waited once it is back."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from oms_aws.outgoing import Outgoing
from tests.world import servers
from tests.world.merchant import Merchant
from tests.world.servers import Server, serving
from tests.world.world import World

TELL = "notices/tell_subscriber"
EVENTS = 12


def subscribe(merchant: Merchant, url: str) -> str:
    body = {"url": url, "events": ["Order.Created"]}
    id: str = merchant.do("POST /v1/webhooks", merchant.shop, body)["id"]
    return id


def standing(merchant: Merchant, id: str) -> dict[str, Any]:
    found = merchant.do("GET /v1/webhooks", merchant.shop)["items"]
    return next(each for each in found if each["id"] == id)


def states(merchant: Merchant, id: str) -> Counter[tuple[str, bool]]:
    """How many deliveries are in which state, and whether they were ever tried."""
    route = "GET /v1/webhooks/{endpoint}/deliveries"
    found = merchant.do(route, merchant.shop, endpoint=id)["items"]
    return Counter((each["state"], each["attempts"] > 0) for each in found)


@pytest.mark.parametrize(
    "bad",
    [
        servers.stalls,
        servers.drips,
        servers.never_ends_its_headers,
        servers.resets,
        servers.answers(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\n\r\n"),
    ],
    ids=["stalls", "drips", "answers endlessly", "resets", "redirects"],
)
def test_bad_endpoint_is_paused_and_a_good_one_hears_all(
    world: World, merchant: Merchant, bad: servers.Behaviour
) -> None:
    world.ports(TELL).outgoing = Outgoing(local=True, seconds=0.2)
    with serving(bad) as failing, serving() as good:
        ill, well = subscribe(merchant, failing.url), subscribe(merchant, good.url)
        for _ in range(EVENTS):
            merchant.place(merchant.request(RUCK_45=1))
        deliver_for_a_while(world)
        assert len(set(good.ids)) == EVENTS
        assert states(merchant, well) == {("delivered", True): EVENTS}
        told = standing(merchant, ill)
        assert (told["status"], told["failures"] >= 5) == ("paused", True)
        assert told["paused_at"]
        assert told["error"]
        assert standing(merchant, well)["status"] == "active"
        assert states(merchant, ill)["waiting", False] > 0
        assert len(failing.requests) < EVENTS
        recovers(world, merchant, failing, ill)


def deliver_for_a_while(world: World) -> None:
    """Bring events to the endpoints for less time than a pause takes."""
    world.settle_stream()
    until = world.now().timestamp() + 50
    (queue,) = [n for n, made in world.blueprint.queues.items() if made.step == TELL]
    while world.now().timestamp() < until:
        world._deliver(queue)
        world.pass_time(seconds=2)


def recovers(world: World, merchant: Merchant, server: Server, id: str) -> None:
    server.behaves = servers.GOOD
    world.settle()
    assert states(merchant, id) == {("delivered", True): EVENTS}
    assert standing(merchant, id)["status"] == "active"
    assert len(set(server.ids)) == EVENTS


def test_event_that_a_server_dislikes_pauses_nothing(world: World, merchant: Merchant) -> None:
    id = subscribe(merchant, "http://127.0.0.1:9/hook")
    world.subscriber.status = 422
    for _ in range(8):
        merchant.place(merchant.request(RUCK_45=1))
    deliver_for_a_while(world)
    assert states(merchant, id) == {("failed", True): 8}
    assert standing(merchant, id)["status"] == "active"
    world.subscriber.status = 204


def test_replay_goes_to_the_endpoint_alone_that_asked(world: World, merchant: Merchant) -> None:
    asking = subscribe(merchant, "http://127.0.0.1:9/one")
    subscribe(merchant, "http://127.0.0.1:9/two")
    merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    world.subscriber.heard.clear()
    body = {"after": "2020-01-01T00:00:00Z"}
    merchant.do("POST /v1/webhooks/{endpoint}/replay", merchant.shop, body, endpoint=asking)
    world.settle()
    assert [told["url"] for told in world.subscriber.heard] == ["http://127.0.0.1:9/one"]
