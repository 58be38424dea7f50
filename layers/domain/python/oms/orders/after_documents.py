"""Orders after events about their documents."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from oms.orders.document_news import (
    CreditNoteIssued,
    DocumentArchived,
    DocumentRejected,
    DocumentValidated,
    DocumentWithdrawn,
    DunningHeld,
    DunningPlanned,
    InvoiceAwaited,
    InvoiceCollected,
    InvoiceDeferred,
    InvoiceDunned,
    InvoiceIssued,
    InvoiceOverdue,
    InvoiceReduced,
    InvoiceReminded,
    LetterArchived,
    PaperArchived,
)
from oms.orders.documents import Collected
from oms.orders.order import Order
from oms.orders.overdue import DunningNews, apply


def _dunning(order: Order, news: DunningNews) -> Order:
    return order.with_document(apply(order.document(news.document), news))


def _awaited(order: Order, news: InvoiceAwaited) -> Order:
    return order.with_fulfilment(replace(order.fulfilment(news.fulfilment), awaits=True))


def _invoiced(order: Order, news: InvoiceIssued | CreditNoteIssued | InvoiceCollected) -> Order:
    return replace(
        order, documents=(*order.documents, news.document), changed_at=news.document.issued_at
    )


def _left_to_collect(order: Order, news: InvoiceDeferred) -> Order:
    entry = Collected(news.fulfilment, news.bill, news.due_at, news.gross, news.at)
    return replace(order, collected=(*order.collected, entry))


def _reduced(order: Order, news: InvoiceReduced) -> Order:
    collected = tuple(
        replace(each, credited=each.credited + news.gross, credits=each.credits + 1)
        if each.fulfilment == news.fulfilment
        else each
        for each in order.collected
    )
    return replace(order, collected=collected)


def _validated(order: Order, news: DocumentValidated) -> Order:
    valid = replace(
        order.document(news.document),
        xml_key=news.key,
        xml_sha256=news.sha256,
        rejected=(),
        rejected_at=None,
    )
    return order.with_document(valid)


def _found_wrong(order: Order, news: DocumentRejected) -> Order:
    document = order.document(news.document)
    return order.with_document(replace(document, rejected=news.rules, rejected_at=news.at))


def _withdrawn(order: Order, news: DocumentWithdrawn) -> Order:
    document = replace(order.document(news.document), format=None, withdrawn_at=news.at)
    return order.with_document(replace(document, rejected=(), rejected_at=None))


def _archived(order: Order, news: DocumentArchived) -> Order:
    document = order.document(news.document)
    return order.with_document(replace(document, key=news.key, sha256=news.sha256))


def _filed(order: Order, news: PaperArchived) -> Order:
    return replace(order, papers=(*order.papers, news.paper))


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
    InvoiceDeferred: _left_to_collect,
    InvoiceReduced: _reduced,
    DocumentValidated: _validated,
    DocumentRejected: _found_wrong,
    DocumentWithdrawn: _withdrawn,
    DocumentArchived: _archived,
    PaperArchived: _filed,
}
