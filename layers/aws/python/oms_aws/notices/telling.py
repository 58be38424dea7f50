"""Events of a delivery, told side by side to the endpoints that want them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from oms_aws.notices.breaker import SLOW, Standing, good
from oms_aws.notices.deliveries import Delivery, State
from oms_aws.notices.lines import pause
from oms_aws.notices.subscribers import (
    Came,
    address,
    begun,
    line_up,
    noted,
    send,
    sending,
    tried,
    wake,
    wanting,
)
from oms_aws.notices.webhooks import Endpoint, Sending
from oms_aws.notices.wiring import NoticesWiring
from oms_aws.platform.queue import EventNotice

PATIENCE = SLOW.total_seconds()
"""Seconds that an endpoint has for an event which is told at once; in its line it has longer.

So long at most a delivery waits for those that say nothing."""

TOGETHER = 8
"""So many endpoints of an event are told in one delivery; further ones get a message each."""


class NotTaken(Exception):
    """An endpoint did not take the event yet."""


class Telling(NamedTuple):
    """One event that is told to one endpoint now; `place` is that of its signal.

    Where the event is `shared` with other endpoints, one that fails gets a message of its own.
    """

    place: int
    signal: EventNotice
    endpoint: Endpoint
    known: Delivery | None
    sending: Sending
    shared: bool


def tell(signals: Sequence[EventNotice], oms: NoticesWiring) -> dict[int, Exception]:
    """Tell endpoints of events; answers the places of those that are to be told again, and why.

    All endpoints are called side by side, each as soon as its event is ready, by threads that do
    nothing else: one that says nothing holds up no other.
    """
    failed: dict[int, Exception] = {}
    standings: dict[str, Standing] = {}
    calls: list[tuple[Telling, Future[Came]]] = []
    with ThreadPoolExecutor(TOGETHER * max(len(signals), 1)) as threads:
        for place, signal in enumerate(signals):
            try:
                for each in _ready(place, signal, standings, oms):
                    call = threads.submit(send, each.sending, oms, seconds=PATIENCE)
                    calls.append((each, call))
            except Exception as error:
                failed[place] = error
    for telling, call in calls:
        try:
            wrong = _taken_down(telling, call.result(), standings, oms)
        except Exception as error:
            failed[telling.place] = error
        else:
            if wrong:
                failed[telling.place] = NotTaken(f"{telling.endpoint.url}: {wrong}")
    return failed


def _ready(
    place: int, signal: EventNotice, standings: dict[str, Standing], oms: NoticesWiring
) -> Iterator[Telling]:
    """The calls for an event that its endpoints have not taken yet, where it can be told at once.

    While an endpoint is new, paused or slow, or others wait for it, the event gets into its line.
    """
    endpoints = wanting(signal, oms)
    shared = len(endpoints) > 1
    for endpoint in endpoints[TOGETHER:]:
        address(endpoint, signal, oms)
    for endpoint in endpoints[:TOGETHER]:
        known = oms.deliveries.get(endpoint.id, signal.id)
        if known and not signal.redriven and _settled(known, shared):
            continue
        if endpoint.id not in standings:
            standings[endpoint.id] = oms.breakers.standing(endpoint.id)
        if not standings[endpoint.id].direct or (known and known.state == "waiting"):
            line_up(known, begun(endpoint, signal, oms.now()), oms)
            continue
        sent = sending(endpoint, signal, oms)
        yield Telling(place, signal, endpoint, known, sent, shared)


def _settled(known: Delivery, shared: bool) -> bool:
    """True if nothing is to be done about a delivery here: what failed has a message of its own,
    or the clock finds that it got lost."""
    return known.state == "delivered" or (shared and known.state == "failed")


def _taken_down(
    telling: Telling, came: Came, standings: dict[str, Standing], oms: NoticesWiring
) -> str:
    """Note how a call went; answers what went wrong if a message is to bring the event again."""
    endpoint, signal, known = telling.endpoint, telling.signal, telling.known
    called = noted(endpoint, signal, standings[endpoint.id], came, oms)
    standings[endpoint.id] = called.standing
    waits = not called.standing.direct and not good(came.outcome)
    state: State = "waiting" if waits else called.state
    oms.deliveries.change(
        known, lambda seen: tried(seen or begun(endpoint, signal, came.at), called, state)
    )
    if waits:
        wake(endpoint.id, oms)
        return ""
    if came.outcome.error and telling.shared:
        address(endpoint, signal, oms, after=pause(1))
        return ""
    return came.outcome.error
