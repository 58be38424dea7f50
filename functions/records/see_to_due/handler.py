"""Acts that the clock says are due are done to the order, if they still are."""

from __future__ import annotations

from oms.records.due import apply_due
from oms_aws.platform.log import Saved
from oms_aws.platform.queue import EventNotice, queue
from oms_aws.records.wiring import RecordsWiring


@queue
def handler(signal: EventNotice, oms: RecordsWiring) -> None:
    oms.orders.change(
        signal.order_id,
        lambda order: apply_due(order, at=oms.now()),
        Saved("auftakt", signal.id),
    )
