"""An issued document becomes a PDF in the write-once archive, always the same bytes."""

from __future__ import annotations

from oms.billing import book_day
from oms.invoice import Invoice
from oms.retention import kept_until
from oms_aws.edges.queue import Signal, queue
from oms_aws.orders import Saved
from oms_aws.typesetting import typeset
from oms_aws.wiring import Ports


@queue
def handler(signal: Signal, oms: Ports) -> None:
    id = str(signal.facts["document"])
    seen = oms.orders.get(signal.order_id)
    document = seen.order.document(id)
    if document.key:
        return
    key = f"invoices/{document.issued_at:%Y/%m}/{id}.pdf"
    digest = oms.documents.keep(
        key,
        typeset(oms.documents.snapshot(id, Invoice)),
        "application/pdf",
        until=kept_until("voucher", book_day(document.issued_at)),
    )
    oms.orders.change(
        signal.order_id,
        lambda order: order.archive(id, key=key, sha256=digest, at=oms.now()),
        Saved("auftakt", signal.id),
        seen=seen,
    )
