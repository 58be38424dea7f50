"""Pieces that orders shipped leave the stock; dropped ones go to whoever waits for them."""

from __future__ import annotations

from oms.orders.order import Order
from oms_aws.billing.issuable import examined
from oms_aws.billing.wiring import BillingWiring
from oms_aws.platform.queue import EventNotice, Unfinished, batch
from oms_aws.sourcing.backorders import go_on
from oms_aws.sourcing.settling import settle_all


@batch
def handler(signals: list[EventNotice], oms: BillingWiring) -> Unfinished:
    """All orders of a delivery are settled at one time."""
    settled = settle_all(oms, [signal.order_id for signal in signals])
    shipped = [signal.type == "Shipment.Confirmed" for signal in signals]
    dropped = {s.order_id for s, leaves in zip(signals, shipped, strict=True) if not leaves}
    orders = [order for id, order in settled.items() if id in dropped and isinstance(order, Order)]
    failed = go_on(oms, orders, lambda order: examined(order, oms))
    unfinished: dict[int, Exception] = {}
    for place, (signal, leaves) in enumerate(zip(signals, shipped, strict=True)):
        came = settled[signal.order_id]
        if isinstance(came, Exception):
            unfinished[place] = came
        elif not leaves and signal.order_id in failed:
            unfinished[place] = failed[signal.order_id]
    return unfinished
