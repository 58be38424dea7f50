"""An e-invoice is checked by the official rules before it leaves; a bad one goes to a clerk."""

from __future__ import annotations

from oms.billing.documenting import reject, validate
from oms.billing.invoice import Invoice
from oms.core.refusals import Refusal
from oms_aws.billing.opening import Holder, archived
from oms_aws.billing.wiring import BillingWiring
from oms_aws.einvoice.rules import checked
from oms_aws.einvoice.writing import written
from oms_aws.platform.log import Saved
from oms_aws.platform.queue import EventNotice, queue


class RulesBroken(Refusal):
    """An e-invoice that may not leave; the text names each rule and what it says."""


@queue
def handler(signal: EventNotice, oms: BillingWiring) -> None:
    id = str(signal.facts["document"])
    holder = Holder(signal.aggregate, oms)
    document = holder.document(id)
    if document.format is None or document.ready:
        return
    invoice = oms.documents.snapshot(id, Invoice)
    xml = written(invoice, document.format)
    broken = tuple(
        f"{fault.rule}: {fault.text}" for fault in checked(xml, document.format) if fault.fatal
    )
    by, now = Saved("auftakt", signal.id), oms.now()
    if broken:
        holder.change(lambda known: reject(known, id, broken, at=now), by)
        raise RulesBroken("rules_broken", f"{document.number}: {' | '.join(broken)}")
    key, digest = archived(document, invoice, "xml", xml, oms)
    holder.change(lambda known: validate(known, id, key=key, sha256=digest, at=now), by)
