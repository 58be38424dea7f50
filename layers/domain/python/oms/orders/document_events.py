"""Events of an order about its invoices, letters and papers."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from oms.core.events import DomainEvent
from oms.core.pseudonyms import Personal
from oms.orders.documents import Document, Letter, Paper


class InvoiceOverdue(DomainEvent, frozen=True, tag="Invoice.Overdue"):
    """An invoice is open beyond its day, or beyond that of its last letter."""

    document: str
    at: datetime


class DunningPlanned(DomainEvent, frozen=True, tag="Dunning.Planned"):
    """The dunning of a document goes on on a day, or ends; `reason` says why not today."""

    document: str
    on: date | None
    reason: str
    at: datetime


class InvoiceReminded(DomainEvent, frozen=True, tag="Invoice.Reminded"):
    """Payment reminder that was written for a document."""

    letter: Letter
    document: str
    at: datetime


class InvoiceDunned(DomainEvent, frozen=True, tag="Invoice.Dunned"):
    """Dunning letter that was written for a document."""

    letter: Letter
    document: str
    at: datetime


class LetterArchived(DomainEvent, frozen=True, tag="Letter.Archived"):
    """PDF of a reminder or dunning letter in the archive; `sha256` in hex."""

    letter: str
    document: str
    key: str
    sha256: str
    at: datetime


class DunningHeld(DomainEvent, frozen=True, tag="Dunning.Held"):
    """Somebody wants no letter of a document until after a day, or lets it go on."""

    document: str
    until: date | None
    reason: Personal
    by: str
    at: datetime


class InvoiceDeferred(DomainEvent, frozen=True, tag="Invoice.Deferred"):
    """A shipment is billed by a collective invoice, from the bill that is due at `due_at`."""

    fulfilment: str
    bill: str
    due_at: datetime
    gross: Decimal
    at: datetime


class InvoiceReduced(DomainEvent, frozen=True, tag="Invoice.Reduced"):
    """So much of a shipment is not billed at all: it was taken back before it was."""

    fulfilment: str
    gross: Decimal
    reason: Personal
    by: str
    at: datetime


class InvoiceCollected(DomainEvent, frozen=True, tag="Invoice.Collected"):
    """A collective invoice bills the order's shipments, or one is credited; this is its share."""

    document: Document


class InvoiceIssued(DomainEvent, frozen=True, tag="Invoice.Issued"):
    """Invoice that got its number."""

    document: Document


class InvoiceAwaited(DomainEvent, frozen=True, tag="Invoice.Awaited"):
    """A shipment is billed with all the rest, by the invoice that deducts the order's deposits."""

    fulfilment: str
    at: datetime


class CreditNoteIssued(DomainEvent, frozen=True, tag="CreditNote.Issued"):
    """Credit note that got its number."""

    document: Document


class DocumentValidated(DomainEvent, frozen=True, tag="Document.Validated"):
    """Its e-invoice passed the official rules and is kept; `sha256` is that of the XML."""

    document: str
    key: str
    sha256: str
    at: datetime


class DocumentRejected(DomainEvent, frozen=True, tag="Document.Rejected"):
    """Its e-invoice broke rules: each with its id and its text."""

    document: str
    rules: tuple[str, ...]
    at: datetime


class DocumentWithdrawn(DomainEvent, frozen=True, tag="Document.Withdrawn"):
    """It broke rules and was cancelled: it goes into the archive alone, without an e-invoice."""

    document: str
    at: datetime


class DocumentArchived(DomainEvent, frozen=True, tag="Document.Archived"):
    """PDF of a document in the archive; `sha256` in hex."""

    document: str
    key: str
    sha256: str
    at: datetime


class PaperArchived(DomainEvent, frozen=True, tag="Paper.Archived"):
    """PDF in the archive of a paper that somebody asked for."""

    paper: Paper
    at: datetime
