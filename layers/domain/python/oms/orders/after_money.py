"""Orders after events about their money."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

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
from oms.orders.order import Order


def _paid(order: Order, event: PaymentReceived) -> Order:
    return replace(order, payments=(*order.payments, event.payment))


def _reminded(order: Order, event: PaymentReminded) -> Order:
    holds = tuple(
        replace(h, data={**h.data, "reminded_at": event.at.isoformat()})
        if h.id == event.hold
        else h
        for h in order.holds
    )
    return replace(order, holds=holds)


def _authorised(order: Order, event: PaymentAuthorised) -> Order:
    return replace(order, payment=event.payment, capture_by=None)


def _captured(order: Order, event: PaymentCaptured) -> Order:
    capture = event.capture
    ended = {*order.voided, capture.authorisation} if event.last else order.voided
    order = replace(order, captures=(*order.captures, capture), voided=tuple(sorted(ended)))
    return replace(order, capture_by=None) if event.last else order


def _deferred(order: Order, event: CaptureDeferred) -> Order:
    return replace(order, capture_by=event.until)


def _capture_due(order: Order, event: CaptureDue) -> Order:
    return replace(order, capture_by=event.at)


def _voided(order: Order, event: PaymentVoided) -> Order:
    ended = {*order.voided, event.authorisation}
    return replace(order, voided=tuple(sorted(ended)), capture_by=None)


def _refunded(order: Order, event: PaymentRefunded) -> Order:
    return replace(order, refunds=(*order.refunds, event.refund))


def _failed(order: Order, event: PaymentFailed) -> Order:
    failure = event.failure
    refunds = tuple(
        refund
        for refund in order.refunds
        if failure.of != "refund" or not refund.reference or refund.reference != failure.reference
    )
    return replace(order, failures=(*order.failures, failure), refunds=refunds)


def _closed(order: Order, event: PaymentRetried | PaymentLeft) -> Order:
    closed = {"closed_at": event.at, "closed_by": event.by, "left": isinstance(event, PaymentLeft)}
    failures = tuple(replace(f, **closed) if f.id == event.failure else f for f in order.failures)
    return replace(order, failures=failures)


def _disputed(order: Order, event: PaymentDisputed) -> Order:
    others = tuple(each for each in order.disputes if each.id != event.dispute.id)
    return replace(order, disputes=(*others, event.dispute))


def _credited(order: Order, event: CreditReserved) -> Order:
    return replace(order, credit=event.credit)


AFTER: dict[type, Any] = {
    PaymentReceived: _paid,
    PaymentReminded: _reminded,
    PaymentAuthorised: _authorised,
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
}
