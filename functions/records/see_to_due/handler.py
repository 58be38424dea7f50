"""What the clock says is due is done to the order, if it still is."""

from __future__ import annotations

from oms.records.due import see_to
from oms_aws.platform.log import Saved
from oms_aws.platform.queue import Signal, queue
from oms_aws.records.wiring import RecordsWiring


@queue
def handler(signal: Signal, oms: RecordsWiring) -> None:
    oms.orders.change(
        signal.order_id,
        lambda order: see_to(order, at=oms.now()),
        Saved("auftakt", signal.id),
    )
