"""Money of an order: its payment, and what has become of it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from oms.core.pseudonyms import Personal
from oms.core.values import Provider, Value
from oms.orders.documents import Collected


class Payment(Value, frozen=True, omit_defaults=True):
    """Payment as the shop states it; `amount` is in the order's currency.

    With a `provider` we capture and refund there, `reference` being what it calls the payment;
    without one the shop moves the money itself and tells us.
    """

    method: str
    status: Literal["authorised", "captured", "pending", "failed", "open"]
    amount: Decimal
    reference: str | None = None
    authorised_at: datetime | None = None
    provider: Provider | None = None


class Capture(Value, frozen=True, omit_defaults=True):
    """Money taken from an authorisation, whose reference is `authorisation`.

    `document` is the invoice that it is for, "" when it is for none yet. `reference` is what the
    provider, or the shop, calls the capture; `by` is who did it.
    """

    id: str
    document: str
    amount: Decimal
    at: datetime
    reference: str
    by: Literal["stripe", "test", "shop"]
    authorisation: str = ""


class Refund(Value, frozen=True, omit_defaults=True):
    """Money given back, to the authorisation that it was captured from, or by bank.

    `document` is the credit note that it is for, "" for what was paid too much.
    """

    id: str
    document: str
    amount: Decimal
    at: datetime
    reference: str
    by: Literal["stripe", "test", "shop", "bank"]
    authorisation: str = ""


class PaymentFailure(Value, frozen=True, omit_defaults=True):
    """Money that could not be moved, and why: a clerk has it tried again, or leaves it so.

    `document` and `reference` are those of the capture or refund that it should have been.
    """

    id: str
    of: Literal["capture", "refund", "void"]
    document: str
    amount: Decimal
    reason: str
    text: Personal
    at: datetime
    reference: str = ""
    closed_at: datetime | None = None
    closed_by: str | None = None
    left: bool = False


class Dispute(Value, frozen=True, omit_defaults=True):
    """A customer has asked their bank to take money back; the provider says how it stands."""

    id: str
    amount: Decimal
    reason: str
    status: str
    at: datetime
    until: datetime | None = None


class PaymentAllocation(Value, frozen=True, omit_defaults=True):
    """A part of a payment on a document of its order, and what was let go with it.

    `discount` is the cash discount (Skonto) that its payer earned, `waived` a difference too small
    to ask for, both of the `of` that was not credited. `charges` are dunning charges that the money
    paid; they are not in `amount`.
    """

    document: str
    amount: Decimal
    discount: Decimal = Decimal(0)
    waived: Decimal = Decimal(0)
    charges: Decimal = Decimal(0)
    of: Decimal = Decimal(0)


class Received(Value, frozen=True, omit_defaults=True):
    """Money that the bank reported for an order; `id` is the bank's transaction id.

    `laid` says which documents it pays, as far as there were any when it came. A negative amount
    takes money back: the bank has reversed the payment `reverses`. `at` is when it was booked.
    """

    id: str
    amount: Decimal
    value_date: date
    payer: Personal = ""
    laid: tuple[PaymentAllocation, ...] = ()
    reverses: str = ""
    at: datetime | None = None


class Credit(Value, frozen=True, omit_defaults=True):
    """Credit that an order on account takes of its customer's limit.

    `amount` is gross, of an order that cost `of` in its price mode. `limit` was the customer's at
    that time; `booked_by` is who let it be booked whatever the limit.
    """

    amount: Decimal
    of: Decimal
    limit: Decimal | None = None
    booked_by: str | None = None


class Settlement(Value, frozen=True, omit_defaults=True):
    """Settlement of an order: the money that came, was taken, went back, or could not be moved.

    `payments` are what the bank reported, `voided` the authorisations that are at an end, and
    `capture_by` when one capture for several shipments is due at the latest. `credit` is what it
    takes of its customer's limit; `collected` are the shipments that collective invoices bill.
    """

    payments: tuple[Received, ...] = ()
    captures: tuple[Capture, ...] = ()
    refunds: tuple[Refund, ...] = ()
    failures: tuple[PaymentFailure, ...] = ()
    voided: tuple[str, ...] = ()
    capture_by: datetime | None = None
    disputes: tuple[Dispute, ...] = ()
    credit: Credit | None = None
    collected: tuple[Collected, ...] = ()
