"""A change that waited for warehouses is done once all gave back, or dropped if one could not."""

from __future__ import annotations

from oms_aws.payments import changes
from oms_aws.payments.wiring import PaymentsWiring
from oms_aws.platform.log import Saved
from oms_aws.platform.queue import EventNotice, queue
from oms_aws.sourcing.reserving import settle


@queue
def handler(signal: EventNotice, oms: PaymentsWiring) -> None:
    seen = oms.orders.get(signal.order_id)
    if seen.order.changes.pending is None:
        return
    settle(oms, signal.order_id)
    oms.orders.change(
        signal.order_id, lambda order: changes.finish(order, oms), Saved("auftakt", signal.id)
    )
