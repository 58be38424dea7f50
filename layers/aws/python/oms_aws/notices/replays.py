"""Replays: deliveries are sent again page by page, however many there are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec.json import encode

from oms_aws.notices.deliveries import Delivery
from oms_aws.notices.subscribers import ADDRESSED
from oms_aws.notices.webhooks import Endpoint
from oms_aws.notices.wiring import NoticesWiring
from oms_aws.platform.queue import EventNotice

AT_ONCE = 1_000
REPLAY = "Line.Replayed"


def named(endpoint: Endpoint, deliveries: Iterable[str], actor: str, oms: NoticesWiring) -> int:
    """Send those deliveries again that the endpoint has; answers how many."""
    prefix = f"{endpoint.id}."
    events = [each.removeprefix(prefix) for each in deliveries if each.startswith(prefix)]
    found = oms.deliveries.named(endpoint.id, events)
    _send(endpoint, found, actor, oms)
    return len(found)


def since(endpoint: Endpoint, at: datetime, actor: str, oms: NoticesWiring) -> tuple[int, bool]:
    """Send the deliveries of events since a time again, up to now.

    Answers how many were queued at once, and whether there are more, which follow.
    """
    first = f"evt_{int(at.timestamp() * 1000):012x}"
    return _page(endpoint, first, oms.new_id("evt"), actor, oms)


def go_on(signal: EventNotice, oms: NoticesWiring) -> None:
    """Send the next page of a replay; of an endpoint that is there no more, none."""
    id, facts = signal.aggregate.removeprefix("endpoint/"), signal.facts
    for endpoint in oms.webhooks.endpoints():
        if endpoint.id == id:
            _page(endpoint, facts["behind"], facts["until"], signal.actor, oms)


def _page(
    endpoint: Endpoint, behind: str, until: str, actor: str, oms: NoticesWiring
) -> tuple[int, bool]:
    """A page of a replay is queued, and a message of its own brings the next one."""
    read = oms.deliveries.since(endpoint.id, behind, limit=AT_ONCE)
    found = [each for each in read if each.event < until]
    _send(endpoint, found, actor, oms)
    more = len(found) == AT_ONCE
    if more:
        facts: dict[str, Any] = {"behind": found[-1].event, "until": until}
        rest = EventNotice(
            type=REPLAY, aggregate=f"endpoint/{endpoint.id}", actor=actor, facts=facts
        )
        oms.queues.send("notices/serve_line", encode(rest).decode())
    return len(found), more


def _send(endpoint: Endpoint, deliveries: list[Delivery], actor: str, oms: NoticesWiring) -> None:
    signals = (
        EventNotice(
            id=each.event,
            type=each.type,
            aggregate=each.aggregate,
            shop=endpoint.shop,
            sequence=each.sequence,
            actor=actor,
            redriven=1,
            facts={ADDRESSED: endpoint.id},
        )
        for each in deliveries
    )
    bodies = [encode(signal).decode() for signal in signals]
    oms.queues.send_many("notices/tell_subscriber", bodies)
