"""Papers: documents on their way into the archive, and out of it to a reader."""

from __future__ import annotations

from typing import Any

from oms.billing import book_day
from oms.dunning import letter_of
from oms.parts import Document, Letter
from oms.refusals import Unknown
from oms.retention import kept_until
from oms_aws.edges.http import Answer, Call, Problem
from oms_aws.wiring import Ports

FORMATS = {"pdf": "application/pdf", "xml": "application/xml"}


def archived(document: Document, format: str, content: bytes, oms: Ports) -> tuple[str, str]:
    """Keep a document's file for as long as the law demands; answers its key and SHA-256."""
    key = f"invoices/{document.issued_at:%Y/%m}/{document.id}.{format}"
    until = kept_until("voucher", book_day(document.issued_at))
    return key, oms.documents.keep(key, content, FORMATS[format], until=until)


def letter_kept(letter: Letter, pdf: bytes, oms: Ports) -> tuple[str, str]:
    """Keep a letter's file for as long as the law demands; answers its key and SHA-256."""
    key = f"letters/{letter.issued_at:%Y/%m}/{letter.id}.pdf"
    until = kept_until("letter", book_day(letter.issued_at))
    return key, oms.documents.keep(key, pdf, FORMATS["pdf"], until=until)


def seen_document(call: Call[Any], oms: Ports) -> tuple[str, str]:
    """Order and shop of the document that the path names, if it is the caller's; raises Unknown."""
    id = call.path["document"]
    order_id, shop = oms.documents.owner(id)
    if not call.caller.may_see(shop):
        raise Unknown("document_unknown", f"There is no document {id}.")
    return order_id, shop


def opened(id: str, oms: Ports, *, format: str = "pdf") -> Answer:
    """A redirect to the document's PDF or e-invoice; raises Problem 503 while it is being set."""
    if format not in FORMATS:
        fields = {"format": f"one of {', '.join(FORMATS)}"}
        raise Problem(422, "request_invalid", "The request has wrong fields.", fields)
    order_id, _ = oms.documents.owner(id)
    if id.startswith("let_"):
        return _letter(id, order_id, oms)
    document = oms.orders.get(order_id).order.document(id)
    if format == "xml" and document.format is None:
        raise Unknown("no_einvoice", f"{document.number} has no electronic invoice.")
    key = document.key if format == "pdf" else document.xml_key
    if key is None:
        raise Problem(503, "document_not_ready", "The document is being set. Please try again.")
    return Answer(
        status=302, headers={"Location": oms.documents.url(key, f"{document.number}.{format}")}
    )


def _letter(id: str, order_id: str, oms: Ports) -> Answer:
    document, letter = letter_of(oms.orders.get(order_id).order, id)
    if letter.key is None:
        raise Problem(503, "document_not_ready", "The letter is being set. Please try again.")
    address = oms.documents.url(letter.key, f"{document.number}-{letter.level}.pdf")
    return Answer(status=302, headers={"Location": address})
