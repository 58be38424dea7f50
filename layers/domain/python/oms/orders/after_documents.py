"""Orders after events about their documents."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from oms.orders.document_events import (
    CreditNoteIssued,
    DocumentArchived,
    DocumentRejected,
    DocumentValidated,
    DocumentWithdrawn,
    DunningHeld,
    DunningPlanned,
    InvoiceAwaited,
    InvoiceCollected,
    InvoiceDunned,
    InvoiceIssued,
    InvoiceOverdue,
    InvoiceReminded,
    LetterArchived,
    PaperArchived,
)
from oms.orders.order import Order
from oms.orders.overdue import DunningEvent, apply


def _dunning(order: Order, event: DunningEvent) -> Order:
    return order.with_document(apply(order.document(event.document), event))


def _awaited(order: Order, event: InvoiceAwaited) -> Order:
    return order.with_fulfilment(replace(order.fulfilment(event.fulfilment), awaits=True))


def _invoiced(order: Order, event: InvoiceIssued | CreditNoteIssued | InvoiceCollected) -> Order:
    order = replace(order, documents=(*order.documents, event.document))
    return order.within("progress", changed_at=event.document.issued_at)


def _validated(order: Order, event: DocumentValidated) -> Order:
    valid = replace(
        order.document(event.document),
        xml_key=event.key,
        xml_sha256=event.sha256,
        rejected=(),
        rejected_at=None,
    )
    return order.with_document(valid)


def _found_wrong(order: Order, event: DocumentRejected) -> Order:
    document = order.document(event.document)
    return order.with_document(replace(document, rejected=event.rules, rejected_at=event.at))


def _withdrawn(order: Order, event: DocumentWithdrawn) -> Order:
    document = replace(order.document(event.document), format=None, withdrawn_at=event.at)
    return order.with_document(replace(document, rejected=(), rejected_at=None))


def _archived(order: Order, event: DocumentArchived) -> Order:
    document = order.document(event.document)
    return order.with_document(replace(document, key=event.key, sha256=event.sha256))


def _filed(order: Order, event: PaperArchived) -> Order:
    return replace(order, papers=(*order.papers, event.paper))


AFTER: dict[type, Any] = {
    InvoiceOverdue: _dunning,
    DunningPlanned: _dunning,
    InvoiceReminded: _dunning,
    InvoiceDunned: _dunning,
    LetterArchived: _dunning,
    DunningHeld: _dunning,
    InvoiceAwaited: _awaited,
    InvoiceIssued: _invoiced,
    InvoiceCollected: _invoiced,
    CreditNoteIssued: _invoiced,
    DocumentValidated: _validated,
    DocumentRejected: _found_wrong,
    DocumentWithdrawn: _withdrawn,
    DocumentArchived: _archived,
    PaperArchived: _filed,
}
