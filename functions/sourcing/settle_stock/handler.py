"""Pieces that an order shipped leave the stock; dropped ones go to whoever waits for them."""

from __future__ import annotations

from oms.sourcing.bundles import stock_skus
from oms_aws.billing.issuable import examined
from oms_aws.billing.wiring import BillingWiring
from oms_aws.platform.queue import EventNotice, queue
from oms_aws.sourcing.backorders import serve
from oms_aws.sourcing.reserving import route


@queue
def handler(signal: EventNotice, oms: BillingWiring) -> None:
    oms.stock.settle(oms.orders, signal.order_id)
    if signal.type == "Shipment.Confirmed":
        return
    order = route(oms, signal.order_id, lambda order: examined(order, oms))
    serve(oms, stock_skus(order))
