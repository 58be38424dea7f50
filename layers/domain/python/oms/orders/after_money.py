"""Orders after events about their money."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from oms.orders.money_news import (
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


def _paid(order: Order, news: PaymentReceived) -> Order:
    return replace(order, payments=(*order.payments, news.payment))


def _reminded(order: Order, news: PaymentReminded) -> Order:
    holds = tuple(
        replace(h, data={**h.data, "reminded_at": news.at.isoformat()}) if h.id == news.hold else h
        for h in order.holds
    )
    return replace(order, holds=holds)


def _authorised(order: Order, news: PaymentAuthorised) -> Order:
    return replace(order, payment=news.payment, capture_by=None)


def _captured(order: Order, news: PaymentCaptured) -> Order:
    capture = news.capture
    ended = {*order.voided, capture.authorisation} if news.last else order.voided
    order = replace(order, captures=(*order.captures, capture), voided=tuple(sorted(ended)))
    return replace(order, capture_by=None) if news.last else order


def _deferred(order: Order, news: CaptureDeferred) -> Order:
    return replace(order, capture_by=news.until)


def _capture_due(order: Order, news: CaptureDue) -> Order:
    return replace(order, capture_by=news.at)


def _voided(order: Order, news: PaymentVoided) -> Order:
    ended = {*order.voided, news.authorisation}
    return replace(order, voided=tuple(sorted(ended)), capture_by=None)


def _refunded(order: Order, news: PaymentRefunded) -> Order:
    return replace(order, refunds=(*order.refunds, news.refund))


def _failed(order: Order, news: PaymentFailed) -> Order:
    failure = news.failure
    refunds = tuple(
        refund
        for refund in order.refunds
        if failure.of != "refund" or not refund.reference or refund.reference != failure.reference
    )
    return replace(order, failures=(*order.failures, failure), refunds=refunds)


def _closed(order: Order, news: PaymentRetried | PaymentLeft) -> Order:
    closed = {"closed_at": news.at, "closed_by": news.by, "left": isinstance(news, PaymentLeft)}
    failures = tuple(replace(f, **closed) if f.id == news.failure else f for f in order.failures)
    return replace(order, failures=failures)


def _disputed(order: Order, news: PaymentDisputed) -> Order:
    others = tuple(each for each in order.disputes if each.id != news.dispute.id)
    return replace(order, disputes=(*others, news.dispute))


def _credited(order: Order, news: CreditReserved) -> Order:
    return replace(order, credit=news.credit)


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
