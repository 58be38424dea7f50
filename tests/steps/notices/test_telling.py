"""An event's endpoints are told in one delivery; one that says nothing holds that for a second."""

from __future__ import annotations

from collections.abc import Mapping

from bench.gear import servers
from bench.gear.servers import serving
from oms_aws.notices.telling import PATIENCE, TOGETHER
from oms_aws.platform.outgoing import SECONDS, Outcome, Outgoing
from tests.steps.notices.test_breaker import (
    EVENTS,
    SERVE,
    TELL,
    Counted,
    calls_for_real,
    proven,
    queues,
    states,
    subscribe,
)
from tests.world.merchant import Merchant
from tests.world.world import World


def test_event_for_several_endpoints_is_told_in_one_delivery_and_who_fails_hears_it_again_alone(
    world: World, merchant: Merchant
) -> None:
    """A message for each would keep a worker each, as soon as some of them say nothing."""
    told, served = calls_for_real(world, seconds=8)
    with serving() as failing, serving() as one, serving() as two:
        ids = [subscribe(merchant, server.url) for server in (failing, one, two)]
        proven(world, merchant)
        before = (*told.calls.values(), *served.calls.values())
        failing.behaves = servers.answers(b"HTTP/1.1 503 Busy\r\n\r\n")
        merchant.place(merchant.request(RUCK_45=1))
        world.settle_stream()
        (queue,) = queues(world, TELL)
        world._deliver(queue)
        assert len(one.ids) == len(two.ids) == len(failing.ids) == 2
        assert states(merchant, ids[0]) == {("delivered", True): 1, ("failed", True): 1}
        (message,) = world.outside.queues[queue]
        assert ids[0] in message.body
        assert message.visible_at > world.time, "it is tried again after a while"
        failing.behaves = servers.GOOD
        world.settle()
        for id in ids:
            assert states(merchant, id) == {("delivered", True): 2}
        assert (len(failing.ids), len(one.ids), len(two.ids)) == (3, 2, 2)
        assert sum(told.calls.values()) + sum(served.calls.values()) == sum(before) + 4


def test_event_for_very_many_endpoints_reaches_each_once(world: World, merchant: Merchant) -> None:
    with serving() as server:
        world.ports(TELL).outgoing = world.ports(SERVE).outgoing = Outgoing(local=True)
        ids = [subscribe(merchant, server.url) for _ in range(TOGETHER + 3)]
        for _ in range(2):
            proven(world, merchant)
        for id in ids:
            assert states(merchant, id) == {("delivered", True): 2}
        assert len(server.ids) == 2 * len(ids)


def test_endpoint_holds_up_a_delivery_for_a_second_and_not_again_before_it_is_quick(
    world: World, merchant: Merchant
) -> None:
    """It takes each event after a second and a half: in its line, where nobody waits for that."""
    slowly = Slow(world, seconds=1.5)
    with serving() as turning:
        id = subscribe(merchant, turning.url)
        world.ports(TELL).outgoing = world.ports(SERVE).outgoing = Outgoing(local=True)
        proven(world, merchant)
        world.ports(TELL).outgoing = told = Counted(slowly)
        world.ports(SERVE).outgoing = served = Counted(slowly)
        for _ in range(2 * EVENTS):
            merchant.place(merchant.request(RUCK_45=1))
            world.settle()
        assert (told.calls[turning.url], told.patience) == (1, {PATIENCE})
        assert slowly.held == PATIENCE + 2 * EVENTS * 1.5
        assert PATIENCE <= 1
        assert served.calls[turning.url] == 2 * EVENTS
        assert states(merchant, id) == {("delivered", True): 2 * EVENTS + 1}


class Slow:
    """Answers after so many seconds of the world's clock, if it is waited for so long."""

    def __init__(self, world: World, *, seconds: float) -> None:
        self._world = world
        self._seconds = seconds
        self.held = 0.0
        self.check = Outgoing(local=True).check

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, seconds: float = SECONDS
    ) -> Outcome:
        waited = min(seconds, self._seconds)
        self.held += waited
        self._world.pass_time(seconds=waited)
        in_time = waited == self._seconds
        return Outcome(204, "") if in_time else Outcome(0, f"no answer within {seconds:g} seconds")
