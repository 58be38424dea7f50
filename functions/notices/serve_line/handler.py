"""Events that wait for an endpoint are told to it in their order, once they can be."""

from __future__ import annotations

from oms_aws.notices.lines import serve
from oms_aws.notices.replays import REPLAY, go_on
from oms_aws.notices.wiring import NoticesWiring
from oms_aws.platform.queue import EventNotice, queue


@queue
def handler(signal: EventNotice, oms: NoticesWiring) -> None:
    """Somebody found a delivery waiting, the clock looks after an endpoint, or a replay goes on."""
    if signal.type == REPLAY:
        go_on(signal, oms)
    else:
        serve(signal.aggregate.removeprefix("endpoint/"), oms)
