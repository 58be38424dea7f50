"""Confirmed shipments of a shop get their invoices, numbered in turn, ten in one transaction."""

from __future__ import annotations

from collections.abc import Mapping

from oms.order import Order
from oms_aws.edges.queue import Signal
from oms_aws.edges.turn import in_turn
from oms_aws.invoicing import Draft, drafted
from oms_aws.issuing import Asked, issue
from oms_aws.taking import Taking
from oms_aws.wiring import Ports


@in_turn(again="billing/line_up_shipments")
def handler(signals: list[Signal], oms: Ports) -> Mapping[int, Exception]:
    return issue([_asked(signal, oms) for signal in signals], oms)


def _asked(signal: Signal, oms: Ports) -> Asked:
    """The invoice of a shipment: the same one whenever it is asked for."""
    fulfilment = str(signal.facts.get("fulfilment"))
    id = fulfilment.replace("ful_", "inv_")

    def invoice(order: Order, taking: Taking) -> Draft:
        return drafted(order, fulfilment, id, oms, taking, at=oms.now())

    return Asked(id, signal.order_id, signal.id, invoice)
