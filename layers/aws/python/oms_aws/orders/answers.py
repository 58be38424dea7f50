"""Answers about orders, route by route."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from oms.master.exclusions import Exclusion
from oms.master.product import Kind
from oms_aws.orders.document_answers import Document, Paper
from oms_aws.orders.fulfilment_answers import ComponentPieces, OrderFulfilment
from oms_aws.orders.hold_answers import Approval, Finding, Hold
from oms_aws.orders.payment_answers import (
    Dispute,
    MoneyBack,
    MoneyTaken,
    OrderCredit,
    Payment,
    PaymentFailure,
    Received,
    Settlement,
)
from oms_aws.platform.answers import (
    ID,
    Address,
    Currency,
    Cursor,
    Erasure,
    EventId,
    ExternalNumber,
    Money,
    Number,
    OrderId,
    PersonName,
    Quantities,
    Shop,
    Sku,
    Time,
    Told,
    Version,
)
from oms_aws.platform.models import Model
from oms_aws.platform.query import Status


class Receipt(Model):
    """The order is durably stored."""

    id: OrderId
    external_number: ExternalNumber
    status: Literal["received"]


class Customer(Model):
    """Customer of the order."""

    id: Annotated[str, Field(examples=["C-17"])]
    type: Literal["B2C", "B2B"]
    name: PersonName
    email: Annotated[str, Field(examples=["erika@example.com"])]
    phone: Annotated[str | None, Field(examples=["+4915112345678"])]
    locale: Literal["de", "en"]
    company: Annotated[str | None, Field(examples=[None])]
    vat_id: Annotated[str | None, Field(examples=[None])]
    group: Annotated[str | None, Field(examples=[None])]


class Discount(Model):
    """Discount in the order's currency and price mode, and why."""

    amount: Annotated[Money, Field(examples=["5.00"])]
    code: Annotated[str | None, Field(examples=["WELCOME5"])]


class OrderLine(Model):
    """A line of an order."""

    number: Number
    sku: Sku
    unit_price: Money
    discounts: list[Discount]
    kind: Annotated[Kind, Field(description="What the product was when it was sourced.")]
    components: Annotated[
        list[ComponentPieces], Field(description="What a bundle is made of.", examples=[[]])
    ]
    available_from: Annotated[
        date | None, Field(description="The day of sale of a preorder.", examples=[None])
    ]
    withdrawal_exclusion: Annotated[
        Exclusion | None,
        Field(description="Why consumers cannot withdraw from it.", examples=[None]),
    ]
    expected_on: Annotated[
        date | None,
        Field(
            description="When waiting pieces are expected, as the customer was told.",
            examples=[None],
        ),
    ]
    quantities: Quantities


class Shipping(Model):
    """Shipping method, and what the customer pays for it."""

    method: Annotated[str, Field(examples=["standard"])]
    price: Annotated[Money, Field(examples=["4.90"])]


class Delivery(Model):
    """Wishes about delivery: a part before the rest, and the turn when stock is short."""

    partial_allowed: bool
    priority: Annotated[int, Field(description="Higher ones come first.", examples=[0])]
    promised_on: Annotated[date | None, Field(examples=[None])]


class Gift(Model):
    """Wishes of the buyer to the receiver."""

    message: Annotated[str, Field(examples=["Alles Gute zum Geburtstag!"])]
    sender: Annotated[str | None, Field(alias="from", examples=["Oma"])]
    recipient: Annotated[str | None, Field(alias="to", examples=["Jonas"])]


class Totals(Model):
    """Sums in the order's currency and price mode."""

    goods: Annotated[Money, Field(examples=["259.80"])]
    discount: Annotated[Money, Field(description="Off lines and order.", examples=["0"])]
    shipping: Annotated[Money, Field(examples=["4.90"])]
    total: Annotated[Money, Field(examples=["264.70"])]
    currency: Currency


class Waiting(Model):
    """Wait of an unfinished order: for whom, for what, and until when."""

    party: Annotated[str, Field(examples=["carrier"])]
    cause: Annotated[str, Field(examples=["shipped"])]
    until: Time


class Pending(Model):
    """A change that waits until warehouses have given back what it touches."""

    id: Annotated[str, Field(examples=[f"chg_{ID}"])]
    by: Annotated[str, Field(examples=["shop:berg"])]
    requested_at: Time


class Order(Model):
    """An order: where each of its pieces is, and whom it waits for."""

    id: OrderId
    external_number: ExternalNumber
    shop: Shop
    status: Annotated[Status, Field(examples=["shipped"])]
    placed_at: Time
    received_at: Time
    completed_at: Annotated[Time | None, Field(examples=[None])]
    currency: Currency
    price_mode: Literal["gross", "net"]
    customer: Customer
    billing_address: Address
    shipping_address: Annotated[Address | None, Field(examples=[None])]
    delivery: Delivery
    shipping: Shipping
    payment: Payment
    note: Annotated[str | None, Field(examples=[None])]
    cost_centre: Annotated[str | None, Field(examples=[None])]
    purchase_order: Annotated[
        str | None, Field(description="The customer's own number of it.", examples=[None])
    ]
    ordered_by: Annotated[
        str | None, Field(description="Which person of the customer's.", examples=[None])
    ]
    gift: Annotated[
        Gift | None, Field(description="Then no prices are in the parcel.", examples=[None])
    ]
    discounts: list[Discount]
    lines: list[OrderLine]
    holds: Annotated[list[Hold], Field(examples=[[]])]
    findings: list[Finding]
    fulfilments: list[OrderFulfilment]
    documents: list[Document]
    papers: Annotated[list[Paper], Field(description="Those that somebody asked for.")]
    totals: Totals
    settlement: Settlement
    payments: Annotated[list[Received], Field(examples=[[]])]
    captures: Annotated[list[MoneyTaken], Field(examples=[[]])]
    refunds: Annotated[list[MoneyBack], Field(examples=[[]])]
    payment_failures: Annotated[list[PaymentFailure], Field(examples=[[]])]
    disputes: Annotated[list[Dispute], Field(examples=[[]])]
    credit: Annotated[OrderCredit | None, Field(examples=[None])]
    approvals: Annotated[list[Approval], Field(examples=[[]])]
    waiting: Annotated[list[Waiting], Field(description="Empty only when it is finished.")]
    reserved_until: Annotated[
        Time | None,
        Field(
            description="When a held order gives back what it has reserved; it reserves anew once "
            "it is released.",
            examples=[None],
        ),
    ]
    refused: Annotated[str | None, Field(description="Why it was refused.", examples=[None])]
    changes: Annotated[
        list[str], Field(description="The changes done, in order.", examples=[[f"chg_{ID}"]])
    ]
    pending_change: Annotated[Pending | None, Field(examples=[None])]
    erasure: Annotated[
        Erasure | None,
        Field(description="That its personal data are to be erased, or are.", examples=[None]),
    ]
    version: Version


class OrderSummary(Model):
    """An order as lists show it."""

    id: OrderId
    external_number: ExternalNumber
    shop: Shop
    status: Annotated[Status, Field(examples=["shipped"])]
    placed_at: Annotated[Time, Field(description="In UTC, to the second.")]
    received_at: Time
    total: Annotated[Money, Field(examples=["264.70"])]
    currency: Currency


class Orders(Model):
    """A page of orders, newest first; it goes on while there is a cursor, however short it is."""

    items: list[OrderSummary]
    cursor: Cursor


class LogEntry(Model):
    """One thing that happened: who, what, when, why; chained by hash to the one before."""

    id: EventId
    type: Annotated[str, Field(examples=["Stock.Reserved"])]
    sequence: Annotated[int, Field(description="From 1, without gaps.", ge=1, examples=[3])]
    at: Time
    actor: Annotated[str, Field(examples=["auftakt"])]
    cause: Annotated[
        str, Field(description="The event or request that led to it.", examples=[f"evt_{ID}"])
    ]
    format: Annotated[
        int, Field(description="Number of the format of the type's data.", ge=1, examples=[1])
    ]
    data: Annotated[dict[str, Any], Field(examples=[{"pieces": {"1": 2}}])]
    hash: Annotated[
        str, Field(description="SHA-256 over the hash before and this.", examples=["5d41402abc…"])
    ]


class Log(Model):
    """Events of an order in order; send `after` as the next `after`."""

    items: list[LogEntry]
    after: Annotated[int, Field(description="The last sequence number seen.", examples=[3])]


CHANGED = Told(Order, ("ETag",))

ANSWERS: dict[str, Told] = {
    "POST /v1/orders": Told(
        Receipt,
        ("Location",),
        "The Idempotency-Key came with another body before (`idempotency_key_reused`), or the shop "
        "has an order of this external number (`external_number_taken`; `order` names it).",
    ),
    "GET /v1/orders/{order}": CHANGED,
    "GET /v1/orders": Told(Orders),
    "GET /v1/orders/{order}/events": Told(Log),
}
