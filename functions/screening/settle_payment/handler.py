"""What is left of a cancelled or changed order may be paid already: then it goes on."""

from __future__ import annotations

from oms.payments.payment import settle
from oms_aws.edges.queue import Signal, queue
from oms_aws.orders import Saved
from oms_aws.wiring import Ports


@queue
def handler(signal: Signal, oms: Ports) -> None:
    oms.orders.change(
        signal.order_id, lambda order: settle(order, at=oms.now()), Saved("auftakt", signal.id)
    )
