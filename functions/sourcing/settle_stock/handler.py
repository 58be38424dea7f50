"""What an order shipped leaves the stock; what it dropped goes to whoever waits for it."""

from __future__ import annotations

from oms_aws.edges.queue import Signal, queue
from oms_aws.sourcing import allocate_waiting, route
from oms_aws.wiring import Ports


@queue
def handler(signal: Signal, oms: Ports) -> None:
    oms.stock.settle(oms.orders, signal.order_id)
    if signal.type == "Shipment.Confirmed":
        return
    order = route(oms.orders, oms.stock, oms.catalogue, signal.order_id, oms.now())
    for sku in order.skus:
        allocate_waiting(oms.orders, oms.stock, sku, oms.now())
