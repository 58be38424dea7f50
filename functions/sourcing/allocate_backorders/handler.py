"""New stock goes to the orders that wait for it, the oldest first."""

from __future__ import annotations

from oms_aws.edges.queue import Signal, queue
from oms_aws.sourcing import allocate
from oms_aws.wiring import Ports


@queue
def handler(signal: Signal, oms: Ports) -> None:
    sku = signal.aggregate.removeprefix("stock/")
    for waiting in oms.stock.waiting_for(sku):
        if oms.stock.items([sku])[sku].promisable <= 0:
            return
        allocate(oms.orders, oms.stock, waiting.order_id, oms.now())
