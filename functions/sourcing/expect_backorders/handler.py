"""Orders in wait get the stock that came meanwhile, and a day for the rest when that changes."""

from __future__ import annotations

from oms.core.events import facts
from oms_aws.platform.log import read_event
from oms_aws.platform.queue import EventNotice, queue
from oms_aws.sourcing.backorders import expect_all, serve_order
from oms_aws.sourcing.wiring import SourcingWiring


@queue
def handler(signal: EventNotice, oms: SourcingWiring) -> None:
    if signal.type != "Incoming.Changed":
        serve_order(oms, signal.order_id, lost=signal.facts.get("origin") == "reserved")
        return
    event = read_event(oms.table, signal.aggregate, signal.sequence)
    purchase = oms.purchases.get(signal.aggregate.removeprefix("purchase/")).purchase
    for sku in facts(event)["skus"]:
        expect_all(oms, sku, also=purchase)
