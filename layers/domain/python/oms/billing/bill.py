"""The bill: what a customer's shipments of a period come to, and the documents that say so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from msgspec import field
from msgspec.structs import replace

from oms.billing.bill_events import (
    BillCancelled,
    BillClosed,
    BillCredited,
    BillPlanned,
    BillSettled,
    BillStalled,
    Credited,
    Planned,
    Share,
    Why,
)
from oms.core.events import DomainEvent, EventReader, replay
from oms.core.formats import Formats
from oms.core.refusals import Refusal, Unknown
from oms.core.values import Due, Value, Waiting
from oms.orders import stalled
from oms.orders.deadlines import BILL_WITHIN, MEND_WITHIN, RESERVE_WITHIN, Stalled
from oms.orders.document_events import (
    CreditNoteIssued,
    DocumentArchived,
    DocumentRejected,
    DocumentValidated,
    DocumentWithdrawn,
    DunningHeld,
    DunningPlanned,
    InvoiceDunned,
    InvoiceIssued,
    InvoiceOverdue,
    InvoiceReminded,
    LetterArchived,
)
from oms.orders.documents import Document, Dunning
from oms.orders.order_events import NotificationSent
from oms.orders.overdue import DunningEvent, apply, awaited, due_of, letters_to_keep

AGAIN_AFTER = timedelta(hours=1)
"""So long after a bill was closed the clock looks whether it has been issued."""


class Bill(Value, frozen=True, omit_defaults=True, kw_only=True):
    """Shipments of a customer that are billed together: taken in until it is closed.

    `first` and `last` are the days of its period, `number` counts the bills of that period.
    `cancelled` has the credit note of a document that was cancelled, `returned` what each of these
    notes credits of which order.
    """

    id: str
    shop: str
    customer: str
    period: str
    first: date
    last: date
    due_at: datetime
    opened_at: datetime
    number: int = 1
    purchase_order: str = ""
    closed_at: datetime | None = None
    planned: tuple[Planned, ...] | None = None
    documents: tuple[Document, ...] = ()
    credits: tuple[Credited, ...] = ()
    cancelled: dict[str, str] = field(default_factory=dict)
    returned: dict[str, tuple[Share, ...]] = field(default_factory=dict)
    settled_at: datetime | None = None
    changed_at: datetime | None = None
    stalled: Stalled | None = None
    events: tuple[BillEvent, ...] = ()

    @property
    def status(self) -> str:
        """One word for where it stands."""
        if self.closed_at is None:
            return "open"
        return "settled" if self.settled_at else "closed"

    @property
    def finished(self) -> bool:
        """True once its orders have their shares, and its documents are in the archive."""
        return bool(self.settled_at) and all(document.key for document in self.documents)

    def waiting(self) -> tuple[Waiting, ...]:
        """Waits of the bill; for anything but the payment only until it is finished."""
        money = (
            *filter(None, map(awaited, self._payable_later())),
            *(wait for document in self.documents for wait in letters_to_keep(document)),
        )
        return money if self.finished else (*self._waits(), *money)

    def _waits(self) -> Iterator[Waiting]:
        since = self.changed_at or self.opened_at
        if self.closed_at is None:
            yield Waiting("auftakt", "bill_open", self.due_at + BILL_WITHIN)
        elif self.settled_at is None:
            yield Waiting("auftakt", "bill_closed", since + BILL_WITHIN)
        for document in self.documents:
            if document.rejected_at:
                until = document.rejected_at + MEND_WITHIN
                yield Waiting("clerk", "document_rejected", until)
            elif not document.key:
                yield Waiting("auftakt", "document", since + RESERVE_WITHIN)

    def due(self) -> tuple[Due, ...]:
        """Due times of the bill, the earliest first."""
        if self.closed_at is None:
            return (Due("bill", self.id, self.due_at),)
        if self.settled_at is None:
            return (Due("bill", self.id, (self.changed_at or self.closed_at) + AGAIN_AFTER),)
        return tuple(sorted(self._dues(), key=lambda due: due.at))

    def _dues(self) -> Iterator[Due]:
        yield from self.dunning_due()
        if at := stalled.due_at(self.waiting(), self.stalled, self.changed_at):
            yield Due("stalled", self.id, at)

    def send_on(self, *, at: datetime) -> Bill:
        """Send on what waited too long for us; what did not changes nothing."""
        due = any(due.kind == "stalled" and due.at <= at for due in self.due())
        causes = stalled.late(self.waiting(), at) if due else ()
        return self.tell(BillStalled(causes, at)) if causes else self

    def dunning_due(self) -> Iterator[Due]:
        """Days to look at each document again, unless somebody wants it left alone."""
        yield from filter(None, map(due_of, self._payable_later()))

    def _payable_later(self) -> Iterator[Document]:
        """The documents with a due date of which something may be open: their orders know."""
        for each in self.documents if self.settled_at else ():
            gone = each.id in self.cancelled or each.withdrawn_at
            if each.due_on and each.key and not gone and not (each.dunning or Dunning()).settled:
                yield each

    def document(self, id: str) -> Document:
        """The document of that id; raises Unknown."""
        for document in self.documents:
            if document.id == id:
                return document
        raise Unknown("document_unknown", f"The bill has no document {id}.")

    def shares(self, id: str) -> tuple[Share, ...]:
        """Shares of the orders in what a document of the bill bills, or credits."""
        for each in self.planned or ():
            if each.id == id:
                return each.shares
        return self.returned.get(id, ())

    # -- what is done to a bill ---------------------------------------------------------------

    def close(self, why: Why, *, by: str, at: datetime) -> Bill:
        """Take nothing more in; a second time changes nothing."""
        return self if self.closed_at else self.tell(BillClosed(why, by, at))

    def plan(self, documents: tuple[Planned, ...], *, at: datetime) -> Bill:
        """Say what each document is to bill, once and for all."""
        return self if self.planned is not None else self.tell(BillPlanned(documents, at))

    @property
    def to_issue(self) -> tuple[Planned, ...]:
        """The planned documents that have no number yet."""
        issued = {document.id for document in self.documents}
        return tuple(each for each in self.planned or () if each.id not in issued)

    def invoice(self, document: Document) -> Bill:
        """Put an issued document on record; a second one of its id changes nothing."""
        if any(known.id == document.id for known in self.documents):
            return self
        return self.tell(InvoiceIssued(document))

    def note_credit(self, credited: Credited, *, at: datetime) -> Bill:
        """Put on record that an order got a credit note; raises Refusal once all is cancelled."""
        self.require_holding(credited.document)
        return self.tell(BillCredited(credited, at))

    def cancel(
        self, id: str, note: Document, shares: tuple[Share, ...], *, reason: str, by: str
    ) -> Bill:
        """Take back all that is left of a document by one credit note.

        One of a document that was never sent, because its e-invoice breaks rules, withdraws that.
        """
        self.require_holding(id)
        at, original = note.issued_at, self.document(id)
        bill = self.tell(BillCancelled(id, note.id, shares, reason, by, at), CreditNoteIssued(note))
        return bill.tell(DocumentWithdrawn(id, at)) if original.rejected else bill

    def require_holding(self, id: str) -> None:
        """Raise Refusal when a document was cancelled."""
        if id in self.cancelled:
            text = f"{self.document(id).number} was cancelled."
            raise Refusal("document_cancelled", text, {"document": "cancelled"})

    def settle(self, *, at: datetime) -> Bill:
        """Put on record that every order has its shares; a second time changes nothing."""
        return self if self.settled_at else self.tell(BillSettled(at))

    # -- events ---------------------------------------------------------------------------------

    def tell(self, *events: BillEvent) -> Bill:
        """The bill after the events, carrying them."""
        bill = self
        for item in events:
            bill = replace(bill.apply(item), events=(*bill.events, item))
        return bill

    def apply(self, event: BillEvent) -> Bill:
        """The bill after one event, as replaying the log does it (invariant 5)."""
        bill: Bill = _AFTER[type(event)](self, event)
        at = getattr(event, "at", None)
        return replace(bill, changed_at=at) if at else bill

    def with_document(self, id: str, **changes: Any) -> Bill:
        """The bill with one document changed."""
        changed = replace(self.document(id), **changes)
        documents = (changed if each.id == id else each for each in self.documents)
        return replace(self, documents=tuple(documents))


class BillOpened(DomainEvent, frozen=True, tag="Bill.Opened"):
    """The first shipment of a period is to be billed."""

    bill: Bill


BillEvent = (
    BillOpened
    | BillStalled
    | BillClosed
    | BillPlanned
    | BillSettled
    | BillCredited
    | BillCancelled
    | InvoiceIssued
    | CreditNoteIssued
    | DocumentValidated
    | DocumentRejected
    | DocumentWithdrawn
    | DocumentArchived
    | NotificationSent
    | DunningEvent
)


def opened(bill: Bill) -> Bill:
    """A new bill, with its event."""
    return replace(bill, events=(BillOpened(bill),))


def replayed(log: Iterable[BillEvent]) -> Bill:
    """The bill that its log tells of; raises Broken for a log without a beginning."""
    bill: Bill = replay(log, BillOpened, lambda event: event.bill, Bill.apply)
    return bill


def _opened(_: Bill, event: BillOpened) -> Bill:
    return event.bill


def _closed(bill: Bill, event: BillClosed) -> Bill:
    return replace(bill, closed_at=event.at)


def _planned(bill: Bill, event: BillPlanned) -> Bill:
    return replace(bill, planned=event.documents)


def _issued(bill: Bill, event: InvoiceIssued | CreditNoteIssued) -> Bill:
    at = event.document.issued_at
    return replace(bill, documents=(*bill.documents, event.document), changed_at=at)


def _settled(bill: Bill, event: BillSettled) -> Bill:
    return replace(bill, settled_at=event.at)


def _stalled(bill: Bill, event: BillStalled) -> Bill:
    return replace(bill, stalled=stalled.counted(bill.stalled, bill.changed_at, event.stalled_at))


def _credited(bill: Bill, event: BillCredited) -> Bill:
    return replace(bill, credits=(*bill.credits, event.credited))


def _cancelled(bill: Bill, event: BillCancelled) -> Bill:
    return replace(
        bill,
        cancelled={**bill.cancelled, event.document: event.note},
        returned={**bill.returned, event.note: event.shares},
        settled_at=None,
    )


def _validated(bill: Bill, event: DocumentValidated) -> Bill:
    kept = {"xml_key": event.key, "xml_sha256": event.sha256}
    return bill.with_document(event.document, **kept, rejected=(), rejected_at=None)


def _rejected(bill: Bill, event: DocumentRejected) -> Bill:
    return bill.with_document(event.document, rejected=event.rules, rejected_at=event.at)


def _withdrawn(bill: Bill, event: DocumentWithdrawn) -> Bill:
    gone = {"format": None, "withdrawn_at": event.at, "rejected": (), "rejected_at": None}
    return bill.with_document(event.document, **gone)


def _archived(bill: Bill, event: DocumentArchived) -> Bill:
    return bill.with_document(event.document, key=event.key, sha256=event.sha256)


def _dunning(bill: Bill, event: DunningEvent) -> Bill:
    changed = apply(bill.document(event.document), event)
    return bill.with_document(event.document, dunning=changed.dunning)


def _noted(bill: Bill, _: DomainEvent) -> Bill:
    return bill


_AFTER: dict[type, Any] = {
    BillOpened: _opened,
    BillClosed: _closed,
    BillPlanned: _planned,
    BillSettled: _settled,
    BillStalled: _stalled,
    BillCredited: _credited,
    BillCancelled: _cancelled,
    InvoiceIssued: _issued,
    CreditNoteIssued: _issued,
    DocumentValidated: _validated,
    DocumentRejected: _rejected,
    DocumentWithdrawn: _withdrawn,
    DocumentArchived: _archived,
    NotificationSent: _noted,
    InvoiceOverdue: _dunning,
    DunningPlanned: _dunning,
    InvoiceReminded: _dunning,
    InvoiceDunned: _dunning,
    LetterArchived: _dunning,
    DunningHeld: _dunning,
}

BILL_FORMATS: Formats[Bill] = Formats(Bill)
decode_bill_event = EventReader[BillEvent](BillEvent).read
