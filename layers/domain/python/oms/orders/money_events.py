"""Events of an order about its money."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from oms.core.events import DomainEvent
from oms.core.pseudonyms import Personal
from oms.orders.money_parts import (
    Capture,
    Credit,
    Dispute,
    Payment,
    PaymentFailure,
    Received,
    Refund,
)


class PaymentReceived(DomainEvent, frozen=True, tag="Payment.Received"):
    """Money that came for an order.

    `received` is the sum that came by bank so far, `owed` what the order costs now, both gross.
    """

    payment: Received
    received: Decimal
    owed: Decimal
    overpaid: Decimal
    at: datetime


class PaymentReminded(DomainEvent, frozen=True, tag="Payment.Reminded"):
    """Reminder to the customer to pay in advance."""

    hold: str
    at: datetime


class PaymentAuthorised(DomainEvent, frozen=True, tag="Payment.Authorised"):
    """There is another authorisation for what is still to be captured."""

    payment: Payment
    by: str
    reason: Personal
    at: datetime


class PaymentCaptured(DomainEvent, frozen=True, tag="Payment.Captured"):
    """Money captured for an invoice; after the `last` nothing is left of the authorisation."""

    capture: Capture
    at: datetime
    last: bool = False


class CaptureDeferred(DomainEvent, frozen=True, tag="Payment.CaptureDeferred"):
    """The authorisation can be captured once: that waits for the last shipment, until a time."""

    until: datetime
    at: datetime


class CaptureDue(DomainEvent, frozen=True, tag="Payment.CaptureDue"):
    """A capture cannot wait for further shipments any longer: the authorisation is about to end."""

    at: datetime


class PaymentVoided(DomainEvent, frozen=True, tag="Payment.Voided"):
    """Rest of an authorisation that is the customer's again."""

    authorisation: str
    amount: Decimal
    reason: str
    at: datetime


class PaymentRefunded(DomainEvent, frozen=True, tag="Payment.Refunded"):
    """Money that went back to the customer."""

    refund: Refund
    at: datetime


class PaymentFailed(DomainEvent, frozen=True, tag="Payment.Failed"):
    """A capture, refund or void failed; a refund of the same reference did not arrive after all."""

    failure: PaymentFailure
    at: datetime


class PaymentRetried(DomainEvent, frozen=True, tag="Payment.Retried"):
    """Order to try again: `failure` is to be tried again, as somebody wants it."""

    failure: str
    by: str
    reason: Personal
    at: datetime


class PaymentLeft(DomainEvent, frozen=True, tag="Payment.Left"):
    """Nobody tries any more what failed: the money is asked for, or given back, otherwise."""

    failure: str
    by: str
    reason: Personal
    at: datetime


class PaymentDisputed(DomainEvent, frozen=True, tag="Payment.Disputed"):
    """A dispute was opened, or stands otherwise than before."""

    dispute: Dispute
    at: datetime


class CreditReserved(DomainEvent, frozen=True, tag="Credit.Reserved"):
    """Credit that an order on account took of its customer's limit."""

    credit: Credit
    at: datetime
