"""What waits for an endpoint is told to it in its order, once it can be."""

from __future__ import annotations

from oms_aws.edges.lines import serve
from oms_aws.edges.queue import Signal, queue
from oms_aws.wiring import Ports


@queue
def handler(signal: Signal, oms: Ports) -> None:
    """Somebody found a delivery waiting, or the clock looks after an endpoint."""
    serve(signal.aggregate.removeprefix("endpoint/"), oms)
