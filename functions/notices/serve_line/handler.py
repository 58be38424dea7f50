"""What waits for an endpoint is told to it in its order, once it can be."""

from __future__ import annotations

from oms_aws.edges.lines import serve
from oms_aws.edges.queue import Signal, queue
from oms_aws.edges.replays import REPLAY, go_on
from oms_aws.wiring import Ports


@queue
def handler(signal: Signal, oms: Ports) -> None:
    """Somebody found a delivery waiting, the clock looks after an endpoint, or a replay goes on."""
    if signal.type == REPLAY:
        go_on(signal, oms)
    else:
        serve(signal.aggregate.removeprefix("endpoint/"), oms)
