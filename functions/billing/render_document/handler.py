"""An issued document becomes a PDF in the write-once archive, always the same bytes."""

from __future__ import annotations

from oms.billing.documenting import archive
from oms.billing.invoice import Invoice
from oms_aws.billing.opening import Holder, archived
from oms_aws.billing.wiring import BillingWiring
from oms_aws.papers.typesetting import typeset
from oms_aws.platform.log import Saved
from oms_aws.platform.queue import EventNotice, queue


@queue
def handler(signal: EventNotice, oms: BillingWiring) -> None:
    id = str(signal.facts["document"])
    holder = Holder(signal.aggregate, oms)
    document = holder.document(id)
    if document.key or not document.ready:
        return
    inside = document.xml_key if document.format == "zugferd" else None
    attached = oms.documents.read(inside) if inside else None
    invoice = oms.documents.snapshot(id, Invoice)
    pdf = typeset(invoice, attached, logo=oms.documents.logo(invoice.letterhead))
    key, digest = archived(document, invoice, "pdf", pdf, oms)
    holder.change(
        lambda known: archive(known, id, key=key, sha256=digest, at=oms.now()),
        Saved("auftakt", signal.id),
    )
