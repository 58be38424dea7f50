"""The lines of endpoints: what waits for one is told in the order of its events."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.json import encode
from msgspec.structs import replace

from oms_aws.notices.breaker import OF_THE_EVENT, Standing, good
from oms_aws.notices.deliveries import TRIES, Delivery, State
from oms_aws.notices.subscribers import (
    ADDRESSED,
    PUNCTUAL,
    Called,
    address,
    noted,
    send,
    sending,
    summon,
    tried,
)
from oms_aws.notices.webhooks import Endpoint
from oms_aws.notices.wiring import NoticesWiring
from oms_aws.platform.queue import EventNotice
from oms_aws.platform.queues import Given

BACKOFF_SECONDS = (5, 30, 120, 600, 1_800, 7_200, 21_600)
"""How long an event waits before each further try, as long as its endpoint works."""

OVERDUE = timedelta(minutes=10)
"""A failed delivery that is tried again so much later than it should be has lost its message."""

AT_ONCE = 25
STOP_AFTER = timedelta(seconds=20)
"""A worker begins no further call after so long: others wait for it as well."""

SOON = 5
UNLISTED = 2
"""Seconds until what is counted as waiting, and not in the list yet, is looked for again."""


def serve(id: str, oms: NoticesWiring) -> None:
    """Tell an endpoint what waits for it, one after another, unless somebody else does."""
    if not oms.breakers.take(id, oms.now()):
        return
    endpoint = next((each for each in oms.webhooks.endpoints() if each.id == id), None)
    if endpoint is None:
        oms.breakers.retire(id)
        return
    if oms.breakers.standing(id).held or not oms.webhooks.reachable([endpoint]):
        oms.breakers.leave(id, woken_until=oms.now())
        return
    try:
        again = _served(endpoint, oms)
    except Exception:
        oms.breakers.leave(id, woken_until=oms.now())
        raise
    if again is None and oms.breakers.close(id):
        return
    after = SOON if again is None else again
    oms.breakers.leave(id, woken_until=oms.now() + timedelta(seconds=after) + PUNCTUAL)
    summon(id, oms, after=after)


def _served(endpoint: Endpoint, oms: NoticesWiring) -> int | None:
    """In how many seconds the line is to be served again; None when nothing waits."""
    id = endpoint.id
    begin, standing = oms.now(), oms.breakers.standing(id)
    if rest := standing.rest(begin):
        return int(rest.total_seconds()) + 1
    _take_in(id, standing, begin, oms)
    found = oms.deliveries.oldest(id, "waiting", limit=AT_ONCE)
    for delivery in found:
        called = _tell(endpoint, delivery, standing, oms)
        standing = called.standing
        if not good(called.outcome):
            return max(int(standing.rest(oms.now()).total_seconds()) + 1, SOON)
        if oms.now() - begin > STOP_AFTER:
            break
    if not oms.breakers.standing(id).waiting:
        return None
    return 0 if found else UNLISTED


def _tell(endpoint: Endpoint, delivery: Delivery, standing: Standing, oms: NoticesWiring) -> Called:
    """Tell the endpoint of one event; what it refuses for that event's sake leaves the line."""
    signal = EventNotice(
        id=delivery.event,
        type=delivery.type,
        aggregate=delivery.aggregate,
        shop=endpoint.shop,
        sequence=delivery.sequence,
        facts={ADDRESSED: endpoint.id},
    )
    called = noted(endpoint, signal, standing, send(sending(endpoint, signal, oms), oms), oms)
    last = (delivery.attempts + 1) % TRIES == 0
    leaves = called.outcome.ok or last or called.outcome.status in OF_THE_EVENT
    state: State = called.state if leaves else "waiting"
    oms.deliveries.change(
        delivery, lambda seen: tried(seen or delivery, called, state) if _waits(seen) else None
    )
    if called.outcome.ok or not leaves:
        return called
    if last:
        given = Given(
            step="notices/tell_subscriber",
            reason=f"NotTaken: {endpoint.url}: {called.outcome.error}",
            message=f"{delivery.id}.{delivery.attempts + 1}",
            sent=str(int(datetime.fromisoformat(delivery.first_at).timestamp() * 1000)),
        )
        oms.queues.give_up(encode(signal).decode(), given)
    else:
        address(endpoint, signal, oms, after=min(pause(delivery.attempts + 1), 900))
    return called


def _take_in(id: str, standing: Standing, at: datetime, oms: NoticesWiring) -> None:
    """Let failed deliveries wait in the line: those that an endpoint at rest has still to get,
    and those whose message for the next try must have got lost."""
    for delivery in oms.deliveries.oldest(id, "failed", limit=AT_ONCE):
        late = datetime.fromisoformat(delivery.last_at) + OVERDUE
        lost = late + timedelta(seconds=pause(delivery.attempts)) < at
        if lost or (standing.paused_until and delivery.status not in OF_THE_EVENT):
            oms.deliveries.change(delivery, _waiting_again)


def pause(attempts: int) -> int:
    """The seconds between a try and the next one, after so many of them."""
    return BACKOFF_SECONDS[min((attempts - 1) % TRIES, len(BACKOFF_SECONDS) - 1)]


def _waits(seen: Delivery | None) -> bool:
    return seen is not None and seen.state == "waiting"


def _waiting_again(seen: Delivery | None) -> Delivery | None:
    return replace(seen, state="waiting") if seen and seen.state == "failed" else None
