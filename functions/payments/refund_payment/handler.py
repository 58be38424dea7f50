"""Money that is credited, or was captured in vain, goes back to where it came from."""

from __future__ import annotations

from oms_aws.payments import paying
from oms_aws.payments.wiring import PaymentsWiring
from oms_aws.platform.queue import EventNotice, queue


@queue
def handler(signal: EventNotice, oms: PaymentsWiring) -> None:
    if signal.aggregate.startswith("order/"):
        paying.refund(signal.order_id, signal.id, oms)
