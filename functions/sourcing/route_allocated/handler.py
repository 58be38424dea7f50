"""Backordered pieces that got stock go to the warehouses, as route_order does it."""

from __future__ import annotations

from oms_aws.edges.queue import Signal, queue
from oms_aws.sourcing import route
from oms_aws.wiring import Ports


@queue
def handler(signal: Signal, oms: Ports) -> None:
    route(oms, signal.order_id)
