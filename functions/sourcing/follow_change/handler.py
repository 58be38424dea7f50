"""A changed order gives back, claims and routes what is different about it."""

from __future__ import annotations

from oms_aws.edges.queue import Signal, queue
from oms_aws.sourcing import follow
from oms_aws.wiring import Ports


@queue
def handler(signal: Signal, oms: Ports) -> None:
    follow(oms, signal.order_id)
