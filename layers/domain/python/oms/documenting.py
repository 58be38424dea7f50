"""What becomes of an order's documents: credited, found valid or not."""

from __future__ import annotations

from datetime import datetime

from oms.order import CreditNoteIssued, Document, DocumentRejected, DocumentValidated, Order


def credit_notes_of(order: Order, document: str) -> tuple[Document, ...]:
    """The credit notes of an invoice so far."""
    return tuple(
        each for each in order.documents if each.type == "credit_note" and each.original == document
    )


def credit(order: Order, document: Document) -> Order:
    """Put an issued credit note on record; a second one of its id changes nothing."""
    if any(known.id == document.id for known in order.documents):
        return order
    return order.tell(CreditNoteIssued(document))


def validate(order: Order, id: str, *, key: str, sha256: str, at: datetime) -> Order:
    """Put on record that a document's e-invoice is valid, and kept; again changes nothing."""
    if order.document(id).ready:
        return order
    return order.tell(DocumentValidated(id, key, sha256, at))


def reject(order: Order, id: str, rules: tuple[str, ...], *, at: datetime) -> Order:
    """Put on record which rules an e-invoice breaks; the same ones again change nothing."""
    document = order.document(id)
    if document.ready or document.rejected == rules:
        return order
    return order.tell(DocumentRejected(id, rules, at))
