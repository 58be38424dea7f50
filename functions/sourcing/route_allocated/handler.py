"""Backordered pieces that got stock go to the warehouses, as route_order does it."""

from __future__ import annotations

from oms_aws.billing.issuable import examined
from oms_aws.billing.wiring import BillingWiring
from oms_aws.platform.queue import EventNotice, queue
from oms_aws.sourcing.reserving import route


@queue
def handler(signal: EventNotice, oms: BillingWiring) -> None:
    route(oms, signal.order_id, lambda order: examined(order, oms))
