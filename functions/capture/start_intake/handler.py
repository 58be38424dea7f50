"""A stored order starts its intake, once, however often it is told."""

from __future__ import annotations

from oms_aws.edges.queue import Signal, queue
from oms_aws.wiring import Ports


@queue
def handler(signal: Signal, oms: Ports) -> None:
    again = f"r{signal.redriven}-{signal.cause[-12:]}" if signal.redriven else ""
    oms.intake.start(signal.order_id, again=again)
