"""An endpoint hears of an event, signed, again and again until it took it or time is up."""

from __future__ import annotations

from oms_aws.edges.lines import BACKOFF_SECONDS
from oms_aws.edges.queue import Signal, Unfinished, batch
from oms_aws.edges.telling import tell
from oms_aws.wiring import Ports


@batch(backoff=BACKOFF_SECONDS)
def handler(signals: list[Signal], oms: Ports) -> Unfinished:
    """All events of a delivery are told at one time."""
    return tell(signals, oms)
