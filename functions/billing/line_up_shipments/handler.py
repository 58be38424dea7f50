"""Shipments that may want an invoice line up, one queue a shop, so that no two numbers race."""

from __future__ import annotations

from itertools import groupby

from msgspec.json import encode

from oms_aws.billing.wiring import BillingWiring
from oms_aws.platform.queue import EventNotice, batch


@batch
def handler(signals: list[EventNotice], oms: BillingWiring) -> None:
    """Hand on what came of orders together, together: a number range belongs to one shop."""
    of_orders = [signal for signal in signals if signal.aggregate.startswith("order/")]
    by_shop = sorted(of_orders, key=lambda signal: signal.shop)
    for shop, group in groupby(by_shop, key=lambda signal: signal.shop):
        oms.queues.line_up("billing/issue_invoice", encode([*group]).decode(), group=shop)
