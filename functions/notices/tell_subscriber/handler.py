"""An endpoint hears of an event, signed, again and again until it took it or time is up."""

from __future__ import annotations

from oms_aws.edges.lines import BACKOFF_SECONDS
from oms_aws.edges.queue import Signal, queue
from oms_aws.edges.subscribers import address, tell, wanting
from oms_aws.wiring import Ports


class NotTaken(Exception):
    """An endpoint did not take the event yet."""


@queue(backoff=BACKOFF_SECONDS)
def handler(signal: Signal, oms: Ports) -> None:
    """Several endpoints get a message each, so that one that fails is told again by itself."""
    endpoints = wanting(signal, oms)
    if len(endpoints) > 1:
        for endpoint in endpoints:
            address(endpoint, signal, oms)
        return
    for endpoint in endpoints:
        if error := tell(endpoint, signal, oms):
            raise NotTaken(f"{endpoint.url}: {error}")
