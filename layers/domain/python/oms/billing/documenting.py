"""Documents of an order after their issue: credited, found valid or not, withdrawn, replaced."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from msgspec.structs import replace

from oms.billing.bill import Bill
from oms.billing.invoice import Invoice
from oms.core.documents import Kind
from oms.core.refusals import Refusal
from oms.orders.applying import tell
from oms.orders.document_events import (
    CreditNoteIssued,
    DocumentArchived,
    DocumentRejected,
    DocumentValidated,
    DocumentWithdrawn,
)
from oms.orders.documents import Document
from oms.orders.invoicing import invoice
from oms.orders.order import Order
from oms.orders.order_events import NotificationSent
from oms.orders.overdue import DunningEvent

DocumentEvent = (
    DocumentValidated | DocumentRejected | DocumentArchived | NotificationSent | DunningEvent
)
"""Events of a document, whoever has it."""

Holder = TypeVar("Holder", Order, Bill)
"""Who has documents: an order, or the bill of a collective invoice."""

BILLS = ("invoice", "partial", "final")
"""The kinds that bill shipments, whose sums later ones of the order go on from."""

SIGNS: Mapping[Kind, int] = {
    "invoice": 1,
    "partial": 1,
    "prepayment": 1,
    "final": 1,
    "collective": 1,
    "corrected": 1,
    "credit_note": -1,
}
"""What each kind does to what the customer owes; papers of other kinds do nothing."""


def apply(holder: Holder, *events: DocumentEvent) -> Holder:
    """The holder after events of its documents, carrying them."""
    return tell(holder, *events) if isinstance(holder, Order) else holder.tell(*events)


def bills_of(order: Order) -> tuple[Document, ...]:
    """The documents that bill shipments, in the order in which they were issued."""
    return tuple(each for each in order.documents if each.type in BILLS)


def credit_notes_of(order: Order, document: str) -> tuple[Document, ...]:
    """The credit notes of an invoice so far."""
    return tuple(
        each for each in order.documents if each.type == "credit_note" and each.original == document
    )


def payable(document: Document, snapshot: Invoice) -> Document:
    """The document with when it is due, and until when with a discount, as its snapshot says."""
    terms = snapshot.terms
    if terms is None or snapshot.kind == "credit_note":
        return document
    document = replace(document, due_on=terms.due_on)
    if not terms.discount_percent:
        return document
    return replace(
        document,
        discount_until=snapshot.issued_on + timedelta(terms.discount_days),
        discount_percent=terms.discount_percent,
    )


def credit(order: Order, note: Document) -> Order:
    """Put an issued credit note on record; a second one of its id changes nothing.

    One of a document that was never sent, because its e-invoice breaks rules, withdraws that one.
    """
    if any(known.id == note.id for known in order.documents):
        return order
    order = tell(order, CreditNoteIssued(note))
    original = order.document(note.original or note.id)
    return (
        tell(order, DocumentWithdrawn(original.id, note.issued_at)) if original.rejected else order
    )


def issued(order: Order, document: Document) -> Order:
    """Put an issued document on record, whatever it is; a second one of its id changes nothing."""
    return credit(order, document) if document.type == "credit_note" else invoice(order, document)


def replaced(order: Order, original: Document) -> tuple[Document, ...]:
    """The bills before the one that a corrected invoice shall replace (§ 31 (5) UStDV).

    Raises Refusal for what is no invoice, or was corrected before.
    """
    if original.type not in BILLS:
        raise Refusal("not_correctable", f"{original.number} is no invoice of a shipment.")
    if any(each.type == "corrected" and each.original == original.id for each in order.documents):
        raise Refusal("corrected_already", f"{original.number} was corrected before.")
    return tuple(each for each in bills_of(order) if each.issued_at < original.issued_at)


def archive(holder: Holder, id: str, *, key: str, sha256: str, at: datetime) -> Holder:
    """Put on record where a document is kept; repeating it changes nothing."""
    if holder.document(id).key:
        return holder
    return apply(holder, DocumentArchived(id, key, sha256, at))


def note_notification(
    holder: Holder, kind: str, cause: str, message_id: str, at: datetime
) -> Holder:
    """Put on record that the customer was told."""
    return apply(holder, NotificationSent(kind, cause, message_id, at))


def validate(holder: Holder, id: str, *, key: str, sha256: str, at: datetime) -> Holder:
    """Put on record that a document's e-invoice is valid, and kept; again changes nothing."""
    if holder.document(id).ready:
        return holder
    return apply(holder, DocumentValidated(id, key, sha256, at))


def reject(holder: Holder, id: str, rules: tuple[str, ...], *, at: datetime) -> Holder:
    """Put on record which rules an e-invoice breaks; the same ones again change nothing."""
    document = holder.document(id)
    if document.ready or document.rejected == rules:
        return holder
    return apply(holder, DocumentRejected(id, rules, at))
