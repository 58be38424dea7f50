"""New stock goes to the orders that wait for it, the oldest first."""

from __future__ import annotations

from oms_aws.edges.queue import Signal, queue
from oms_aws.sourcing import allocate_waiting
from oms_aws.wiring import Ports


@queue
def handler(signal: Signal, oms: Ports) -> None:
    allocate_waiting(oms, signal.aggregate.removeprefix("stock/"))
