"""Papers: documents on their way into the archive, and out of it to a reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from oms.billing.bill import Bill
from oms.billing.invoice import Invoice
from oms.billing.retention import document_kept_until, kept_until
from oms.core.calendar import book_day
from oms.core.refusals import Unknown
from oms.orders.documents import Document, Letter, letter_of
from oms.orders.order import Order
from oms_aws.billing.bills import is_bill
from oms_aws.billing.wiring import BillingWiring
from oms_aws.platform.aggregates import AggregateStore, Stored
from oms_aws.platform.http import Answer, Call, Problem
from oms_aws.platform.log import Saved

FORMATS = {"pdf": "application/pdf", "xml": "application/xml"}


Command = Callable[[Any], Any]
"""What is done to an order, or to a bill."""


def store_of(aggregate: str, oms: BillingWiring) -> AggregateStore[Any, Any]:
    """The store of what has documents: orders, or the bills of collective invoices."""
    return oms.bills if aggregate.startswith("bill/") else oms.orders


class Holder:
    """Holder of documents: an order, or the bill of a collective invoice, by its aggregate."""

    def __init__(self, aggregate: str, oms: BillingWiring) -> None:
        self._store = store_of(aggregate, oms)
        self._id = aggregate.partition("/")[2]
        self._seen: Stored[Any] = self._store.get(self._id)

    @property
    def held(self) -> Order | Bill:
        """It as it was when it was read."""
        held: Order | Bill = self._seen.state
        return held

    def document(self, id: str) -> Document:
        """Its document of that id, as it was then; raises Unknown."""
        return self.held.document(id)

    def change(self, command: Command, by: Saved) -> None:
        """Do something to it."""
        self._store.change(self._id, command, by, seen=self._seen)

    def save(self, after: Any, by: Saved) -> None:
        """Store it with its events; raises Conflict when it is not as read."""
        self._store.save(self._seen, after, by)


def holder_of(id: str, oms: BillingWiring) -> Holder:
    """Holder of the document of that id; raises Unknown."""
    owner, _ = oms.documents.owner(id)
    return Holder(f"bill/{owner}" if is_bill(owner) else f"order/{owner}", oms)


def archived(
    document: Document, snapshot: Invoice, format: str, content: bytes, oms: BillingWiring
) -> tuple[str, str]:
    """Keep a document's file for as long as the law demands; answers its key and SHA-256.

    Its number's counterfoil is in the archive before; raises Refusal when that is another's.
    """
    until = document_kept_until(snapshot)
    if document.xml_key is None:
        oms.counterfoils.keep(oms.documents.counterfoil(document.id), until=until)
    place = f"invoices/{document.issued_at:%Y/%m}/{document.id}.{format}"
    return oms.documents.keep(place, content, FORMATS[format], until=until)


def letter_kept(letter: Letter, pdf: bytes, oms: BillingWiring) -> tuple[str, str]:
    """Keep a letter's file for as long as the law demands; answers its key and SHA-256."""
    place = f"letters/{letter.issued_at:%Y/%m}/{letter.id}.pdf"
    until = kept_until("letter", book_day(letter.issued_at))
    return oms.documents.keep(place, pdf, FORMATS["pdf"], until=until)


def seen_document(call: Call[Any], oms: BillingWiring) -> tuple[str, str]:
    """Owner and shop of the document that the path names, if it is the caller's; raises Unknown."""
    id = call.path["document"]
    owner, shop = oms.documents.owner(id)
    if not call.caller.may_see(shop):
        raise Unknown("document_unknown", f"There is no document {id}.")
    return owner, shop


def opened(id: str, oms: BillingWiring, *, format: str = "pdf") -> Answer:
    """A redirect to the document's PDF or e-invoice; raises Problem 503 while it is being set."""
    if format not in FORMATS:
        fields = {"format": f"one of {', '.join(FORMATS)}"}
        raise Problem(422, "request_invalid", "The request has wrong fields.", fields)
    holder = holder_of(id, oms)
    if id.startswith("let_"):
        return _letter(id, holder, oms)
    document = holder.document(id)
    if format == "xml" and document.format is None:
        raise Unknown("no_einvoice", f"{document.number} has no electronic invoice.")
    key = document.key if format == "pdf" else document.xml_key
    if key is None:
        raise _not_ready(holder)
    return Answer(
        status=302, headers={"Location": oms.documents.url(key, f"{document.number}.{format}")}
    )


def _letter(id: str, holder: Holder, oms: BillingWiring) -> Answer:
    document, letter = letter_of(holder.held.documents, id)
    if letter.key is None:
        raise _not_ready(holder)
    address = oms.documents.url(letter.key, f"{document.number}-{letter.level}.pdf")
    return Answer(status=302, headers={"Location": address})


def _not_ready(holder: Holder) -> Problem:
    problem = Problem(503, "document_not_ready", "The paper is being set. Please try again.")
    if isinstance(holder.held, Order):
        problem.language = holder.held.customer.locale
    return problem
