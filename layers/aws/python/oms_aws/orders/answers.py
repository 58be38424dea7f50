"""Answers about orders, route by route."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from oms.core.documents import Format
from oms.core.documents import Kind as DocumentKind
from oms.core.values import Provider as ProviderName
from oms.master.product import Kind
from oms.orders.parts import Cause
from oms.payments.capturing import State
from oms_aws.platform.answers import (
    ID,
    Address,
    Carrier,
    Currency,
    Cursor,
    DocumentId,
    EventId,
    ExternalNumber,
    FulfilmentId,
    Location,
    Money,
    Number,
    OrderId,
    PersonName,
    Pieces,
    Quantities,
    Shop,
    Sku,
    Time,
    Told,
    TrackingNumber,
    Url,
    Version,
)
from oms_aws.platform.models import Model, ScanStatus
from oms_aws.platform.query import FulfilmentStatus, Status


class Receipt(Model):
    """The order is durably stored."""

    id: OrderId
    external_number: ExternalNumber
    status: Literal["received"]


class Customer(Model):
    """Who ordered."""

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
    """What is off, in the order's currency and price mode, and why."""

    amount: Annotated[Money, Field(examples=["5.00"])]
    code: Annotated[str | None, Field(examples=["WELCOME5"])]


class ComponentPieces(Model):
    """Pieces of a part of a bundle."""

    sku: Sku
    quantity: Pieces


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
    expected_on: Annotated[
        date | None,
        Field(
            description="When waiting pieces are expected, as the customer was told.",
            examples=[None],
        ),
    ]
    quantities: Quantities


class Shipping(Model):
    """How it is sent, and what the customer pays for that."""

    method: Annotated[str, Field(examples=["standard"])]
    price: Annotated[Money, Field(examples=["4.90"])]


class Payment(Model):
    """What the shop said of the payment."""

    method: Annotated[str, Field(examples=["paypal"])]
    status: Literal["authorised", "captured", "pending", "failed", "open"]
    amount: Annotated[Money, Field(examples=["264.70"])]
    reference: Annotated[str | None, Field(examples=["PAY-1"])]
    authorised_at: Annotated[Time | None, Field(examples=[None])]
    provider: Annotated[
        ProviderName | None,
        Field(description="Where we move the money; null: the shop does.", examples=[None]),
    ]


class MoneyTaken(Model):
    """Money that was captured."""

    id: Annotated[str, Field(examples=[f"cap_{ID}-1"])]
    document: Annotated[
        str, Field(description="The invoice it is for; empty: none yet.", examples=[f"inv_{ID}-1"])
    ]
    amount: Annotated[Money, Field(examples=["264.70"])]
    at: Time
    reference: Annotated[
        str, Field(description="What the provider, or the shop, calls it.", examples=["ch_3Rl9KA"])
    ]
    by: Annotated[Literal["stripe", "test", "shop"], Field(description="Who captured it.")]
    authorisation: Annotated[str, Field(examples=["pi_3Rl9KA"])]


class MoneyBack(Model):
    """Money that went back."""

    id: Annotated[str, Field(examples=[f"rfd_{ID}-1"])]
    document: Annotated[
        str,
        Field(description="The credit note; empty: it was too much.", examples=[f"crn_{ID}"]),
    ]
    amount: Annotated[Money, Field(examples=["129.90"])]
    at: Time
    reference: Annotated[str, Field(examples=["re_1Nispe2e"])]
    by: Annotated[Literal["stripe", "test", "shop", "bank"], Field(description="Who refunded it.")]
    authorisation: Annotated[str, Field(examples=["pi_3Rl9KA"])]


class PaymentFailure(Model):
    """Money that could not be moved."""

    id: Annotated[str, Field(examples=["failure_1"])]
    of: Literal["capture", "refund", "void"]
    document: Annotated[str, Field(examples=[f"inv_{ID}-1"])]
    amount: Annotated[Money, Field(examples=["264.70"])]
    reason: Annotated[str, Field(examples=["declined"])]
    text: Annotated[str, Field(description="In the provider's words.", examples=["Declined."])]
    at: Time
    reference: Annotated[str, Field(examples=["pi_3Rl9KA"])]
    closed_at: Annotated[Time | None, Field(examples=[None])]
    closed_by: Annotated[str | None, Field(examples=[None])]
    left: Annotated[bool, Field(description="Nobody tries it again.", examples=[False])]


class Dispute(Model):
    """The customer wants their bank to take money back."""

    id: Annotated[str, Field(examples=["dp_1JAyTw"])]
    amount: Annotated[Money, Field(examples=["264.70"])]
    reason: Annotated[str, Field(examples=["fraudulent"])]
    status: Annotated[str, Field(description="The provider's.", examples=["needs_response"])]
    at: Time
    until: Annotated[Time | None, Field(description="When an answer is due.", examples=[None])]


class Received(Model):
    """Money that the bank reported for the order."""

    id: Annotated[str, Field(description="The bank's transaction.", examples=["2026-11-24-0001"])]
    amount: Annotated[Money, Field(examples=["264.70"])]
    value_date: date
    payer: Annotated[str, Field(examples=["Erika Mustermann"])]


class Settlement(Model):
    """How the order stands with the customer's money, gross."""

    owed: Annotated[
        Money, Field(description="What it costs without cancelled pieces.", examples=["264.70"])
    ]
    received: Annotated[Money, Field(description="What came by bank.", examples=["0"])]
    outstanding: Annotated[Money, Field(description="Still to be paid.", examples=["0"])]
    overpaid: Annotated[
        Money, Field(description="Came by bank beyond that: the customer's.", examples=["0"])
    ]
    state: Annotated[State, Field(description="Of the payment.", examples=["captured"])]
    authorised: Annotated[Money, Field(description="May be taken in all.", examples=["264.70"])]
    captured: Annotated[Money, Field(description="Was taken.", examples=["264.70"])]
    refunded: Annotated[Money, Field(description="Went back.", examples=["0"])]
    billed: Annotated[Money, Field(description="Invoices less credit notes.", examples=["264.70"])]
    unpaid: Annotated[Money, Field(description="Billed, and has not come.", examples=["0"])]
    currency: Currency


class OrderCredit(Model):
    """What an order on account takes of the customer's credit."""

    amount: Annotated[Money, Field(description="Gross, at capture.", examples=["264.70"])]
    of: Annotated[
        Money, Field(description="Its total then, in its price mode.", examples=["264.70"])
    ]
    limit: Annotated[Money | None, Field(description="The limit then.", examples=["5000.00"])]
    booked_by: Annotated[
        str | None,
        Field(description="Who let it be booked whatever the limit.", examples=[None]),
    ]


class PersonAsked(Model):
    """Someone of the customer's."""

    id: Annotated[str, Field(examples=["P-2"])]
    name: PersonName
    email: Annotated[str, Field(examples=["chefin@example.com"])]


class Approval(Model):
    """One stage of the order's approval."""

    hold: Annotated[str, Field(examples=["hold_1"])]
    level: Annotated[int, Field(description="Lower ones are asked first.", examples=[1])]
    approver: PersonAsked
    substitute: PersonAsked | None
    hours: Annotated[int, Field(description="The time to answer.", examples=[48])]
    asked_at: Annotated[Time | None, Field(description="Null before its turn.")]
    reminded_at: Annotated[Time | None, Field(examples=[None])]
    escalated_at: Annotated[
        Time | None, Field(description="When the substitute was asked as well.", examples=[None])
    ]
    decision: Annotated[Literal["approved", "rejected"] | None, Field(examples=[None])]
    person: Annotated[str | None, Field(description="Whose word it was.", examples=[None])]
    by: Annotated[str | None, Field(description="Who gave it to us.", examples=[None])]
    decided_at: Annotated[Time | None, Field(examples=[None])]
    reason: Annotated[str, Field(examples=[""])]


class Delivery(Model):
    """Whether a part may be sent before the rest, and whose turn it is when stock is short."""

    partial_allowed: bool
    priority: Annotated[int, Field(description="Higher ones come first.", examples=[0])]
    promised_on: Annotated[date | None, Field(examples=[None])]


class Hold(Model):
    """Why an order does not go on, who can let it, and until when."""

    id: Annotated[str, Field(examples=["hold_1"])]
    reason: Annotated[str, Field(examples=["payment_pending"])]
    text: Annotated[str, Field(examples=["The payment is not confirmed yet."])]
    owner: Annotated[str, Field(examples=["clerk"])]
    raised_at: Time
    deadline: Time
    data: Annotated[dict[str, Any], Field(examples=[{}])]
    released_at: Time | None
    released_by: Annotated[str | None, Field(examples=["clerk:anna"])]
    release_reason: Annotated[str | None, Field(examples=["The bank confirmed it."])]
    text_de: Annotated[str, Field(examples=["Die Zahlung ist noch nicht bestätigt."])]
    escalated_at: Annotated[
        Time | None, Field(description="When the team was told that its deadline has passed.")
    ]


class Finding(Model):
    """What one check found."""

    check: Annotated[str, Field(examples=["address"])]
    verdict: Literal["pass", "hold", "refuse"]
    reason: Annotated[str, Field(examples=[""])]
    text: Annotated[str, Field(examples=[""])]
    owner: Annotated[str, Field(examples=["clerk"])]
    hours: Annotated[int, Field(description="How long a hold lasts at most.", examples=[48])]
    data: Annotated[dict[str, Any], Field(examples=[{}])]
    text_de: Annotated[str, Field(examples=[""])]


class LinePieces(Model):
    """Pieces of a line; `components` is what is in all these pieces of a bundle."""

    number: Number
    sku: Sku
    quantity: Pieces
    components: Annotated[list[ComponentPieces], Field(examples=[[]], default=[])]


class Parcel(Model):
    """A parcel and where it is."""

    id: Annotated[str, Field(examples=[f"par_{ID}-1-1"])]
    weight_g: Annotated[int, Field(examples=[1200])]
    carrier: Carrier
    tracking_number: TrackingNumber
    tracking_url: Annotated[
        str | None,
        Field(examples=["https://www.dhl.de/…?piececode=00340434161094042557"]),
    ]
    status: ScanStatus
    scanned_at: Time | None


class RecallOf(Model):
    """Pieces that the warehouse is asked to give back until a time, and what it answered."""

    status: Literal["requested", "accepted", "refused"]
    lines: list[LinePieces]
    cause: Cause
    reason: Annotated[str, Field(examples=["The customer changed their mind."])]
    requested_at: Time
    until: Time
    answer: Annotated[str, Field(description="In its own words.", examples=[""])]
    answered_at: Annotated[Time | None, Field(examples=[None])]


class OrderFulfilment(Model):
    """What one warehouse packs and ships of an order, and why it was chosen."""

    id: FulfilmentId
    location: Location
    status: FulfilmentStatus
    ship_by: Time
    shipped_at: Time | None
    delivered_at: Time | None
    returned_at: Annotated[Time | None, Field(examples=[None])]
    lines: list[LinePieces]
    parcels: list[Parcel]
    reasons: Annotated[list[str], Field(examples=[["A: has every piece"]])]
    recall: Annotated[RecallOf | None, Field(examples=[None])]


class Document(Model):
    """A document; `url` answers with a redirect to its PDF and asks for your key.

    With `format` it has an e-invoice: inside the PDF and with `?format=xml`. One that breaks rules
    of EN 16931 or XRechnung is `rejected`: they are named, and nobody is sent it.
    """

    id: DocumentId
    type: DocumentKind
    number: Annotated[str, Field(description="Gap-free.", examples=["RE-2026-000123"])]
    fulfilment: Annotated[
        str,
        Field(
            pattern=r"^(ful_.+)?$",
            description="Empty of a deposit, and of what cancels a collective invoice.",
            examples=[f"ful_{ID}-1"],
        ),
    ]
    bill: Annotated[
        str | None,
        Field(
            description="Of a collective document, of which this is the order's share: `gross` is "
            "the share, the file is of the whole.",
            examples=[None],
        ),
    ]
    issued_at: Time
    gross: Annotated[Money, Field(examples=["264.70"])]
    status: Annotated[
        Literal["issued", "rejected", "archived"],
        Field(description="`archived` once its PDF is kept."),
    ]
    original: Annotated[
        DocumentId | None, Field(description="What a credit note is about.", examples=[None])
    ]
    format: Annotated[Format | None, Field(examples=["zugferd"])]
    rejected: Annotated[list[str], Field(description="The rules that it breaks.", examples=[[]])]
    sha256: Annotated[
        str | None, Field(description="Of the PDF, in hex.", examples=["9f86d081884c7d65…"])
    ]
    xml_sha256: Annotated[
        str | None, Field(description="Of the e-invoice, in hex.", examples=["60303ae22b998861…"])
    ]
    url: Annotated[Url, Field(examples=[f"https://oms.example/v1/documents/inv_{ID}"])]


class Gift(Model):
    """What the buyer wishes the receiver."""

    message: Annotated[str, Field(examples=["Alles Gute zum Geburtstag!"])]
    sender: Annotated[str | None, Field(alias="from", examples=["Oma"])]
    recipient: Annotated[str | None, Field(alias="to", examples=["Jonas"])]


class Paper(Model):
    """A paper in the archive; one with the same content is the same paper."""

    id: Annotated[str, Field(examples=[f"pap_{ID}-confirmation-9f86d081884c7d65"])]
    kind: Annotated[str, Field(examples=["confirmation"])]
    fulfilment: Annotated[FulfilmentId | None, Field(examples=[None])]
    made_at: Time
    sha256: Annotated[str, Field(description="Of the PDF, in hex.", examples=["9f86d081884c7d65…"])]


class Confirmed(Paper):
    """A confirmation; `link` opens it for the customer, without a key, for 90 days."""

    link: Annotated[Url, Field(examples=["https://oms.example/o/ord_….1780000000.…"])]


class Totals(Model):
    """Sums in the order's currency and price mode."""

    goods: Annotated[Money, Field(examples=["259.80"])]
    discount: Annotated[Money, Field(description="Off lines and order.", examples=["0"])]
    shipping: Annotated[Money, Field(examples=["4.90"])]
    total: Annotated[Money, Field(examples=["264.70"])]
    currency: Currency


class Waiting(Model):
    """Whom an unfinished order waits for, for what, and until when."""

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
