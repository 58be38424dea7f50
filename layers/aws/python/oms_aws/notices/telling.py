"""Events of a delivery, told side by side to the endpoints that want them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from oms_aws.notices.breaker import Standing, good
from oms_aws.notices.deliveries import Delivery, State
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

PATIENCE = 2.5
"""Seconds that an endpoint has for an event which is told at once; in its line it has longer."""


class NotTaken(Exception):
    """An endpoint did not take the event yet."""


class Telling(NamedTuple):
    """One event that is told to one endpoint now; `place` is that of its signal."""

    place: int
    signal: EventNotice
    endpoint: Endpoint
    known: Delivery | None
    sending: Sending


def tell(signals: Sequence[EventNotice], oms: NoticesWiring) -> dict[int, Exception]:
    """Tell endpoints of events; answers the places of those that are to be told again, and why.

    All endpoints are called side by side, so that one which says nothing holds up no other.
    """
    failed: dict[int, Exception] = {}
    standings: dict[str, Standing] = {}
    tellings: list[Telling] = []
    for place, signal in enumerate(signals):
        try:
            tellings += _ready(place, signal, standings, oms)
        except Exception as error:
            failed[place] = error
    for telling, came in zip(tellings, _called(tellings, oms), strict=True):
        try:
            wrong = _taken_down(telling, came, standings, oms)
        except Exception as error:
            failed[telling.place] = error
        else:
            if wrong:
                failed[telling.place] = NotTaken(f"{telling.endpoint.url}: {wrong}")
    return failed


def _ready(
    place: int, signal: EventNotice, standings: dict[str, Standing], oms: NoticesWiring
) -> Iterator[Telling]:
    """The call for an event that its endpoint has not taken yet, if it can be told at once.

    Several endpoints get a message each, so that one that fails is told again by itself. While an
    endpoint is new, paused or slow, or others wait for it, the event gets into its line.
    """
    endpoints = wanting(signal, oms)
    if len(endpoints) > 1:
        for endpoint in endpoints:
            address(endpoint, signal, oms)
        return
    for endpoint in endpoints:
        known = oms.deliveries.get(endpoint.id, signal.id)
        if known and known.state == "delivered" and not signal.redriven:
            return
        if endpoint.id not in standings:
            standings[endpoint.id] = oms.breakers.standing(endpoint.id)
        if not standings[endpoint.id].direct or (known and known.state == "waiting"):
            line_up(known, begun(endpoint, signal, oms.now()), oms)
            return
        yield Telling(place, signal, endpoint, known, sending(endpoint, signal, oms))


def _called(tellings: Sequence[Telling], oms: NoticesWiring) -> list[Came]:
    """Outcomes of the calls; they are made at one time, by threads that do nothing else."""
    if len(tellings) < 2:
        return [send(each.sending, oms, seconds=PATIENCE) for each in tellings]
    with ThreadPoolExecutor(len(tellings)) as threads:
        return list(threads.map(lambda each: send(each.sending, oms, seconds=PATIENCE), tellings))


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
    return came.outcome.error
