"""A shop's endpoints hear of an event, signed, again and again until they took it or time is up."""

from __future__ import annotations

from datetime import datetime

from oms_aws.edges.queue import Signal, queue
from oms_aws.edges.subscribers import tell
from oms_aws.wiring import Ports

BACKOFF_SECONDS = (5, 30, 120, 600, 1_800, 7_200, 21_600)


class NotTaken(Exception):
    """An endpoint did not take the event yet."""


@queue(backoff=BACKOFF_SECONDS)
def handler(signal: Signal, oms: Ports) -> None:
    missed = [
        f"{endpoint.url}: {error}"
        for endpoint in oms.webhooks.endpoints_since(_told_at(signal, oms))
        if endpoint.wants(signal.type, signal.shop) and (error := tell(endpoint, signal, oms))
    ]
    if missed:
        raise NotTaken("; ".join(missed))


def _told_at(signal: Signal, oms: Ports) -> datetime:
    """When the event happened: whoever subscribed before it wants it."""
    return datetime.fromisoformat(signal.at) if signal.at else oms.now()
