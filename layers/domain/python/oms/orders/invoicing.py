"""Invoices of an order: issued, put off and archived."""

from __future__ import annotations

from datetime import datetime

from oms.orders import deposits
from oms.orders.applying import tell
from oms.orders.deposits import unbilled
from oms.orders.document_events import InvoiceAwaited, InvoiceIssued
from oms.orders.documents import Document
from oms.orders.order import Order


def invoice(order: Order, document: Document) -> Order:
    """Put an issued document on record; a second one of its id changes nothing."""
    if any(known.id == document.id for known in order.documents):
        return order
    return deferred(tell(order, InvoiceIssued(document)), document.issued_at)


def deferred(order: Order, at: datetime) -> Order:
    """Say of what has left that the final invoice bills it, if there will be one."""
    if not deposits.awaits_final(order):
        return order
    gone = (f.id for f in unbilled(order) if not f.awaits)
    return tell(order, *(InvoiceAwaited(id, at) for id in gone))
