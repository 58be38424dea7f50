"""What an order shipped leaves the stock; what it dropped goes back, to whoever waits for it."""

from __future__ import annotations

from oms_aws.edges.queue import Signal, queue
from oms_aws.sourcing import allocate_waiting
from oms_aws.wiring import Ports


@queue
def handler(signal: Signal, oms: Ports) -> None:
    oms.stock.settle(oms.orders, signal.order_id)
    if signal.type != "Shipment.Confirmed":
        for sku in oms.orders.get(signal.order_id).order.skus:
            allocate_waiting(oms.orders, oms.stock, sku, oms.now())
