"""An endpoint hears of an event, signed, again and again until it took it or time is up."""

from __future__ import annotations

from oms_aws.notices.lines import BACKOFF_SECONDS
from oms_aws.notices.telling import tell
from oms_aws.notices.wiring import NoticesWiring
from oms_aws.platform.queue import EventNotice, Unfinished, batch


@batch(backoff=BACKOFF_SECONDS)
def handler(signals: list[EventNotice], oms: NoticesWiring) -> Unfinished:
    """All events of a delivery are told at one time."""
    return tell(signals, oms)
