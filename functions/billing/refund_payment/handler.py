"""What is credited, or was captured and not needed, goes back to where it came from."""

from __future__ import annotations

from oms_aws import paying
from oms_aws.edges.queue import Signal, queue
from oms_aws.wiring import Ports


@queue
def handler(signal: Signal, oms: Ports) -> None:
    if signal.aggregate.startswith("order/"):
        paying.refund(signal.order_id, signal.id, oms)
