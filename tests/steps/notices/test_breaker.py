"""An endpoint that fails holds up nobody else, and gets what waited once it is back."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from bench.gear import servers
from bench.gear.servers import Server, serving
from oms_aws.notices.telling import PATIENCE
from oms_aws.platform import keys
from oms_aws.platform.outgoing import SECONDS, Outcome, Outgoing, Poster
from tests.world.merchant import Merchant
from tests.world.world import World

TELL, SERVE = "notices/tell_subscriber", "notices/serve_line"
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
    calls_for_real(world, seconds=0.2)
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
    while world.now().timestamp() < until:
        for queue in queues(world, TELL, SERVE):
            world._deliver(queue)
        world.pass_time(seconds=2)


def queues(world: World, *steps: str) -> list[str]:
    return [name for name, made in world.blueprint.queues.items() if made.step in steps]


def recovers(world: World, merchant: Merchant, server: Server, id: str) -> None:
    """All that waited, and what had failed before, comes in the order of the events."""
    server.behaves, before = servers.GOOD, len(server.requests)
    world.settle()
    assert states(merchant, id) == {("delivered", True): EVENTS}
    assert standing(merchant, id)["status"] == "active"
    recovered = server.ids[before:]
    assert len(recovered) == EVENTS
    assert recovered == sorted(recovered)


def calls_for_real(world: World, *, seconds: float) -> tuple[Counted, Counted]:
    """Endpoints are servers on this machine; answers what each of the two steps calls."""
    told, served = (Counted(Outgoing(local=True, seconds=seconds)) for _ in range(2))
    world.ports(TELL).outgoing, world.ports(SERVE).outgoing = told, served
    return told, served


class Counted:
    """Counts the calls that go out, by address."""

    def __init__(self, out: Poster) -> None:
        self._out = out
        self.calls: Counter[str] = Counter()
        self.patience: set[float] = set()
        self.check = out.check

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, seconds: float = SECONDS
    ) -> Outcome:
        self.calls[url] += 1
        self.patience.add(seconds)
        return self._out.post(url, body, headers, seconds=seconds)


def test_slow_endpoint_is_served_in_its_line_and_keeps_no_worker_of_others(
    world: World, merchant: Merchant
) -> None:
    """It takes each event, 7 seconds later: until it does so quickly it is not called at once."""
    told, served = calls_for_real(world, seconds=8)

    def slowly(connection: socket.socket, over: threading.Event) -> None:
        world.pass_time(seconds=7)
        servers.GOOD(connection, over)

    with serving(slowly) as slow, serving() as good:
        late, well = subscribe(merchant, slow.url), subscribe(merchant, good.url)
        for _ in range(EVENTS):
            merchant.place(merchant.request(RUCK_45=1))
        world.settle()
        assert states(merchant, well) == states(merchant, late) == {("delivered", True): EVENTS}
        assert told.calls[slow.url] == 0
        assert served.calls[slow.url] == EVENTS
        assert served.calls[good.url] <= EVENTS
        assert standing(merchant, late)["status"] == "active"
        slow.behaves = servers.GOOD
        for _ in range(12):
            merchant.place(merchant.request(RUCK_45=1))
            world.settle()
        assert told.calls[slow.url] > 0


def test_endpoint_is_called_at_once_from_the_first_event_on_that_it_took(
    world: World, merchant: Merchant
) -> None:
    told, served = calls_for_real(world, seconds=8)
    with serving() as new:
        id = subscribe(merchant, new.url)
        for count in (1, 2):
            merchant.place(merchant.request(RUCK_45=1))
            world.settle()
            assert (served.calls[new.url], told.calls[new.url]) == (1, count - 1)
        for held in (True, False):
            body = {"paused": held}
            merchant.do("PATCH /v1/webhooks/{endpoint}", merchant.shop, body, endpoint=id)
        merchant.place(merchant.request(RUCK_45=1))
        world.settle()
        assert (served.calls[new.url], told.calls[new.url]) == (2, 1), "let go on, it is new again"
    assert (served.patience, told.patience) == ({SECONDS}, {PATIENCE})


def test_endpoint_that_turns_bad_holds_up_no_other_of_its_delivery(
    world: World, merchant: Merchant
) -> None:
    """It answers only once the others have been called: one after another they would never be."""
    told, _ = calls_for_real(world, seconds=8)
    with serving() as turning, serving() as good:
        for server in (turning, good):
            subscribe(merchant, server.url)
        proven(world, merchant)
        met = threading.Event()

        def answers(connection: socket.socket, over: threading.Event) -> None:
            met.set()
            servers.GOOD(connection, over)

        def waits(connection: socket.socket, over: threading.Event) -> None:
            if met.wait(2):
                servers.GOOD(connection, over)

        good.behaves, turning.behaves = answers, waits
        merchant.place(merchant.request(RUCK_45=1))
        world.settle()
        assert told.calls[turning.url] == told.calls[good.url] == 1
        assert met.is_set()


def proven(world: World, merchant: Merchant) -> None:
    """Every endpoint has taken an event."""
    merchant.place(merchant.request(RUCK_45=1))
    world.settle()


def test_endpoint_that_does_not_answer_in_time_is_called_in_its_line_from_then_on(
    world: World, merchant: Merchant
) -> None:
    told, _ = calls_for_real(world, seconds=0.2)

    def stalls(_: socket.socket, over: threading.Event) -> None:
        world.pass_time(seconds=3)
        over.wait(1)

    with serving() as turning:
        id = subscribe(merchant, turning.url)
        proven(world, merchant)
        turning.behaves = stalls
        for _ in range(3):
            merchant.place(merchant.request(RUCK_45=1))
            world.settle_stream()
            deliver_for_a_while(world)
        assert told.calls[turning.url] == 1
        assert states(merchant, id)["failed", True] == 0, "what it did not take waits in the line"
        turning.behaves = servers.GOOD
        world.settle()
        assert states(merchant, id) == {("delivered", True): 4}
        assert told.calls[turning.url] == 1


def test_two_workers_never_serve_one_line(world: World) -> None:
    breakers, at = world.ports(SERVE).breakers, world.now()
    assert breakers.take("whk_1", at)
    assert not breakers.take("whk_1", at)
    breakers.leave("whk_1", woken_until=at)
    assert breakers.take("whk_1", at)
    assert breakers.take("whk_1", at + timedelta(seconds=60)), "its worker is gone"


def test_line_whose_message_got_lost_is_served_by_the_clock(
    world: World, merchant: Merchant
) -> None:
    id = subscribe(merchant, "http://127.0.0.1:9/hook")
    world.subscriber.status = 500
    for _ in range(EVENTS):
        merchant.place(merchant.request(RUCK_45=1))
    deliver_for_a_while(world)
    assert states(merchant, id)["waiting", False] > 0
    world.subscriber.status = 204
    for queue in queues(world, TELL, SERVE):
        world.outside.queues[queue].clear()
    world.settle()
    assert world.subscriber.heard == []
    world.pass_time(minutes=21)
    world.tick()
    assert states(merchant, id) == {("delivered", True): EVENTS}


def test_event_whose_next_try_got_lost_is_told_by_the_clock(
    world: World, merchant: Merchant
) -> None:
    id = subscribe(merchant, "http://127.0.0.1:9/hook")
    world.subscriber.status = 503
    merchant.place(merchant.request(RUCK_45=1))
    deliver_for_a_while(world)
    (queue,) = queues(world, TELL)
    world.outside.queues[queue].clear()
    world.subscriber.status = 204
    world.pass_time(minutes=21)
    world.tick()
    assert states(merchant, id) == {("delivered", True): 1}
    world.pass_time(minutes=21)
    world.tick()
    item = world.table.get(keys.endpoint_standing(id))
    assert item
    assert "gsi3pk" not in item, "the clock looks after it no more"


def test_event_that_nobody_takes_leaves_the_line_to_those_behind(
    world: World, merchant: Merchant
) -> None:
    """A server that breaks at one event alone gets the others once that is given up."""
    id = subscribe(merchant, "http://127.0.0.1:9/hook")
    post = world.subscriber.post
    poison: list[str] = []

    def breaks(url: str, body: bytes, headers: Mapping[str, str], **_: float) -> Outcome:
        poison[:] = poison or [headers["webhook-id"]]
        broken = headers["webhook-id"] == poison[0]
        return Outcome(500, "HTTP 500") if broken else post(url, body, headers)

    world.ports(TELL).outgoing = world.ports(SERVE).outgoing = Breaking(breaks)
    merchant.place(merchant.request(RUCK_45=1))
    world.settle_stream()
    deliver_for_a_while(world)
    for _ in range(4):
        merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    assert states(merchant, id) == {("delivered", True): 4, ("exhausted", True): 1}
    (letter,) = world.letters()
    assert (letter["step"], letter["body"].count(poison[0])) == (TELL, 1)


class Breaking:
    """Goes out as it is told."""

    def __init__(self, post: Callable[..., Outcome]) -> None:
        self.post = post
        self.check = Outgoing(local=True).check


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
