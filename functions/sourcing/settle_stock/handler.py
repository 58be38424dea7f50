"""What an order shipped leaves the stock, what it dropped goes back, each exactly once."""

from __future__ import annotations

from oms_aws.edges.queue import Signal, queue
from oms_aws.wiring import Ports


@queue
def handler(signal: Signal, oms: Ports) -> None:
    oms.stock.settle(oms.orders, signal.order_id)
