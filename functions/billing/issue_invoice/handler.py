"""What left a shop gets its invoices, numbered in turn, or is left to a collective one."""

from __future__ import annotations

from collections.abc import Mapping

from oms.orders.order import Order
from oms_aws.collecting import collected
from oms_aws.edges.queue import Signal
from oms_aws.edges.turn import in_turn
from oms_aws.invoicing import Draft
from oms_aws.issuing import Asked, issue
from oms_aws.orders import Saved
from oms_aws.settling import invoice_id, wanted
from oms_aws.taking import Taking
from oms_aws.wiring import Ports


@in_turn(again="billing/line_up_shipments")
def handler(signals: list[Signal], oms: Ports) -> Mapping[int, Exception]:
    return issue([_asked(signal, oms) for signal in signals], oms)


def _asked(signal: Signal, oms: Ports) -> Asked:
    """The invoice of a shipment, or whatever else an order wants after an event."""
    fulfilment = signal.facts.get("fulfilment") if signal.type == "Shipment.Confirmed" else None
    shipped = str(fulfilment) if fulfilment else None

    def drafted(order: Order, taking: Taking) -> Draft | None:
        if shipped and any(each.fulfilment == shipped for each in order.collected):
            return None
        by = Saved("auftakt", signal.id)
        left = collected(order, shipped, oms, taking, by) if shipped else None
        return left or wanted(order, shipped, oms, taking, at=oms.now())

    id = invoice_id(shipped) if shipped else ""
    return Asked(id, signal.order_id, signal.id, drafted)
