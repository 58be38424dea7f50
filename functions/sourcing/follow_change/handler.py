"""A changed order gives back, claims and routes what is different about it."""

from __future__ import annotations

from oms_aws.billing.issuable import examined
from oms_aws.billing.wiring import BillingWiring
from oms_aws.platform.queue import EventNotice, queue
from oms_aws.sourcing.reserving import follow


@queue
def handler(signal: EventNotice, oms: BillingWiring) -> None:
    follow(oms, signal.order_id, lambda order: examined(order, oms))
