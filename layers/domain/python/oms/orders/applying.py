"""Applying events: an order after each event of its log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from oms.core.events import DomainEvent, EventReader, replay
from oms.orders import (
    after_changes,
    after_documents,
    after_fulfilments,
    after_money,
    after_screening,
    after_sourcing,
)
from oms.orders.advances import followed
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
    InvoiceDeferred,
    InvoiceDunned,
    InvoiceIssued,
    InvoiceOverdue,
    InvoiceReduced,
    InvoiceReminded,
    LetterArchived,
    PaperArchived,
)
from oms.orders.erasure_events import OrderErasureRequested, OrderPersonErased
from oms.orders.fulfilment_events import (
    FulfilmentPacked,
    FulfilmentPlanned,
    FulfilmentRecallAccepted,
    FulfilmentRecallRefused,
    FulfilmentRecallRequested,
    FulfilmentReleased,
    PiecesReturned,
    ReturnAwaited,
    ShipmentConfirmed,
    ShipmentDelivered,
    ShipmentFailed,
    ShipmentOverdue,
    ShipmentReturned,
    ShipmentTracked,
)
from oms.orders.money_events import (
    CaptureDeferred,
    CaptureDue,
    CreditReserved,
    PaymentAuthorised,
    PaymentCaptured,
    PaymentDisputed,
    PaymentFailed,
    PaymentLeft,
    PaymentReceived,
    PaymentRefunded,
    PaymentReminded,
    PaymentRetried,
    PaymentVoided,
)
from oms.orders.order import Order, OrderCreated, begun
from oms.orders.order_events import (
    ApprovalEscalated,
    ApprovalReminded,
    NotificationSent,
    OrderAddressCorrected,
    OrderApproved,
    OrderCancelled,
    OrderChanged,
    OrderChangeDropped,
    OrderChangeRequested,
    OrderCompleted,
    OrderHeld,
    OrderHoldEscalated,
    OrderRefused,
    OrderRejected,
    OrderReleased,
    OrderScreened,
    OrderStalled,
    WebhookExhausted,
)
from oms.orders.sourcing_events import (
    BackorderAllocated,
    BackorderDue,
    EtaChanged,
    LineBackordered,
    OrderSourced,
    StockReleased,
    StockReserved,
)
from oms.orders.waiting import finished

AFTER: dict[type, Any] = {
    **after_changes.AFTER,
    **after_screening.AFTER,
    **after_sourcing.AFTER,
    **after_fulfilments.AFTER,
    **after_documents.AFTER,
    **after_money.AFTER,
}
"""How an order goes on after an event of each type."""

OrderEvent = (
    OrderCreated
    | OrderStalled
    | OrderScreened
    | OrderSourced
    | OrderHeld
    | OrderReleased
    | OrderHoldEscalated
    | OrderAddressCorrected
    | OrderRefused
    | OrderCancelled
    | OrderChangeRequested
    | OrderChangeDropped
    | OrderChanged
    | PaymentReceived
    | PaymentReminded
    | InvoiceOverdue
    | DunningPlanned
    | InvoiceReminded
    | InvoiceDunned
    | LetterArchived
    | DunningHeld
    | PaymentAuthorised
    | PaymentCaptured
    | CaptureDeferred
    | CaptureDue
    | PaymentVoided
    | PaymentRefunded
    | PaymentFailed
    | PaymentRetried
    | PaymentLeft
    | PaymentDisputed
    | CreditReserved
    | OrderApproved
    | OrderRejected
    | ApprovalReminded
    | ApprovalEscalated
    | StockReserved
    | StockReleased
    | LineBackordered
    | BackorderAllocated
    | EtaChanged
    | BackorderDue
    | FulfilmentPlanned
    | FulfilmentReleased
    | FulfilmentRecallRequested
    | FulfilmentRecallAccepted
    | FulfilmentRecallRefused
    | FulfilmentPacked
    | ShipmentConfirmed
    | ShipmentTracked
    | ShipmentDelivered
    | ShipmentFailed
    | ShipmentOverdue
    | ShipmentReturned
    | ReturnAwaited
    | PiecesReturned
    | InvoiceAwaited
    | InvoiceIssued
    | InvoiceDeferred
    | InvoiceReduced
    | InvoiceCollected
    | CreditNoteIssued
    | DocumentValidated
    | DocumentRejected
    | DocumentWithdrawn
    | DocumentArchived
    | PaperArchived
    | NotificationSent
    | WebhookExhausted
    | OrderCompleted
    | OrderErasureRequested
    | OrderPersonErased
)


def replayed(log: Iterable[OrderEvent]) -> Order:
    """The order that its log tells of; raises Broken for a log without a beginning."""
    order: Order = replay(log, OrderCreated, lambda event: begun(event.order), applied)
    return order


decode_event = EventReader[OrderEvent](OrderEvent).read


def tell(order: Order, *events: DomainEvent) -> Order:
    """The order after the events, carrying them; completes it when nothing more is to happen."""
    for item in events:
        order = replace(applied(order, item), events=(*order.events, item))
    at = order.progress.changed_at
    arrived = order.count("delivered") or order.count("returned")
    if at and finished(order) and arrived and not order.progress.completed_at:
        done = OrderCompleted(at)
        order = replace(applied(order, done), events=(*order.events, done))
    return order


def applied(before: Order, event: DomainEvent) -> Order:
    """The order after one event, as replaying its log does it (invariant 5)."""
    order: Order = AFTER[type(event)](before, event)
    if order.progress.expected:
        order = _forget_expected(order)
    at = getattr(event, "at", None)
    return followed(before, order.within("progress", changed_at=at) if at else order, event)


def _forget_expected(order: Order) -> Order:
    """The order without what was said of lines of which nothing waits any more."""
    waiting = order.pieces("backordered")
    left = {n: d for n, d in order.progress.expected.items() if n in waiting}
    return order.within("progress", expected=left)
