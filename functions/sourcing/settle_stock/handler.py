"""What an order shipped leaves the stock; what it dropped goes to whoever waits for it."""

from __future__ import annotations

from oms.sourcing.bundles import stock_skus
from oms_aws.backorders import serve
from oms_aws.edges.queue import Signal, queue
from oms_aws.sourcing import route
from oms_aws.wiring import Ports


@queue
def handler(signal: Signal, oms: Ports) -> None:
    oms.stock.settle(oms.orders, signal.order_id)
    if signal.type == "Shipment.Confirmed":
        return
    order = route(oms, signal.order_id)
    serve(oms, stock_skus(order))
