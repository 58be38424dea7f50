"""What is billed is captured from the order's authorisation; what nobody needs of it is let go."""

from __future__ import annotations

from oms_aws import paying
from oms_aws.edges.queue import Signal, queue
from oms_aws.wiring import Ports


@queue
def handler(signal: Signal, oms: Ports) -> None:
    if signal.aggregate.startswith("order/"):
        paying.capture(signal.order_id, signal.id, oms)
        paying.refund(signal.order_id, signal.id, oms)
