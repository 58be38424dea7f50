"""Orders after events about their money."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from oms.core.events import DomainEvent
from oms.orders.document_events import InvoiceDeferred, InvoiceReduced
from oms.orders.documents import Collected
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
from oms.orders.money_parts import Settlement
from oms.orders.order import Order


def _paid(money: Settlement, event: PaymentReceived) -> Settlement:
    return replace(money, payments=(*money.payments, event.payment))


def _captured(money: Settlement, event: PaymentCaptured) -> Settlement:
    capture = event.capture
    ended = {*money.voided, capture.authorisation} if event.last else money.voided
    return replace(
        money,
        captures=(*money.captures, capture),
        voided=tuple(sorted(ended)),
        capture_by=None if event.last else money.capture_by,
    )


def _deferred(money: Settlement, event: CaptureDeferred) -> Settlement:
    return replace(money, capture_by=event.until)


def _capture_due(money: Settlement, event: CaptureDue) -> Settlement:
    return replace(money, capture_by=event.at)


def _voided(money: Settlement, event: PaymentVoided) -> Settlement:
    ended = {*money.voided, event.authorisation}
    return replace(money, voided=tuple(sorted(ended)), capture_by=None)


def _refunded(money: Settlement, event: PaymentRefunded) -> Settlement:
    return replace(money, refunds=(*money.refunds, event.refund))


def _failed(money: Settlement, event: PaymentFailed) -> Settlement:
    failure = event.failure
    refunds = tuple(
        refund
        for refund in money.refunds
        if failure.of != "refund" or not refund.reference or refund.reference != failure.reference
    )
    return replace(money, failures=(*money.failures, failure), refunds=refunds)


def _closed(money: Settlement, event: PaymentRetried | PaymentLeft) -> Settlement:
    closed = {"closed_at": event.at, "closed_by": event.by, "left": isinstance(event, PaymentLeft)}
    failures = tuple(replace(f, **closed) if f.id == event.failure else f for f in money.failures)
    return replace(money, failures=failures)


def _disputed(money: Settlement, event: PaymentDisputed) -> Settlement:
    others = tuple(each for each in money.disputes if each.id != event.dispute.id)
    return replace(money, disputes=(*others, event.dispute))


def _credited(money: Settlement, event: CreditReserved) -> Settlement:
    return replace(money, credit=event.credit)


def _deferred_invoice(money: Settlement, event: InvoiceDeferred) -> Settlement:
    entry = Collected(event.fulfilment, event.bill, event.due_at, event.gross, event.at)
    return replace(money, collected=(*money.collected, entry))


def _reduced(money: Settlement, event: InvoiceReduced) -> Settlement:
    collected = tuple(
        replace(each, credited=each.credited + event.gross, credits=each.credits + 1)
        if each.fulfilment == event.fulfilment
        else each
        for each in money.collected
    )
    return replace(money, collected=collected)


SETTLED: dict[type, Any] = {
    PaymentReceived: _paid,
    PaymentCaptured: _captured,
    CaptureDeferred: _deferred,
    CaptureDue: _capture_due,
    PaymentVoided: _voided,
    PaymentRefunded: _refunded,
    PaymentFailed: _failed,
    PaymentRetried: _closed,
    PaymentLeft: _closed,
    PaymentDisputed: _disputed,
    CreditReserved: _credited,
    InvoiceDeferred: _deferred_invoice,
    InvoiceReduced: _reduced,
}
"""How a settlement goes on after an event of each type."""


def _settled(order: Order, event: DomainEvent) -> Order:
    return replace(order, settlement=SETTLED[type(event)](order.settlement, event))


def _authorised(order: Order, event: PaymentAuthorised) -> Order:
    return replace(order.within("settlement", capture_by=None), payment=event.payment)


def _reminded(order: Order, event: PaymentReminded) -> Order:
    holds = tuple(
        replace(h, data={**h.data, "reminded_at": event.at.isoformat()})
        if h.id == event.hold
        else h
        for h in order.screening.holds
    )
    return order.within("screening", holds=holds)


AFTER: dict[type, Any] = {
    **dict.fromkeys(SETTLED, _settled),
    PaymentAuthorised: _authorised,
    PaymentReminded: _reminded,
}
