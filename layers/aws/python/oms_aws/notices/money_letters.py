"""Letters on money: documents, payments that are awaited, and credit."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from oms_aws.notices.letter_parts import BankDetails, Item, Shop


class CreditIssued(Struct, frozen=True, kw_only=True):
    """An invoice was corrected; `amount` is what is credited, or what it is `anew`, gross."""

    shop: Shop
    customer: str
    order_number: str
    number: str
    invoice_number: str
    items: tuple[Item, ...]
    amount: Decimal
    currency: str
    url: str
    anew: bool = False
    einvoice_url: str | None = None


class InvoiceIssued(Struct, frozen=True, kw_only=True):
    """A deposit is asked for, or an invoice has come whose parcels were told of before.

    `until` is the last day to pay, None when nothing is to be paid; `bank` where to.
    """

    shop: Shop
    customer: str
    order_number: str
    number: str
    deposit: bool
    items: tuple[Item, ...]
    amount: Decimal
    currency: str
    url: str
    until: str | None = None
    bank: BankDetails | None = None
    einvoice_url: str | None = None


class CollectiveIssued(Struct, frozen=True, kw_only=True):
    """An invoice over the deliveries of a period, or the credit note that takes one back whole.

    `credits` is the number of the invoice that is taken back, `amount` gross.
    """

    shop: Shop
    customer: str
    number: str
    deliveries: int
    since: str
    until: str
    amount: Decimal
    currency: str
    due: str | None
    credits: str | None
    url: str
    einvoice_url: str | None = None


class PaymentAwaited(Struct, frozen=True, kw_only=True):
    """The order waits for its money; `reminder` when that was said before."""

    shop: Shop
    customer: str
    order_number: str
    items: tuple[Item, ...]
    due: Decimal
    received: Decimal
    currency: str
    until: str
    bank: BankDetails | None
    reminder: bool = False


class PaymentOverdue(Struct, frozen=True, kw_only=True):
    """An invoice is open beyond its day: a reminder (level 0) or a dunning letter (1, 2).

    `total` is what is asked for: `open` of the invoice, and `charges`. A collective invoice has no
    one `order_number`.
    """

    shop: Shop
    customer: str
    order_number: str
    level: Literal[0, 1, 2]
    number: str
    due_on: str
    open: Decimal
    charges: Decimal
    total: Decimal
    currency: str
    pay_by: str
    bank: BankDetails | None
    url: str


class CreditExceeded(Struct, frozen=True, kw_only=True):
    """The customer's credit does not bear the order; paying in advance helps.

    Without a limit nothing is sold on account; `free` is what is left of it.
    """

    shop: Shop
    customer: str
    order_number: str
    items: tuple[Item, ...]
    due: Decimal
    limit: Decimal | None
    free: Decimal | None
    currency: str
    bank: BankDetails | None
