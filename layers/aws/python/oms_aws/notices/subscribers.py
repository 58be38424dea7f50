"""Subscribers: one call of one endpoint for one event, and the line of what waits for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from typing import Any, NamedTuple

from msgspec import Raw
from msgspec.json import decode, encode
from msgspec.structs import replace

from oms.core.events import LogEntry
from oms.core.pseudonyms import blanked
from oms_aws.notices.audience import actor_shown, shown
from oms_aws.notices.breaker import Heard, Standing, good
from oms_aws.notices.deliveries import Delivery, State
from oms_aws.notices.webhooks import Endpoint, Sending, signed
from oms_aws.notices.wiring import NoticesWiring
from oms_aws.platform.log import read_event
from oms_aws.platform.outgoing import SECONDS, Outcome
from oms_aws.platform.queue import EventNotice

ADDRESSED = "webhook_endpoint"
LATEST = 900
"""Seconds that a message can be put off at most."""

PUNCTUAL = timedelta(minutes=2)
"""So late a message may be that serves a line."""


class Called(NamedTuple):
    """Call of an endpoint: how it went, when, and how the endpoint stands since."""

    outcome: Outcome
    at: datetime
    standing: Standing

    @property
    def state(self) -> State:
        return "delivered" if self.outcome.ok else "failed"


def sending(endpoint: Endpoint, signal: EventNotice, oms: NoticesWiring) -> Sending:
    """One event as its endpoint may see it, signed."""
    at = oms.now()
    secrets = oms.signing.signing(endpoint.id, at=at, rotated_at=endpoint.rotated)
    return signed(endpoint.url, secrets, signal.id, body_of(signal, endpoint.role, oms), at=at)


class Came(NamedTuple):
    """Outcome of a call, and from when to when it lasted."""

    outcome: Outcome
    at: datetime
    until: datetime


def send(sent: Sending, oms: NoticesWiring, *, seconds: float = SECONDS) -> Came:
    """Call an endpoint, for so many seconds at most; reads and writes nothing else."""
    at = oms.now()
    return Came(sent.by(oms.outgoing, seconds=seconds), at, oms.now())


def noted(
    endpoint: Endpoint, signal: EventNotice, seen: Standing, came: Came, oms: NoticesWiring
) -> Called:
    """Note how a call went, on the standing of its endpoint.

    An endpoint that fails at what tells of other endpoints is not paused for it: otherwise two that
    hear of each other could go on for ever.
    """
    if _of_endpoint(signal) and not good(came.outcome):
        return Called(came.outcome, came.at, seen)
    heard = Heard(signal.id, came.outcome, came.until - came.at, came.until)
    return Called(came.outcome, came.at, oms.breakers.heard(endpoint, seen, heard))


def _of_endpoint(signal: EventNotice) -> str:
    """The endpoint that an event tells of, or nothing."""
    kind, _, id = signal.aggregate.partition("/")
    return id if kind == "webhook" else ""


def begun(endpoint: Endpoint, signal: EventNotice, at: datetime) -> Delivery:
    """A delivery that was never tried."""
    return Delivery(
        id=f"{endpoint.id}.{signal.id}",
        endpoint=endpoint.id,
        event=signal.id,
        type=signal.type,
        aggregate=signal.aggregate,
        sequence=signal.sequence,
        first_at=at.isoformat(),
        last_at=at.isoformat(),
    )


def tried(delivery: Delivery, called: Called, state: State) -> Delivery:
    """The delivery after one more try."""
    return replace(
        delivery,
        state=state,
        attempts=delivery.attempts + 1,
        status=called.outcome.status,
        error=called.outcome.error,
        last_at=called.at.isoformat(),
    )


def line_up(known: Delivery | None, new: Delivery, oms: NoticesWiring) -> None:
    """Put a delivery into the line of its endpoint, in the place of its event."""
    oms.deliveries.change(known, lambda seen: replace(seen or new, state="waiting"))
    wake(new.endpoint, oms)


def wake(endpoint: str, oms: NoticesWiring) -> None:
    """Have the line of an endpoint served once it has rested, unless somebody was told to."""
    at, standing = oms.now(), oms.breakers.standing(endpoint)
    if standing.held or standing.served(at):
        return
    after = min(ceil(standing.rest(at).total_seconds()), LATEST)
    summon(endpoint, oms, after=after)
    oms.breakers.woken(endpoint, at + timedelta(seconds=after) + PUNCTUAL)


def summon(endpoint: str, oms: NoticesWiring, *, after: int) -> None:
    """Have the line of an endpoint served in so many seconds."""
    at = oms.now().isoformat()
    serving = EventNotice(type="Line.Served", aggregate=f"endpoint/{endpoint}", at=at)
    oms.queues.send("notices/serve_line", encode(serving).decode(), after=after)


def address(endpoint: Endpoint, signal: EventNotice, oms: NoticesWiring, *, after: int = 0) -> None:
    """Send an event to the step once more, for this endpoint alone."""
    mine = replace(signal, facts={**signal.facts, ADDRESSED: endpoint.id})
    oms.queues.send("notices/tell_subscriber", encode(mine).decode(), after=after)


def wanting(signal: EventNotice, oms: NoticesWiring) -> list[Endpoint]:
    """The endpoints that want an event; of one that is addressed, that one alone.

    Whoever subscribed before it happened wants it. Of an endpoint hear those that keep it, and it
    hears nothing of itself. Who has no key any more hears nothing.
    """
    since = datetime.fromisoformat(signal.at) if signal.at else oms.now()
    to = signal.facts.get(ADDRESSED)
    shop = signal.shop or str(signal.facts.get("shop", ""))
    known = oms.webhooks.endpoints_since(since)
    of = _of_endpoint(signal)
    told = [each for each in known if each.id == of]
    return oms.webhooks.reachable(
        endpoint
        for endpoint in known
        if endpoint.wants(signal.type, shop)
        and to in (None, endpoint.id)
        and (not of or any(each.id != endpoint.id and each.kept_by(endpoint) for each in told))
    )


def body_of(signal: EventNotice, role: str, oms: NoticesWiring) -> str:
    """The event as a CloudEvents 1.0 envelope in JSON, with what the role may know of its data."""
    event = read_event(oms.table, signal.aggregate, signal.sequence)
    data = decode(event.data)
    data.pop("event", None)
    seen = replace(event, actor=actor_shown(role, event.actor), data=Raw(b""))
    return enveloped(seen, shown(role, event.type, data))


def enveloped(event: LogEntry, data: dict[str, Any]) -> str:
    """An event as a CloudEvents 1.0 envelope in JSON, with these data."""
    envelope = {
        "specversion": "1.0",
        "id": event.id,
        "type": event.type,
        "source": f"/v1/{_path(event.aggregate)}",
        "subject": event.aggregate.partition("/")[2],
        "time": event.at,
        "datacontenttype": "application/json",
        "sequence": event.sequence,
        "actor": event.actor,
        "cause": event.cause,
        "format": event.format,
        "data": data,
    }
    return blanked(encode(envelope)).decode()


def _path(aggregate: str) -> str:
    """Path of the API that shows an aggregate."""
    kind, _, id = aggregate.partition("/")
    paths = {
        "order": "orders",
        "purchase": "purchase-orders",
        "webhook": "webhooks",
        "withdrawal": "withdrawals",
        "return": "returns",
    }
    return f"{paths.get(kind, kind)}/{id}"
