"""Invoices for what left a shop are issued, numbered in turn, or left to a collective one."""

from __future__ import annotations

from collections.abc import Mapping

from oms.orders.order import Order
from oms_aws.billing.collecting import collected
from oms_aws.billing.counter_batch import CounterBatch
from oms_aws.billing.invoicing import Draft
from oms_aws.billing.issuing import IssueRequest, issue
from oms_aws.billing.settling import invoice_id, wanted
from oms_aws.billing.wiring import BillingWiring
from oms_aws.platform.fifo import in_turn
from oms_aws.platform.log import Saved
from oms_aws.platform.queue import EventNotice


@in_turn(again="billing/line_up_shipments")
def handler(signals: list[EventNotice], oms: BillingWiring) -> Mapping[int, Exception]:
    return issue([_asked(signal, oms) for signal in signals], oms)


def _asked(signal: EventNotice, oms: BillingWiring) -> IssueRequest:
    """The invoice of a shipment, or whatever else an order wants after an event."""
    fulfilment = signal.facts.get("fulfilment") if signal.type == "Shipment.Confirmed" else None
    shipped = str(fulfilment) if fulfilment else None

    def drafted(order: Order, taking: CounterBatch) -> Draft | None:
        if shipped and any(each.fulfilment == shipped for each in order.settlement.collected):
            return None
        by = Saved("auftakt", signal.id)
        left = collected(order, shipped, oms, taking, by) if shipped else None
        return left or wanted(order, shipped, oms, taking, at=oms.now())

    id = invoice_id(shipped) if shipped else ""
    return IssueRequest(id, signal.order_id, signal.id, drafted)
