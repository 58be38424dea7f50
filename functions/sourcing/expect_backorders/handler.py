"""Who waits for stock gets what has come meanwhile, and a day for the rest when that changes."""

from __future__ import annotations

from oms.core.events import facts
from oms_aws.backorders import expect_all, serve_order
from oms_aws.edges.queue import Signal, queue
from oms_aws.orders import read_event
from oms_aws.wiring import Ports


@queue
def handler(signal: Signal, oms: Ports) -> None:
    if signal.type != "Incoming.Changed":
        serve_order(oms, signal.order_id, lost=signal.facts.get("origin") == "reserved")
        return
    event = read_event(oms.table, signal.aggregate, signal.sequence)
    purchase = oms.purchases.get(signal.aggregate.removeprefix("purchase/"))
    for sku in facts(event)["skus"]:
        expect_all(oms, sku, also=purchase)
