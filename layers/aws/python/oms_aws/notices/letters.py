"""Composes mails: subject, HTML and plain text, in the language of who reads them."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct, structs

from oms.core.parties import Language
from oms_aws.platform.rendering import environment, words
from oms_aws.platform.wording import money_text, one_line

if TYPE_CHECKING:
    from jinja2 import Environment

Kind = Literal[
    "order_received",
    "order_changed",
    "order_cancelled",
    "recall_refused",
    "order_refused",
    "change_refused",
    "parcel_shipped",
    "parcel_failed",
    "parcel_astray",
    "order_waits",
    "address_wanted",
    "credit_issued",
    "invoice_issued",
    "collective_issued",
    "hold_escalated",
    "payment_awaited",
    "payment_overdue",
    "credit_exceeded",
    "approval_needed",
    "approval_decided",
    "endpoint_paused",
    "endpoint_resumed",
]

_LONGEST_SUBJECT = 150


class Letter(Struct, frozen=True):
    """A mail, ready to be sent: the subject is one line, text says what html says."""

    subject: str
    html: str
    text: str


class Shop(Struct, frozen=True):
    """Who writes, and where the customer can answer."""

    name: str
    support_email: str


class Item(Struct, frozen=True):
    """Pieces of an order line; `total` is what they cost, where that is of interest."""

    description: str
    quantity: int
    sku: str = ""
    total: Decimal | None = None


class OrderReceived(Struct, frozen=True, kw_only=True):
    """The order has arrived. Amounts are in `currency` and the order's price mode."""

    shop: Shop
    customer: str
    order_number: str
    items: tuple[Item, ...]
    goods: Decimal
    shipping: Decimal
    total: Decimal
    currency: str
    discount: Decimal = Decimal(0)
    price_mode: Literal["gross", "net"] = "gross"
    ship_to: tuple[str, ...] = ()
    confirmation_url: str | None = None


class OrderChanged(Struct, frozen=True, kw_only=True):
    """What is different about the order now: pieces that came (`items`), went or cost otherwise.

    `total` is what it costs now, in `currency` and its price mode.
    """

    shop: Shop
    customer: str
    order_number: str
    items: tuple[Item, ...]
    removed: tuple[Item, ...]
    repriced: tuple[Item, ...]
    total: Decimal
    currency: str
    price_mode: Literal["gross", "net"] = "gross"
    ship_to: tuple[str, ...] = ()
    method: str | None = None
    vat_id: str | None = None


class OrderCancelled(Struct, frozen=True, kw_only=True):
    """The whole order or some of its pieces were cancelled; `remaining` is still on order."""

    shop: Shop
    customer: str
    order_number: str
    items: tuple[Item, ...]
    whole: bool
    reason: str | None = None
    remaining: tuple[Item, ...] = ()


class RecallRefused(Struct, frozen=True, kw_only=True):
    """Pieces that were to be cancelled could not be stopped any more."""

    shop: Shop
    customer: str
    order_number: str
    items: tuple[Item, ...]


class ChangeRefused(Struct, frozen=True, kw_only=True):
    """A change that was confirmed came too late; `items` is what the order is as before."""

    shop: Shop
    customer: str
    order_number: str
    items: tuple[Item, ...]


class ShippedParcel(Struct, frozen=True):
    """A parcel on its way."""

    carrier: str
    tracking_number: str
    tracking_url: str | None = None


class WaitingItem(Struct, frozen=True):
    """Pieces still to come; `expected` is their day in words, None while nobody knows it.

    `how`: they are expected in, leave a warehouse by, or are promised for that day.
    """

    description: str
    quantity: int
    sku: str
    expected: str | None = None
    how: Literal["expected", "leaves", "promised"] = "expected"


class ParcelShipped(Struct, frozen=True, kw_only=True):
    """Parcels have left; `following` is all that is still to come."""

    shop: Shop
    customer: str
    order_number: str
    items: tuple[Item, ...]
    parcels: tuple[ShippedParcel, ...]
    following: tuple[WaitingItem, ...] = ()
    invoice_number: str | None = None
    invoice_url: str | None = None
    einvoice_url: str | None = None


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


class BankDetails(Struct, frozen=True):
    """Where money goes, and what the payer writes."""

    holder: str
    name: str
    iban: str
    bic: str | None
    reference: str


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


class OrderWaits(Struct, frozen=True, kw_only=True):
    """When pieces are expected that wait; `first` when it is the first word on some of them."""

    shop: Shop
    customer: str
    order_number: str
    items: tuple[WaitingItem, ...]
    first: bool
    cancel_url: str


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


class ApprovalNeeded(Struct, frozen=True, kw_only=True):
    """Somebody of the customer's is asked to agree to the order; `customer` is who is greeted.

    `again` says why it comes once more: as a reminder, or to the substitute.
    """

    shop: Shop
    customer: str
    order_number: str
    items: tuple[Item, ...]
    purchaser: str
    due: Decimal
    currency: str
    cost_centre: str | None
    purchase_order: str | None
    url: str
    until: str
    again: Literal["", "reminder", "substitute"] = ""


class ApprovalDecided(Struct, frozen=True, kw_only=True):
    """Who was asked to agree to the order has done so or not; the purchaser is told."""

    shop: Shop
    customer: str
    order_number: str
    items: tuple[Item, ...]
    approved: bool
    person: str
    reason: str | None = None


class ParcelFailed(Struct, frozen=True, kw_only=True):
    """A parcel could not be delivered, or is `returning`; `said` is what the carrier said of it."""

    shop: Shop
    customer: str
    order_number: str
    returning: bool
    items: tuple[Item, ...]
    parcel: ShippedParcel
    said: str | None = None


class ParcelAstray(Struct, frozen=True, kw_only=True):
    """A parcel has not arrived: the team is told, again once it is overdue, and when it is back."""

    shop: Shop
    customer: str
    order_number: str
    order_id: str
    location: str
    returning: bool
    overdue: bool
    back: bool
    parcel: ShippedParcel
    said: str | None
    until: str


class HoldEscalated(Struct, frozen=True, kw_only=True):
    """Nobody has looked at a hold in time; the team is told. `customer` is who is greeted."""

    shop: Shop
    customer: str
    order_number: str
    order_id: str
    reason: str
    text: str
    owner: str
    raised_at: str
    deadline: str


class EndpointPaused(Struct, frozen=True, kw_only=True):
    """An endpoint for webhooks fails and rests; whoever keeps it is told. `name` may be empty.

    `since` when, and `until` when it is tried again, in words.
    """

    shop: Shop
    customer: str
    url: str
    name: str
    since: str
    until: str
    failures: int
    error: str


class EndpointResumed(Struct, frozen=True, kw_only=True):
    """An endpoint for webhooks that rested `since` then works again."""

    shop: Shop
    customer: str
    url: str
    name: str
    since: str


class AddressWanted(Struct, frozen=True, kw_only=True):
    """Parcels cannot reach the address: the customer may correct it at `url`."""

    shop: Shop
    customer: str
    order_number: str
    text: str
    ship_to: tuple[str, ...]
    url: str
    until: str


class OrderRefused(Struct, frozen=True, kw_only=True):
    """The order cannot be accepted; only of a failed payment the customer hears why."""

    shop: Shop
    customer: str
    order_number: str
    items: tuple[Item, ...]
    payment_failed: bool


Facts = (
    OrderReceived
    | OrderChanged
    | OrderCancelled
    | OrderRefused
    | RecallRefused
    | ChangeRefused
    | ParcelShipped
    | ParcelFailed
    | ParcelAstray
    | CreditIssued
    | InvoiceIssued
    | CollectiveIssued
    | OrderWaits
    | AddressWanted
    | HoldEscalated
    | PaymentAwaited
    | PaymentOverdue
    | CreditExceeded
    | ApprovalNeeded
    | ApprovalDecided
    | EndpointPaused
    | EndpointResumed
)

_FACTS: dict[Kind, type[Facts]] = {
    "order_received": OrderReceived,
    "order_changed": OrderChanged,
    "order_cancelled": OrderCancelled,
    "recall_refused": RecallRefused,
    "change_refused": ChangeRefused,
    "parcel_shipped": ParcelShipped,
    "parcel_failed": ParcelFailed,
    "parcel_astray": ParcelAstray,
    "order_waits": OrderWaits,
    "order_refused": OrderRefused,
    "address_wanted": AddressWanted,
    "credit_issued": CreditIssued,
    "invoice_issued": InvoiceIssued,
    "collective_issued": CollectiveIssued,
    "hold_escalated": HoldEscalated,
    "payment_awaited": PaymentAwaited,
    "payment_overdue": PaymentOverdue,
    "credit_exceeded": CreditExceeded,
    "approval_needed": ApprovalNeeded,
    "approval_decided": ApprovalDecided,
    "endpoint_paused": EndpointPaused,
    "endpoint_resumed": EndpointResumed,
}


def compose(kind: Kind, facts: Facts, locale: Language) -> Letter:
    """The mail of a kind; `facts` is the struct of that kind, else TypeError.

    Whatever the facts contain arrives as text: escaped in HTML, in one line in subject and text.
    """
    if type(facts) is not _FACTS[kind]:
        raise TypeError(f"{kind} cannot be composed from {type(facts).__name__}")
    known = words("letters")[locale]
    plain = _plain(facts)
    context = {"facts": plain, "words": known, "kind": kind, "locale": locale}
    subject = one_line(_template(f"{kind}.subject.txt").render(context))
    if len(subject) > _LONGEST_SUBJECT:
        subject = subject[: _LONGEST_SUBJECT - 1] + "…"
    context["subject"] = subject
    text = _template(f"{kind}.txt").render(context)
    return Letter(
        subject=subject,
        html=_template(f"{kind}.html").render(context),
        text=re.sub(r"\n{3,}", "\n\n", text).strip() + "\n",
    )


@cache
def _environment() -> Environment:
    made = environment("letters")
    made.filters["money"] = money_text
    made.filters["web_link"] = _web_link
    return made


def _template(name: str) -> Any:
    return _environment().get_template(name)


def _web_link(url: str | None) -> str | None:
    """The address if it is one of the web's; nothing that a mail client would run."""
    return url if url and re.match(r"https?://[^\s\"<>]+$", url) else None


def _plain(value: Any) -> Any:
    """Structs as dicts, with every text in one line."""
    if isinstance(value, Struct):
        return {name: _plain(item) for name, item in structs.asdict(value).items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return one_line(value) if isinstance(value, str) else value
