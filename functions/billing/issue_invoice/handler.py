"""A confirmed shipment gets its invoice, with the next number, in one transaction."""

from __future__ import annotations

from oms.refusals import NotNow
from oms_aws.edges.queue import Signal, queue
from oms_aws.invoicing import drafted
from oms_aws.orders import Conflict, Saved
from oms_aws.wiring import Ports

TRIES = 20


@queue
def handler(signal: Signal, oms: Ports) -> None:
    fulfilment = str(signal.facts["fulfilment"])
    id = fulfilment.replace("ful_", "inv_")
    for _ in range(TRIES):
        seen = oms.orders.get(signal.order_id)
        if any(document.id == id for document in seen.order.documents):
            return
        draft = drafted(seen.order, fulfilment, id, oms, at=oms.now())
        by = Saved("auftakt", signal.id, draft.writes)
        try:
            oms.orders.save(seen, seen.order.invoice(draft.document), by)
            return
        except Conflict:
            continue
    raise NotNow("many invoices are being issued at once")
