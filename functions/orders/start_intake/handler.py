"""A stored order starts its intake, once, however often it is told."""

from __future__ import annotations

from oms_aws.orders.wiring import OrdersWiring
from oms_aws.platform.queue import EventNotice, queue


@queue
def handler(signal: EventNotice, oms: OrdersWiring) -> None:
    again = f"r{signal.redriven}-{signal.cause[-12:]}" if signal.redriven else ""
    oms.intake.start(signal.order_id, again=again)
