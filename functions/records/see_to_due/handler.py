"""What the clock says is due is done to the order, if it still is."""

from __future__ import annotations

from oms.records.due import see_to
from oms_aws.edges.queue import Signal, queue
from oms_aws.orders import Saved
from oms_aws.wiring import Ports


@queue
def handler(signal: Signal, oms: Ports) -> None:
    oms.orders.change(
        signal.order_id,
        lambda order: see_to(order, at=oms.now()),
        Saved("auftakt", signal.id),
    )
