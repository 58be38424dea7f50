"""An e-invoice is checked by the official rules before it leaves; a bad one goes to a clerk."""

from __future__ import annotations

from oms.documenting import reject, validate
from oms.invoice import Invoice
from oms.refusals import Refusal
from oms_aws.edges.papers import archived
from oms_aws.edges.queue import Signal, queue
from oms_aws.einvoice.rules import checked
from oms_aws.einvoice.writing import written
from oms_aws.orders import Saved
from oms_aws.wiring import Ports


class RulesBroken(Refusal):
    """An e-invoice that may not leave; the text names each rule and what it says."""


@queue
def handler(signal: Signal, oms: Ports) -> None:
    id = str(signal.facts["document"])
    seen = oms.orders.get(signal.order_id)
    document = seen.order.document(id)
    if document.format is None or document.ready:
        return
    xml = written(oms.documents.snapshot(id, Invoice), document.format)
    broken = tuple(
        f"{fault.rule}: {fault.text}" for fault in checked(xml, document.format) if fault.fatal
    )
    by, now = Saved("auftakt", signal.id), oms.now()
    if broken:
        oms.orders.change(
            signal.order_id, lambda order: reject(order, id, broken, at=now), by, seen=seen
        )
        raise RulesBroken("rules_broken", f"{document.number}: {' | '.join(broken)}")
    key, digest = archived(document, "xml", xml, oms)
    oms.orders.change(
        signal.order_id,
        lambda order: validate(order, id, key=key, sha256=digest, at=now),
        by,
        seen=seen,
    )
