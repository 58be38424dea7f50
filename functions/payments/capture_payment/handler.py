"""Billed amounts are captured from the order's authorisation; what nobody needs is let go."""

from __future__ import annotations

from oms_aws.payments import paying
from oms_aws.payments.wiring import PaymentsWiring
from oms_aws.platform.queue import EventNotice, queue


@queue
def handler(signal: EventNotice, oms: PaymentsWiring) -> None:
    if signal.aggregate.startswith("order/"):
        paying.capture(signal.order_id, signal.id, oms)
        paying.refund(signal.order_id, signal.id, oms)
