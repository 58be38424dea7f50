"""The order: one aggregate from capture to archive, whose every piece is in exactly one place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from oms import money
from oms.einvoice import Format
from oms.invoice import Kind as DocumentType
from oms.product import Component, Kind
from oms.refusals import Broken, Refusal, Unknown

Pieces = dict[str, int]
"""How many pieces of which line: line number -> quantity."""

PLACES = (
    "open",
    "reserved",
    "backordered",
    "released",
    "packed",
    "shipped",
    "delivered",
    "cancelled",
    "returned",
)
"""Where a piece can be; `open` is captured and not yet reserved."""

FREE = ("open", "backordered", "reserved")
"""Places of pieces that no warehouse has, in the order in which they are cancelled."""

RESERVE_WITHIN = timedelta(minutes=15)
RESERVE_HOURS = 72
"""How long a held order keeps its reservation, unless its shop says otherwise."""

PERFORM_WITHIN = timedelta(days=30)
SUPPLIER_NEEDED = "supplier_needed"
DIGITAL = "digital"
"""Where fulfilments without a parcel come from."""

MEND_WITHIN = timedelta(hours=48)
"""How long a clerk has for a document whose e-invoice breaks a rule."""

DELIVER_WITHIN = timedelta(days=14)
RESTOCK_WITHIN = timedelta(days=30)
ESCALATED_WITHIN = timedelta(days=7)
LATE_AFTER = timedelta(days=4)
"""So long after its expected day, what still waits is asked for anew."""

PLACE = ZoneInfo("Europe/Berlin")
"""Where a day of sale begins."""


class Value(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A value of the order aggregate."""


class Address(Value, frozen=True, omit_defaults=True):
    """A postal address; `country` is ISO 3166-1 alpha-2."""

    name: str
    line1: str
    postal_code: str
    city: str
    country: str
    company: str | None = None
    line2: str | None = None
    region: str | None = None


class Customer(Value, frozen=True, omit_defaults=True):
    """Who orders; `locale` is the language of what the customer sees."""

    id: str
    type: Literal["B2C", "B2B"]
    name: str
    email: str
    locale: Literal["de", "en"]
    phone: str | None = None
    company: str | None = None
    vat_id: str | None = None
    group: str | None = None


class Nature(Value, frozen=True, omit_defaults=True):
    """What master data said a line's product is when the line first claimed stock."""

    kind: Kind = "stock"
    components: tuple[Component, ...] = ()
    available_from: date | None = None


class Person(Value, frozen=True):
    """Someone of the customer's who can be written to."""

    id: str
    name: str
    email: str


class Discount(Value, frozen=True, omit_defaults=True):
    """What is off a price, in the order's currency and price mode; `code` is why."""

    amount: Decimal
    code: str | None = None


class Line(Value, frozen=True, omit_defaults=True):
    """An order line: what was ordered, and how many of its pieces are where.

    `discounts` are off all its pieces together.
    """

    number: str
    sku: str
    unit_price: Decimal
    ordered: int
    open: int = 0
    reserved: int = 0
    backordered: int = 0
    released: int = 0
    packed: int = 0
    shipped: int = 0
    delivered: int = 0
    cancelled: int = 0
    returned: int = 0
    nature: Nature = Nature()
    discounts: tuple[Discount, ...] = ()

    @property
    def discount(self) -> Decimal:
        """What is off the line, for all pieces ordered."""
        return sum((each.amount for each in self.discounts), Decimal(0))

    def move(self, quantity: int, origin: str, target: str) -> Line:
        """The line with `quantity` pieces moved; raises Broken when there are not that many."""
        here: int = getattr(self, origin)
        if quantity < 0 or quantity > here:
            raise Broken(f"line {self.number}: {quantity} of {here} {origin} pieces cannot move")
        return replace(self, **{origin: here - quantity, target: getattr(self, target) + quantity})

    @property
    def conserved(self) -> bool:
        """Whether the pieces in all places add up to the ordered quantity."""
        counted: int = sum(getattr(self, place) for place in PLACES)
        return self.ordered == counted


class Shipping(Value, frozen=True, omit_defaults=True):
    """How it is sent, and its price in the order's currency and price mode."""

    method: str
    price: Decimal


class Payment(Value, frozen=True, omit_defaults=True):
    """What the shop says of the payment; `amount` is in the order's currency."""

    method: str
    status: Literal["authorised", "captured", "pending", "failed", "open"]
    amount: Decimal
    reference: str | None = None
    authorised_at: datetime | None = None


class Received(Value, frozen=True, omit_defaults=True):
    """Money that the bank reported for an order; `id` is the bank's transaction id."""

    id: str
    amount: Decimal
    value_date: date
    payer: str = ""


class Credit(Value, frozen=True, omit_defaults=True):
    """What an order on account takes of its customer's credit (`oms.credit`).

    `amount` is gross, of an order that cost `of` in its price mode. `limit` was the customer's at
    that time; `booked_by` is who let it be booked whatever the limit.
    """

    amount: Decimal
    of: Decimal
    limit: Decimal | None = None
    booked_by: str | None = None


class Approval(Value, frozen=True, omit_defaults=True):
    """One stage of the approval of an order: who is asked, since when, and what they said.

    `person` is whose word it was, `by` who gave it to us. `hours` is the time to answer; once it
    has passed, the stage is escalated and the substitute is asked as well.
    """

    hold: str
    level: int
    approver: Person
    substitute: Person | None = None
    hours: int = 48
    asked_at: datetime | None = None
    reminded_at: datetime | None = None
    escalated_at: datetime | None = None
    decision: Literal["approved", "rejected"] | None = None
    person: str | None = None
    by: str | None = None
    decided_at: datetime | None = None
    reason: str = ""

    @property
    def longest(self) -> int:
        """How many hours it may take in all: the substitute has as long as the approver had."""
        return self.hours * (2 if self.substitute else 1)


class Waiting(Value, frozen=True):
    """Whom an unfinished order waits for, for what, and until when."""

    party: str
    cause: str
    until: datetime


class Finding(Value, frozen=True, omit_defaults=True):
    """What one check found: pass, hold (someone must look, until a deadline) or refuse.

    `text` is English and `text_de` German; `hours` is how long the owner of a hold has.
    """

    check: str
    verdict: Literal["pass", "hold", "refuse"]
    reason: str = ""
    text: str = ""
    owner: str = "clerk"
    hours: int = 48
    data: dict[str, Any] = {}
    text_de: str = ""


class Hold(Value, frozen=True, omit_defaults=True):
    """Why an order does not go on, who can let it, and until when."""

    id: str
    reason: str
    text: str
    owner: str
    raised_at: datetime
    deadline: datetime
    data: dict[str, Any] = {}
    released_at: datetime | None = None
    released_by: str | None = None
    release_reason: str | None = None
    text_de: str = ""
    escalated_at: datetime | None = None

    @property
    def waiting(self) -> Waiting:
        """Whom it waits for: its owner, and the team once its deadline has passed."""
        if self.escalated_at:
            return Waiting("team", self.reason, self.escalated_at + ESCALATED_WITHIN)
        return Waiting(self.owner, self.reason, self.deadline)


class Parcel(Value, frozen=True, omit_defaults=True):
    """A packed parcel; `scanned_at` is the time of the newest scan that counted."""

    id: str
    weight_g: int
    pieces: Pieces
    carrier: str | None = None
    tracking_number: str | None = None
    status: str = "pending"
    scanned_at: datetime | None = None


Cause = Literal["customer", "shop", "fraud", "unpaid", "out_of_stock", "other"]
"""Why pieces are cancelled: what cancellations are counted by."""


class Recall(Value, frozen=True, omit_defaults=True):
    """Pieces that a warehouse is asked to give back, as they are to be cancelled, or changed.

    It answers `accepted` (they are back on the shelf) or `refused`, with its own `answer` as text.
    `change` names the change that waits for them.
    """

    pieces: Pieces
    reason: str
    cause: Cause
    by: str
    requested_at: datetime
    until: datetime
    status: Literal["requested", "accepted", "refused"] = "requested"
    answer: str = ""
    answered_at: datetime | None = None
    change: str = ""


class Fulfilment(Value, frozen=True, omit_defaults=True):
    """What one warehouse packs and ships of an order.

    `ship_to` is set once the order goes elsewhere than what this warehouse has. `capacity` is how
    many may leave there that day, itself among them; None where nobody counts.
    """

    id: str
    location: str
    pieces: Pieces
    planned_at: datetime
    ship_by: datetime
    status: Literal["released", "packed", "shipped", "delivered", "cancelled"] = "released"
    reasons: tuple[str, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    ship_to: Address | None = None
    recall: Recall | None = None
    capacity: int | None = None

    def refusal(self, reason: str, at: datetime) -> FulfilmentRecallRefused:
        """The news that the warehouse does not give back what is recalled."""
        change = self.recall.change if self.recall else ""
        return FulfilmentRecallRefused(self.id, reason, at, change)

    @property
    def recalled(self) -> Pieces:
        """The pieces that the warehouse has not answered about yet."""
        return self.recall.pieces if self.recall and self.recall.status == "requested" else {}


class Document(Value, frozen=True, omit_defaults=True):
    """A document of the order; `key` and `sha256` are known once it is in the archive.

    `original` is the document that it corrects. One with a `format` has an e-invoice: `xml_key` and
    `xml_sha256` are known once that passed the rules, `rejected` is what they said otherwise. One
    that was `withdrawn` is kept on paper and sent to nobody.
    """

    id: str
    type: DocumentType
    number: str
    fulfilment: str
    issued_at: datetime
    gross: Decimal
    key: str | None = None
    sha256: str | None = None
    original: str | None = None
    format: Format | None = None
    xml_key: str | None = None
    xml_sha256: str | None = None
    rejected: tuple[str, ...] = ()
    rejected_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @property
    def ready(self) -> bool:
        """Whether it may leave: a document with an e-invoice only when that is valid."""
        return self.format is None or self.xml_sha256 is not None


class LineChange(Value, frozen=True, omit_defaults=True):
    """What a line shall be: its pieces without the cancelled ones, and the price of each.

    None leaves it as it is; no pieces remove the line. A `number` that the order does not have is a
    new line and needs all of it.
    """

    number: str
    sku: str | None = None
    quantity: int | None = None
    unit_price: Decimal | None = None


class Change(Value, frozen=True, omit_defaults=True):
    """What somebody wants to be different about an order; None leaves it as it is."""

    lines: tuple[LineChange, ...] = ()
    billing_address: Address | None = None
    shipping_address: Address | None = None
    shipping: Shipping | None = None
    payment: Payment | None = None
    reason: str = ""


class PendingChange(Value, frozen=True, omit_defaults=True):
    """A confirmed change that waits until warehouses have given back what it touches."""

    id: str
    wanted: Change
    by: str
    requested_at: datetime


class LineChanged(Value, frozen=True, omit_defaults=True):
    """What became of a line: pieces that were added are `open`, others left from where they were.

    `sku` is given of a new line, `unit_price` of a new or another price, `removed` by place,
    `discounts` where those of the line have become others.
    """

    number: str
    sku: str | None = None
    unit_price: Decimal | None = None
    added: int = 0
    removed: dict[str, int] = {}
    discounts: tuple[Discount, ...] | None = None


class Due(Value, frozen=True):
    """What the clock does to an order at a time, unless something happens before.

    `kind` says what (`oms.due`), `id` to which part of the order.
    """

    kind: str
    id: str
    at: datetime


class News(Struct, frozen=True, tag_field="news", omit_defaults=True):
    """Something that happened to an order; its tag is the event type."""


class OrderCreated(News, frozen=True, tag="Order.Created"):
    order: Order


class OrderScreened(News, frozen=True, tag="Order.Screened"):
    findings: tuple[Finding, ...]
    at: datetime


class OrderSourced(News, frozen=True, tag="Order.Sourced"):
    """What master data says of the lines and the customer, as far as it is not the rule."""

    natures: dict[str, Nature]
    rank: int
    partial_allowed: bool
    reserve_hours: int
    at: datetime


class OrderHeld(News, frozen=True, tag="Order.Held"):
    hold: Hold


class OrderReleased(News, frozen=True, tag="Order.Released"):
    hold: str
    by: str
    reason: str
    at: datetime


class OrderHoldEscalated(News, frozen=True, tag="Order.HoldEscalated"):
    hold: str
    at: datetime


class OrderAddressCorrected(News, frozen=True, tag="Order.AddressCorrected"):
    """`billing` says that the order has one address for both, which is the corrected one."""

    address: Address
    email: str
    phone: str | None
    findings: tuple[Finding, ...]
    by: str
    reason: str
    at: datetime
    billing: bool = False


class OrderRefused(News, frozen=True, tag="Order.Refused"):
    reason: str
    text: str
    at: datetime
    text_de: str = ""


class OrderCancelled(News, frozen=True, tag="Order.Cancelled"):
    pieces: dict[str, Pieces]
    reason: str
    by: str
    whole: bool
    at: datetime
    cause: Cause = "other"

    @property
    def by_line(self) -> Pieces:
        """The cancelled pieces, wherever they were."""
        pieces: Pieces = {}
        for some in self.pieces.values():
            for number, quantity in some.items():
                pieces[number] = pieces.get(number, 0) + quantity
        return pieces


class OrderChanged(News, frozen=True, tag="Order.Changed"):
    """`total_before` and `total` are what the order costs, in its price mode; `findings` are those
    of the checks that ran again."""

    change: str
    lines: tuple[LineChanged, ...]
    reason: str
    by: str
    total_before: Decimal
    total: Decimal
    at: datetime
    billing_address: Address | None = None
    shipping_address: Address | None = None
    shipping: Shipping | None = None
    payment: Payment | None = None
    findings: tuple[Finding, ...] = ()


class PaymentReceived(News, frozen=True, tag="Payment.Received"):
    """`received` is what came by bank so far, `owed` what the order costs now, both gross."""

    payment: Received
    received: Decimal
    owed: Decimal
    overpaid: Decimal
    at: datetime


class PaymentReminded(News, frozen=True, tag="Payment.Reminded"):
    hold: str
    at: datetime


class CreditReserved(News, frozen=True, tag="Credit.Reserved"):
    credit: Credit
    at: datetime


class OrderApproved(News, frozen=True, tag="Order.Approved"):
    """`stage` counts from 0 within the order's approvals."""

    stage: int
    person: str
    by: str
    at: datetime
    reason: str = ""


class OrderRejected(News, frozen=True, tag="Order.Rejected"):
    stage: int
    person: str
    by: str
    reason: str
    at: datetime


class ApprovalReminded(News, frozen=True, tag="Approval.Reminded"):
    stage: int
    at: datetime


class ApprovalEscalated(News, frozen=True, tag="Approval.Escalated"):
    """The time to answer has passed; `to` is the substitute, who is asked as well."""

    stage: int
    to: str
    at: datetime


class OrderChangeRequested(News, frozen=True, tag="Order.ChangeRequested"):
    pending: PendingChange


class OrderChangeDropped(News, frozen=True, tag="Order.ChangeDropped"):
    """A change that waited for warehouses is not done; `reason` is a code as in refusals."""

    change: str
    reason: str
    text: str
    at: datetime


class StockReserved(News, frozen=True, tag="Stock.Reserved"):
    pieces: Pieces
    at: datetime


class StockReleased(News, frozen=True, tag="Stock.Released"):
    """The reservation of a held order has expired: what it held is open again."""

    pieces: dict[str, Pieces]
    at: datetime


class LineBackordered(News, frozen=True, tag="Line.Backordered"):
    pieces: Pieces
    origin: str
    at: datetime


class BackorderAllocated(News, frozen=True, tag="Backorder.Allocated"):
    pieces: Pieces
    at: datetime


class EtaChanged(News, frozen=True, tag="Eta.Changed"):
    """When waiting pieces are expected now, by line; `first` when a line was never told of."""

    expected: dict[str, date | None]
    first: bool
    at: datetime


class BackorderDue(News, frozen=True, tag="Backorder.Due"):
    """The day has come on which these lines were expected, or may be sold."""

    lines: tuple[str, ...]
    at: datetime


class FulfilmentPlanned(News, frozen=True, tag="Fulfilment.Planned"):
    fulfilment: Fulfilment
    origin: str = "reserved"


class FulfilmentReleased(News, frozen=True, tag="Fulfilment.Released"):
    fulfilment: str
    location: str


class FulfilmentRecallRequested(News, frozen=True, tag="Fulfilment.RecallRequested"):
    fulfilment: str
    recall: Recall


class FulfilmentRecallAccepted(News, frozen=True, tag="Fulfilment.RecallAccepted"):
    fulfilment: str
    reason: str
    at: datetime


class FulfilmentRecallRefused(News, frozen=True, tag="Fulfilment.RecallRefused"):
    fulfilment: str
    reason: str
    at: datetime
    change: str = ""


class FulfilmentPacked(News, frozen=True, tag="Fulfilment.Packed"):
    fulfilment: str
    parcels: tuple[Parcel, ...]
    at: datetime


class ShipmentConfirmed(News, frozen=True, tag="Shipment.Confirmed"):
    fulfilment: str
    carrier: str
    tracking_numbers: tuple[str, ...]
    at: datetime


class ShipmentTracked(News, frozen=True, tag="Shipment.Tracked"):
    fulfilment: str
    parcel: str
    status: str
    at: datetime
    location: str | None = None
    text: str | None = None


class ShipmentDelivered(News, frozen=True, tag="Shipment.Delivered"):
    fulfilment: str
    at: datetime


class InvoiceIssued(News, frozen=True, tag="Invoice.Issued"):
    document: Document


class CreditNoteIssued(News, frozen=True, tag="CreditNote.Issued"):
    document: Document


class DocumentValidated(News, frozen=True, tag="Document.Validated"):
    """Its e-invoice passed the official rules and is kept; `sha256` is that of the XML."""

    document: str
    key: str
    sha256: str
    at: datetime


class DocumentRejected(News, frozen=True, tag="Document.Rejected"):
    """Its e-invoice broke rules: each with its id and its text."""

    document: str
    rules: tuple[str, ...]
    at: datetime


class DocumentWithdrawn(News, frozen=True, tag="Document.Withdrawn"):
    """It broke rules and was cancelled: it goes into the archive alone, without an e-invoice."""

    document: str
    at: datetime


class DocumentArchived(News, frozen=True, tag="Document.Archived"):
    document: str
    key: str
    sha256: str
    at: datetime


class NotificationSent(News, frozen=True, tag="Notification.Sent"):
    kind: str
    cause: str
    message_id: str
    at: datetime


class WebhookExhausted(News, frozen=True, tag="Webhook.Exhausted"):
    endpoint: str
    delivery: str
    reason: str
    at: datetime


class OrderCompleted(News, frozen=True, tag="Order.Completed"):
    at: datetime


class Order(Value, frozen=True, omit_defaults=True):
    """One customer order. Commands return the order after them, with their news in `news`.

    Money is in `currency`, gross or net as `price_mode` says. `priority` is what the shop said, and
    `rank` what counts among those who wait: the order's own priority, or the customer's. Without
    `partial_said` the customer's account says whether a part may go first. `lapsed_at` is when the
    reservation of a held order expired, `expected` what the customer was told last of lines that
    wait, `looked_at` when their days were last looked at. `claimed_total` is what the shop says
    that the order comes to. Sources: `domain.md` § 2 and § 6.
    """

    id: str
    shop: str
    external_number: str
    placed_at: datetime
    received_at: datetime
    currency: str
    price_mode: Literal["gross", "net"]
    customer: Customer
    billing_address: Address
    lines: tuple[Line, ...]
    shipping: Shipping
    payment: Payment
    shipping_address: Address | None = None
    partial_allowed: bool = True
    claimed_total: Decimal | None = None
    partial_said: bool = True
    priority: int | None = None
    promised_on: date | None = None
    rank: int = 0
    reserve_hours: int = RESERVE_HOURS
    lapsed_at: datetime | None = None
    expected: dict[str, date | None] = {}
    looked_at: datetime | None = None
    note: str | None = None
    client_ip: str | None = None
    cost_centre: str | None = None
    purchase_order: str | None = None
    ordered_by: str | None = None
    discounts: tuple[Discount, ...] = ()
    screened_at: datetime | None = None
    findings: tuple[Finding, ...] = ()
    holds: tuple[Hold, ...] = ()
    fulfilments: tuple[Fulfilment, ...] = ()
    documents: tuple[Document, ...] = ()
    refused: str | None = None
    changed_at: datetime | None = None
    completed_at: datetime | None = None
    changes: tuple[str, ...] = ()
    payments: tuple[Received, ...] = ()
    credit: Credit | None = None
    approvals: tuple[Approval, ...] = ()
    pending: PendingChange | None = None
    news: tuple[AnyNews, ...] = ()

    # -- what is asked of an order ------------------------------------------------------------

    @property
    def ship_to(self) -> Address:
        return self.shipping_address or self.billing_address

    @property
    def goods_total(self) -> Decimal:
        return sum((line.unit_price * line.ordered for line in self.lines), Decimal(0))

    @property
    def discount(self) -> Decimal:
        """What is off the whole order, with what is off its lines."""
        of_lines = sum((line.discount for line in self.lines), Decimal(0))
        return of_lines + sum((each.amount for each in self.discounts), Decimal(0))

    @property
    def total(self) -> Decimal:
        return self.goods_total - self.discount + self.shipping.price

    @property
    def charged(self) -> Decimal:
        """What it costs without the cancelled pieces, in its price mode."""
        left = {li.number: n for li in self.lines if (n := li.ordered - li.cancelled)}
        return self.worth(left) + (self.shipping.price if left else 0)

    def worth(self, pieces: Pieces) -> Decimal:
        """What pieces cost, in the price mode, with their parts of all discounts."""
        shares = self.discount_shares()
        some = [(line, n) for line in self.lines if (n := pieces.get(line.number, 0))]
        return sum((self._worth(line, n, shares[line.number]) for line, n in some), Decimal(0))

    def _worth(self, line: Line, pieces: int, share: Decimal) -> Decimal:
        off = (
            money.portion(amount, 0, pieces, line.ordered, self.currency)
            for amount in (line.discount, share)
            if amount
        )
        return line.unit_price * pieces - sum(off)

    def discount_shares(self) -> dict[str, Decimal]:
        """What is off the whole order, shared over its lines by their price after their discounts.

        By price, not by net value: so that the shares do not depend on a rate that may change
        between two shipments. Every rate's net falls by the same percentage (section 10.3 UStAE).
        """
        off = money.total([each.amount for each in self.discounts])
        if not off:
            return dict.fromkeys((line.number for line in self.lines), Decimal(0))
        weights = [money.times(li.unit_price, li.ordered) - li.discount for li in self.lines]
        shares = money.allocate(off, weights, self.currency)
        return {line.number: share for line, share in zip(self.lines, shares, strict=True)}

    @property
    def open_holds(self) -> tuple[Hold, ...]:
        return tuple(hold for hold in self.holds if hold.released_at is None)

    def unsupplied(self, line: Line) -> bool:
        """Whether a line still waits for somebody to say who supplies it."""
        if line.nature.kind != "drop_ship":
            return False
        return not any(
            hold.released_at and line.number in hold.data.get("lines", ())
            for hold in self.holds
            if hold.reason == SUPPLIER_NEEDED
        )

    @property
    def reserved_until(self) -> datetime | None:
        """When a held order gives back what it has reserved."""
        raised = [hold.raised_at for hold in self.open_holds]
        if not raised or not self.count("reserved"):
            return None
        return min(raised) + timedelta(hours=self.reserve_hours)

    def count(self, place: str) -> int:
        """How many pieces of all lines are in a place (`ordered` counts all)."""
        return sum(getattr(line, place) for line in self.lines)

    def pieces(self, place: str) -> Pieces:
        """The pieces in a place, by line, lines without any left out."""
        return {line.number: n for line in self.lines if (n := getattr(line, place))}

    def by_sku(self, place: str) -> dict[str, int]:
        """The pieces in a place, by SKU."""
        counts: dict[str, int] = {}
        for line in self.lines:
            if n := getattr(line, place):
                counts[line.sku] = counts.get(line.sku, 0) + n
        return counts

    @property
    def skus(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(line.sku for line in self.lines))

    @property
    def verdict(self) -> Literal["pass", "hold", "refuse"]:
        """Where the checks have left the order."""
        if self.refused:
            return "refuse"
        return "hold" if self.open_holds else "pass"

    @property
    def status(self) -> str:
        """One word for the whole order, derived from its pieces."""
        active = self.count("ordered") - self.count("cancelled")
        if self.completed_at:
            return "completed"
        if self.refused:
            return "refused"
        if not active:
            return "cancelled"
        if self.open_holds:
            return "held"
        if not self.screened_at:
            return "received"
        if self.count("delivered") == active:
            return "delivered"
        gone = self.count("shipped") + self.count("delivered")
        if gone:
            return "shipped" if gone == active else "partially_shipped"
        for place, word in (("released", "released"), ("packed", "packed")):
            if self.count(place):
                return word
        waiting = [line for line in self.lines if line.backordered]
        if waiting:
            early = all(line.nature.kind == "preorder" for line in waiting)
            return "preordered" if early else "backordered"
        return "accepted"

    @property
    def finished(self) -> bool:
        """Whether all pieces are at rest and every shipment's invoice is archived."""
        at_rest = self.count("delivered") + self.count("cancelled") + self.count("returned")
        if at_rest < self.count("ordered"):
            return False
        archived = all(document.key for document in self.documents)
        return archived and not any(self._unbilled())

    def waiting(self) -> tuple[Waiting, ...]:
        """Whom the order waits for; empty only when it is finished (invariant 6)."""
        if self.finished:
            return ()
        return tuple(self._waits())

    def _waits(self) -> Iterator[Waiting]:
        since = self.changed_at or self.received_at
        holds = self.open_holds
        yield from (hold.waiting for hold in holds)
        for fulfilment in self.fulfilments:
            if fulfilment.status in ("released", "packed"):
                party = f"warehouse {fulfilment.location}"
                yield Waiting(party, fulfilment.status, fulfilment.ship_by)
                if fulfilment.recall and fulfilment.recalled:
                    yield Waiting(party, "recall", fulfilment.recall.until)
            elif fulfilment.status == "shipped" and fulfilment.shipped_at:
                until = fulfilment.shipped_at + DELIVER_WITHIN
                yield Waiting("carrier", "shipped", until)
        yield from self._waits_for_goods(since)
        ours = any(self._moving(line) for line in self.lines) or (
            self.count("reserved") and (self.partial_allowed or not self.count("backordered"))
        )
        asked = self.pending and any(f.recalled for f in self.fulfilments)
        if (ours and not holds and not asked) or any(self._unbilled()):
            yield Waiting("auftakt", "open" if ours else "invoice", since + RESERVE_WITHIN)
        for document in self.documents:
            if document.rejected_at:
                until = document.rejected_at + MEND_WITHIN
                yield Waiting("clerk", "document_rejected", until)
            elif not document.key:
                yield Waiting("auftakt", "document", since + RESERVE_WITHIN)

    def _unbilled(self) -> Iterator[Fulfilment]:
        """What has left without an invoice."""
        billed = {document.fulfilment for document in self.documents}
        return (f for f in self.fulfilments if f.shipped_at and f.id not in billed)

    def due(self) -> tuple[Due, ...]:
        """What the clock has to see to, the earliest first."""
        return tuple(sorted(self._dues(), key=lambda due: due.at))

    def _dues(self) -> Iterator[Due]:
        if self.finished:
            return
        for hold in self.open_holds:
            if hold.reason == "payment_awaited" and not hold.escalated_at:
                yield Due("payment_end", hold.id, hold.deadline)
                if "reminded_at" not in hold.data:
                    patience = timedelta(days=hold.data["remind_after"])
                    yield Due("payment_reminder", hold.id, hold.raised_at + patience)
            elif not hold.escalated_at:
                yield Due("hold", hold.id, hold.deadline)
        yield from self._approvals_due()
        if self.reserved_until:
            yield Due("reservation", "", self.reserved_until)
        for number, at in self.days_to_look_again():
            yield Due("backorder", number, at)

    def _approvals_due(self) -> Iterator[Due]:
        held = {hold.id for hold in self.open_holds}
        for number, stage in enumerate(self.approvals):
            if stage.hold not in held or not stage.asked_at or stage.decision:
                continue
            if not stage.reminded_at:
                half = timedelta(hours=stage.hours / 2)
                yield Due("approval_reminder", str(number), stage.asked_at + half)
            if stage.substitute and not stage.escalated_at:
                yield Due("approval", str(number), stage.asked_at + timedelta(hours=stage.hours))

    def days_to_look_again(self) -> Iterator[tuple[str, datetime]]:
        """When a waiting line is to be looked at: its day of sale, or when its ETA has passed."""
        for line in self.lines:
            if not line.backordered:
                continue
            for day in (line.nature.available_from, _passed(self.expected.get(line.number))):
                at = datetime.combine(day, time(), PLACE) if day else None
                if at and not (self.looked_at and self.looked_at >= at):
                    yield line.number, at

    def _waits_for_goods(self, since: datetime) -> Iterator[Waiting]:
        for line in self.lines:
            if line.backordered and line.nature.available_from:
                until = datetime.combine(line.nature.available_from, time(), PLACE) + RESTOCK_WITHIN
                yield Waiting("supplier", "preordered", until)
                break
        if any(line.backordered and not line.nature.available_from for line in self.lines):
            yield Waiting("supplier", "backordered", since + RESTOCK_WITHIN)
        if any(line.open and line.nature.kind == "service" for line in self.lines):
            yield Waiting("clerk", "service_to_perform", since + PERFORM_WITHIN)

    def _moving(self, line: Line) -> bool:
        """Whether it is for us to move a line's open pieces on."""
        return bool(line.open) and line.nature.kind != "service" and not self.unsupplied(line)

    def line(self, number: str) -> Line:
        """The line of that number; raises Unknown."""
        for line in self.lines:
            if line.number == number:
                return line
        raise Unknown("line_unknown", f"The order has no line {number}.")

    def fulfilment(self, id: str) -> Fulfilment:
        """The fulfilment of that id; raises Unknown."""
        for fulfilment in self.fulfilments:
            if fulfilment.id == id:
                return fulfilment
        raise Unknown("fulfilment_unknown", f"The order has no fulfilment {id}.")

    def document(self, id: str) -> Document:
        """The document of that id; raises Unknown."""
        for document in self.documents:
            if document.id == id:
                return document
        raise Unknown("document_unknown", f"The order has no document {id}.")

    # -- what is done to an order -------------------------------------------------------------

    def screen(self, findings: Iterable[Finding], *, at: datetime) -> Order:
        """Take the findings of all checks at once; a second time changes nothing."""
        if self.screened_at or not self.count("open"):
            return self
        found = tuple(findings)
        order = self.tell(OrderScreened(found, at))
        for finding in found:
            if finding.verdict == "refuse":
                refused = OrderRefused(finding.reason, finding.text, at, finding.text_de)
                return order.tell(refused)
        for finding in found:
            if finding.verdict == "hold":
                order = order.hold(finding, at=at)
        return order

    def hold(self, finding: Finding, *, at: datetime) -> Order:
        """Hold the order for a finding, whatever holds it already."""
        return self.tell(OrderHeld(self._hold(finding, at)))

    def _hold(self, finding: Finding, at: datetime) -> Hold:
        return Hold(
            id=f"hold_{len(self.holds) + 1}",
            reason=finding.reason,
            text=finding.text,
            owner=finding.owner,
            raised_at=at,
            deadline=at + timedelta(hours=finding.hours),
            data=finding.data,
            text_de=finding.text_de,
        )

    def release_hold(self, id: str, *, by: str, reason: str, at: datetime) -> Order:
        """Let one hold go; releasing it again changes nothing. Raises Unknown."""
        for hold in self.holds:
            if hold.id == id:
                if hold.released_at or not self.count("ordered") - self.count("cancelled"):
                    return self
                return self.tell(OrderReleased(id, by, reason, at))
        raise Unknown("hold_unknown", f"The order has no hold {id}.")

    def cancel(
        self,
        wanted: Mapping[str, int] | None,
        *,
        reason: str,
        by: str,
        at: datetime,
        cause: Cause = "other",
    ) -> Order:
        """Cancel pieces that no warehouse has yet: open, backordered or reserved ones.

        `wanted` is line number -> quantity, None for every piece of the order. Raises Refusal
        naming the lines of which fewer pieces can be cancelled; then nothing is cancelled.
        """
        asked = (
            {line.number: line.ordered - line.cancelled for line in self.lines}
            if wanted is None
            else {self.line(number).number: quantity for number, quantity in wanted.items()}
        )
        pieces, others = self.split_free(asked)
        short = {
            f"lines.{n}": f"{asked[n] - rest} of {asked[n]} pieces can still be cancelled"
            for n, rest in others.items()
        }
        if short:
            raise Refusal(
                "not_cancellable",
                "Pieces that are with a warehouse, shipped or cancelled already stay as they are.",
                short,
            )
        if not pieces:
            return self
        whole = sum(asked.values()) == self.count("ordered") - self.count("cancelled")
        return self.tell(OrderCancelled(pieces, reason, by, whole, at, cause))

    def split_free(self, asked: Mapping[str, int]) -> tuple[dict[str, Pieces], Pieces]:
        """Of the asked pieces those that no warehouse has, by place, and by line the others."""
        free: dict[str, Pieces] = {}
        others: Pieces = {}
        for number, quantity in asked.items():
            line, rest = self.line(number), quantity
            for place in FREE:
                take = min(rest, getattr(line, place))
                if take:
                    free.setdefault(place, {})[number] = take
                rest -= take
            if rest:
                others[number] = rest
        return free, others

    def cancel_rest(self, *, reason: str, by: str, at: datetime, cause: Cause = "other") -> Order:
        """Cancel every piece that no warehouse has yet."""
        rest = {
            line.number: n
            for line in self.lines
            if (n := line.open + line.backordered + line.reserved)
        }
        return self.cancel(rest, reason=reason, by=by, at=at, cause=cause)

    def reserve(self, taken: Pieces, short: Pieces, *, at: datetime) -> Order:
        """Open pieces become reserved (`taken`) or backordered (`short`)."""
        order = self
        if taken:
            order = order.tell(StockReserved(taken, at))
        if short:
            order = order.tell(LineBackordered(short, "open", at))
        return order

    def lose_reservation(self, pieces: Pieces, *, at: datetime) -> Order:
        """Reserved pieces that no shelf covers any more wait in backorder again."""
        return self.tell(LineBackordered(pieces, "reserved", at)) if pieces else self

    def allocate(self, pieces: Pieces, *, at: datetime) -> Order:
        """Backordered pieces got stock."""
        return self.tell(BackorderAllocated(pieces, at)) if pieces else self

    def release_to_warehouse(
        self,
        location: str,
        pieces: Pieces,
        *,
        ship_by: datetime,
        reasons: tuple[str, ...],
        at: datetime,
        capacity: int | None = None,
    ) -> Order:
        """Offer reserved pieces to a warehouse as a new fulfilment."""
        fulfilment = Fulfilment(
            id=self._next_fulfilment(),
            location=location,
            pieces=pieces,
            planned_at=at,
            ship_by=ship_by,
            reasons=reasons,
            capacity=capacity,
        )
        return self.tell(FulfilmentPlanned(fulfilment), FulfilmentReleased(fulfilment.id, location))

    def _next_fulfilment(self) -> str:
        return f"ful_{self.id.removeprefix('ord_')}-{len(self.fulfilments) + 1}"

    def provide(self, *, at: datetime) -> Order:
        """Hand over the open pieces that no parcel carries: at once, as one fulfilment."""
        pieces = {
            li.number: li.open for li in self.lines if li.open and li.nature.kind == "digital"
        }
        if not pieces:
            return self
        fulfilment = Fulfilment(
            id=self._next_fulfilment(),
            location=DIGITAL,
            pieces=pieces,
            planned_at=at,
            ship_by=at,
            reasons=("needs no parcel",),
        )
        return self.tell(
            FulfilmentPlanned(fulfilment, "open"),
            FulfilmentPacked(fulfilment.id, (), at),
            ShipmentConfirmed(fulfilment.id, DIGITAL, (), at),
            ShipmentDelivered(fulfilment.id, at),
        )

    def pack(self, id: str, contents: list[tuple[int, Pieces | None]], *, at: datetime) -> Order:
        """Pack a fulfilment whole, as parcels of (weight in grams, pieces; None: everything).

        Packing it again with the same parcels changes nothing. Raises Refusal.
        """
        fulfilment = self.fulfilment(id)
        parcels = tuple(
            Parcel(
                id=f"par_{id.removeprefix('ful_')}-{n}",
                weight_g=weight,
                pieces=dict(fulfilment.pieces) if pieces is None else pieces,
            )
            for n, (weight, pieces) in enumerate(contents, 1)
        )
        if [(p.weight_g, p.pieces) for p in fulfilment.parcels] == [
            (p.weight_g, p.pieces) for p in parcels
        ]:
            return self
        if fulfilment.status != "released":
            raise Refusal(
                "fulfilment_not_released", f"The fulfilment is {fulfilment.status} already."
            )
        if fulfilment.recalled:
            raise Refusal("recall_open", "Pieces of it are recalled: answer that before you pack.")
        _require_same_pieces(parcels, fulfilment.pieces)
        return self.tell(FulfilmentPacked(id, parcels, at))

    def ship(
        self, id: str, *, carrier: str, tracking_numbers: tuple[str, ...], at: datetime
    ) -> Order:
        """Confirm that a packed fulfilment has left; repeating it changes nothing.

        What has left cannot be given back: an open recall is refused by that.
        """
        fulfilment = self.fulfilment(id)
        known = tuple(p.tracking_number for p in fulfilment.parcels)
        if fulfilment.shipped_at and known == tracking_numbers:
            return self
        if fulfilment.status != "packed":
            raise Refusal(
                "fulfilment_not_packed", f"The fulfilment is {fulfilment.status}, not packed."
            )
        if len(tracking_numbers) != len(fulfilment.parcels):
            raise Refusal(
                "tracking_numbers_do_not_match",
                f"{len(fulfilment.parcels)} parcels need as many tracking numbers.",
                {"tracking_numbers": f"{len(tracking_numbers)} given"},
            )
        if len(set(tracking_numbers)) < len(tracking_numbers):
            raise Refusal(
                "tracking_number_taken",
                "Each parcel has a tracking number of its own.",
                {"tracking_numbers": "one stands twice"},
            )
        confirmed = ShipmentConfirmed(id, carrier, tracking_numbers, at)
        if fulfilment.recalled:
            return self.tell(fulfilment.refusal("It has left already.", at), confirmed)
        return self.tell(confirmed)

    def track(
        self,
        tracking_number: str,
        status: str,
        *,
        at: datetime,
        location: str | None = None,
        text: str | None = None,
    ) -> Order:
        """Take a carrier's scan; an older, a repeated or a late one changes nothing."""
        for fulfilment in self.fulfilments:
            for parcel in fulfilment.parcels:
                if parcel.tracking_number == tracking_number:
                    stale = parcel.scanned_at and at <= parcel.scanned_at
                    if parcel.status == "delivered" or (stale and status != "delivered"):
                        return self
                    news = ShipmentTracked(fulfilment.id, parcel.id, status, at, location, text)
                    return self.tell(news)._deliver(fulfilment.id, at)
        raise Unknown("parcel_unknown", f"The order has no parcel {tracking_number}.")

    def _deliver(self, id: str, at: datetime) -> Order:
        fulfilment = self.fulfilment(id)
        if all(parcel.status == "delivered" for parcel in fulfilment.parcels):
            return self.tell(ShipmentDelivered(id, at))
        return self

    def invoice(self, document: Document) -> Order:
        """Put an issued document on record; a second one of its id changes nothing."""
        if any(known.id == document.id for known in self.documents):
            return self
        return self.tell(InvoiceIssued(document))

    def archive(self, id: str, *, key: str, sha256: str, at: datetime) -> Order:
        """Put on record where a document is kept; repeating it changes nothing."""
        if self.document(id).key:
            return self
        return self.tell(DocumentArchived(id, key, sha256, at))

    def note_notification(self, kind: str, cause: str, message_id: str, at: datetime) -> Order:
        """Put on record that the customer was told."""
        return self.tell(NotificationSent(kind, cause, message_id, at))

    def note_exhausted(self, endpoint: str, delivery: str, reason: str, at: datetime) -> Order:
        """Put on record that a webhook delivery was given up."""
        return self.tell(WebhookExhausted(endpoint, delivery, reason, at))

    # -- news ---------------------------------------------------------------------------------

    def tell(self, *news: AnyNews) -> Order:
        """The order after the news, carrying them; completes it when nothing more is to happen."""
        order = self
        for item in news:
            order = replace(order.apply(item), news=(*order.news, item))
        at = order.changed_at
        if at and order.finished and order.count("delivered") and not order.completed_at:
            done = OrderCompleted(at)
            order = replace(order.apply(done), news=(*order.news, done))
        return order

    def apply(self, news: AnyNews) -> Order:
        """The order after one piece of news, as replaying the log does it (invariant 5)."""
        order: Order = _AFTER[type(news)](self, news)
        if order.expected:
            order = order._forget_expected()
        at = getattr(news, "at", None)
        return replace(order, changed_at=at) if at else order

    def _forget_expected(self) -> Order:
        """The order without what was said of lines of which nothing waits any more."""
        waiting = self.pieces("backordered")
        return replace(self, expected={n: d for n, d in self.expected.items() if n in waiting})

    def move(self, pieces: Pieces, origin: str, target: str) -> Order:
        """The order with pieces moved from place to place; raises Broken if they are not there."""
        lines = tuple(
            line.move(pieces[line.number], origin, target) if line.number in pieces else line
            for line in self.lines
        )
        if any(not line.conserved for line in lines):
            raise Broken(f"{self.id}: pieces of a line do not add up")
        return replace(self, lines=lines)

    def with_document(self, changed: Document) -> Order:
        """The order with one document replaced."""
        return replace(
            self, documents=tuple(changed if d.id == changed.id else d for d in self.documents)
        )

    def with_fulfilment(self, changed: Fulfilment) -> Order:
        """The order with one fulfilment replaced."""
        return replace(
            self,
            fulfilments=tuple(changed if f.id == changed.id else f for f in self.fulfilments),
        )


AnyNews = (
    OrderCreated
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
    | InvoiceIssued
    | CreditNoteIssued
    | DocumentValidated
    | DocumentRejected
    | DocumentWithdrawn
    | DocumentArchived
    | NotificationSent
    | WebhookExhausted
    | OrderCompleted
)


def _passed(day: date | None) -> date | None:
    return day + LATE_AFTER if day else None


def order_of(fulfilment_id: str) -> str:
    """The id of the order that a fulfilment is of, which its own id carries: `ful_<order>-1`."""
    return f"ord_{fulfilment_id.removeprefix('ful_').rpartition('-')[0]}"


def replayed(log: Iterable[AnyNews]) -> Order:
    """The order that its log tells of; raises Broken for a log without a beginning."""
    order: Order | None = None
    for news in log:
        if isinstance(news, OrderCreated):
            order = news.order
        elif order is None:
            raise Broken("the log does not begin with Order.Created")
        else:
            order = order.apply(news)
    if order is None:
        raise Broken("the log is empty")
    return order


def _require_same_pieces(parcels: tuple[Parcel, ...], expected: Pieces) -> None:
    packed: Pieces = {}
    for parcel in parcels:
        for number, quantity in parcel.pieces.items():
            packed[number] = packed.get(number, 0) + quantity
    if packed != expected:
        wrong = {
            f"lines.{n}": f"{packed.get(n, 0)} packed, {expected.get(n, 0)} to pack"
            for n in sorted(packed.keys() | expected.keys())
            if packed.get(n, 0) != expected.get(n, 0)
        }
        raise Refusal(
            "contents_do_not_match", "The parcels do not hold what is to be packed.", wrong
        )


def _created(_: Order, news: OrderCreated) -> Order:
    return news.order


def _screened(order: Order, news: OrderScreened) -> Order:
    return replace(order, screened_at=news.at, findings=news.findings)


def _sourced(order: Order, news: OrderSourced) -> Order:
    lines = tuple(
        replace(line, nature=news.natures[line.number]) if line.number in news.natures else line
        for line in order.lines
    )
    return replace(
        order,
        lines=lines,
        rank=news.rank,
        partial_allowed=news.partial_allowed,
        reserve_hours=news.reserve_hours,
    )


def _held(order: Order, news: OrderHeld) -> Order:
    hold = news.hold
    return replace(
        order,
        holds=(*order.holds, hold),
        approvals=(*order.approvals, *_stages(hold)),
        changed_at=hold.raised_at,
    )


def _stages(hold: Hold) -> tuple[Approval, ...]:
    """The stages of approval that a hold asks for; the first one is asked at once."""
    stages = [{**stage, "hold": hold.id} for stage in hold.data.get("stages", ())]
    asked = msgspec.convert(stages, tuple[Approval, ...])
    return tuple(replace(s, asked_at=hold.raised_at) if n == 0 else s for n, s in enumerate(asked))


def _released(order: Order, news: OrderReleased) -> Order:
    holds = tuple(
        replace(h, released_at=news.at, released_by=news.by, release_reason=news.reason)
        if h.id == news.hold
        else h
        for h in order.holds
    )
    held = any(hold.released_at is None for hold in holds)
    order = replace(order, holds=holds, lapsed_at=order.lapsed_at if held else None)
    (hold,) = [hold for hold in holds if hold.id == news.hold]
    booked = hold.data.get("credit")
    if booked is None:
        return order
    return replace(order, credit=replace(msgspec.convert(booked, Credit), booked_by=news.by))


def _paid(order: Order, news: PaymentReceived) -> Order:
    return replace(order, payments=(*order.payments, news.payment))


def _reminded(order: Order, news: PaymentReminded) -> Order:
    holds = tuple(
        replace(h, data={**h.data, "reminded_at": news.at.isoformat()}) if h.id == news.hold else h
        for h in order.holds
    )
    return replace(order, holds=holds)


def _escalated(order: Order, news: OrderHoldEscalated) -> Order:
    holds = tuple(replace(h, escalated_at=news.at) if h.id == news.hold else h for h in order.holds)
    return replace(order, holds=holds)


def _credited(order: Order, news: CreditReserved) -> Order:
    return replace(order, credit=news.credit)


def _stage(order: Order, number: int, **changes: Any) -> Order:
    approvals = list(order.approvals)
    approvals[number] = replace(approvals[number], **changes)
    return replace(order, approvals=tuple(approvals))


def _approved(order: Order, news: OrderApproved) -> Order:
    order = _stage(
        order,
        news.stage,
        decision="approved",
        person=news.person,
        by=news.by,
        decided_at=news.at,
        reason=news.reason,
    )
    follower = news.stage + 1
    if follower == len(order.approvals):
        return order
    stage = order.approvals[follower]
    if stage.hold != order.approvals[news.stage].hold:
        return order
    until = news.at + timedelta(hours=stage.longest)
    holds = (
        replace(h, deadline=until, escalated_at=None) if h.id == stage.hold else h
        for h in order.holds
    )
    return _stage(replace(order, holds=tuple(holds)), follower, asked_at=news.at)


def _rejected(order: Order, news: OrderRejected) -> Order:
    return _stage(
        order,
        news.stage,
        decision="rejected",
        person=news.person,
        by=news.by,
        decided_at=news.at,
        reason=news.reason,
    )


def _approver_reminded(order: Order, news: ApprovalReminded) -> Order:
    return _stage(order, news.stage, reminded_at=news.at)


def _approval_escalated(order: Order, news: ApprovalEscalated) -> Order:
    return _stage(order, news.stage, escalated_at=news.at)


def _address_corrected(order: Order, news: OrderAddressCorrected) -> Order:
    fresh = {finding.check for finding in news.findings}
    kept = tuple(finding for finding in order.findings if finding.check not in fresh)
    place = {"billing_address" if news.billing else "shipping_address": news.address}
    return replace(
        order,
        customer=replace(order.customer, email=news.email, phone=news.phone),
        findings=(*kept, *news.findings),
        **place,
    )


def _refused(order: Order, news: OrderRefused) -> Order:
    return replace(order.move(order.pieces("open"), "open", "cancelled"), refused=news.reason)


def _cancelled(order: Order, news: OrderCancelled) -> Order:
    for place, pieces in news.pieces.items():
        order = order.move(pieces, place, "cancelled")
    return order


def _change_requested(order: Order, news: OrderChangeRequested) -> Order:
    return replace(order, pending=news.pending, changed_at=news.pending.requested_at)


def _change_dropped(order: Order, _: OrderChangeDropped) -> Order:
    return replace(order, pending=None)


def _changed(order: Order, news: OrderChanged) -> Order:
    lines = {line.number: line for line in order.lines}
    for change in news.lines:
        lines[change.number] = _line_changed(lines.get(change.number), change)
    again = {finding.check for finding in news.findings}
    kept = tuple(finding for finding in order.findings if finding.check not in again)
    changed = replace(
        order,
        lines=tuple(lines.values()),
        billing_address=news.billing_address or order.billing_address,
        shipping_address=news.shipping_address or order.shipping_address,
        shipping=news.shipping or order.shipping,
        payment=news.payment or order.payment,
        findings=(*kept, *news.findings),
        changes=(*order.changes, news.change),
        pending=None,
    )
    if changed.ship_to == order.ship_to:
        return changed
    fulfilments = (replace(f, ship_to=f.ship_to or order.ship_to) for f in order.fulfilments)
    return replace(changed, fulfilments=tuple(fulfilments))


def _line_changed(line: Line | None, change: LineChanged) -> Line:
    if line is None:
        if change.sku is None or change.unit_price is None:
            raise Broken(f"line {change.number}: a new line without SKU or price")
        line = Line(change.number, change.sku, change.unit_price, 0)
    left = {place: getattr(line, place) - n for place, n in change.removed.items()}
    if any(n < 0 for n in left.values()):
        raise Broken(f"line {change.number}: {change.removed} pieces are not there")
    left["open"] = left.get("open", line.open) + change.added
    return replace(
        line,
        unit_price=line.unit_price if change.unit_price is None else change.unit_price,
        discounts=line.discounts if change.discounts is None else change.discounts,
        ordered=line.ordered + change.added - sum(change.removed.values()),
        **left,
    )


def _reserved(order: Order, news: StockReserved) -> Order:
    return order.move(news.pieces, "open", "reserved")


def _lapsed(order: Order, news: StockReleased) -> Order:
    for place, pieces in news.pieces.items():
        order = order.move(pieces, place, "open")
    return replace(order, lapsed_at=news.at)


def _backordered(order: Order, news: LineBackordered) -> Order:
    return order.move(news.pieces, news.origin, "backordered")


def _allocated(order: Order, news: BackorderAllocated) -> Order:
    return order.move(news.pieces, "backordered", "reserved")


def _expected(order: Order, news: EtaChanged) -> Order:
    return replace(order, expected={**order.expected, **news.expected})


def _looked_again(order: Order, news: BackorderDue) -> Order:
    return replace(order, looked_at=news.at)


def _planned(order: Order, news: FulfilmentPlanned) -> Order:
    order = order.move(news.fulfilment.pieces, news.origin, "released")
    return replace(
        order,
        fulfilments=(*order.fulfilments, news.fulfilment),
        changed_at=news.fulfilment.planned_at,
    )


def _offered(order: Order, _: FulfilmentReleased) -> Order:
    return order


def _recall_requested(order: Order, news: FulfilmentRecallRequested) -> Order:
    fulfilment = replace(order.fulfilment(news.fulfilment), recall=news.recall)
    return replace(order.with_fulfilment(fulfilment), changed_at=news.recall.requested_at)


def _recall_accepted(order: Order, news: FulfilmentRecallAccepted) -> Order:
    """What is given back is reserved again; what is left of a packed fulfilment is packed anew."""
    fulfilment = order.fulfilment(news.fulfilment)
    recall = fulfilment.recall
    if recall is None or fulfilment.status not in ("released", "packed"):
        raise Broken(f"{fulfilment.id}: nothing is recalled")
    order = order.move(recall.pieces, fulfilment.status, "reserved")
    given = {n: q - recall.pieces.get(n, 0) for n, q in fulfilment.pieces.items()}
    left = {number: quantity for number, quantity in given.items() if quantity}
    answered = replace(recall, status="accepted", answer=news.reason, answered_at=news.at)
    if not left:
        return order.with_fulfilment(replace(fulfilment, status="cancelled", recall=answered))
    if fulfilment.status == "packed":
        order = order.move(left, "packed", "released")
    return order.with_fulfilment(
        replace(fulfilment, pieces=left, status="released", parcels=(), recall=answered)
    )


def _recall_refused(order: Order, news: FulfilmentRecallRefused) -> Order:
    fulfilment = order.fulfilment(news.fulfilment)
    recall = fulfilment.recall
    if recall is None:
        raise Broken(f"{fulfilment.id}: nothing is recalled")
    answered = replace(recall, status="refused", answer=news.reason, answered_at=news.at)
    return order.with_fulfilment(replace(fulfilment, recall=answered))


def _packed(order: Order, news: FulfilmentPacked) -> Order:
    fulfilment = order.fulfilment(news.fulfilment)
    order = order.move(fulfilment.pieces, "released", "packed")
    return order.with_fulfilment(replace(fulfilment, status="packed", parcels=news.parcels))


def _shipped(order: Order, news: ShipmentConfirmed) -> Order:
    fulfilment = order.fulfilment(news.fulfilment)
    parcels = tuple(
        replace(parcel, carrier=news.carrier, tracking_number=number)
        for parcel, number in zip(fulfilment.parcels, news.tracking_numbers, strict=True)
    )
    order = order.move(fulfilment.pieces, "packed", "shipped")
    return order.with_fulfilment(
        replace(fulfilment, status="shipped", parcels=parcels, shipped_at=news.at)
    )


def _tracked(order: Order, news: ShipmentTracked) -> Order:
    fulfilment = order.fulfilment(news.fulfilment)
    parcels = tuple(
        replace(parcel, status=news.status, scanned_at=news.at)
        if parcel.id == news.parcel
        else parcel
        for parcel in fulfilment.parcels
    )
    return order.with_fulfilment(replace(fulfilment, parcels=parcels))


def _delivered(order: Order, news: ShipmentDelivered) -> Order:
    fulfilment = order.fulfilment(news.fulfilment)
    order = order.move(fulfilment.pieces, "shipped", "delivered")
    return order.with_fulfilment(replace(fulfilment, status="delivered", delivered_at=news.at))


def _invoiced(order: Order, news: InvoiceIssued | CreditNoteIssued) -> Order:
    return replace(
        order, documents=(*order.documents, news.document), changed_at=news.document.issued_at
    )


def _validated(order: Order, news: DocumentValidated) -> Order:
    valid = replace(
        order.document(news.document),
        xml_key=news.key,
        xml_sha256=news.sha256,
        rejected=(),
        rejected_at=None,
    )
    return order.with_document(valid)


def _found_wrong(order: Order, news: DocumentRejected) -> Order:
    document = order.document(news.document)
    return order.with_document(replace(document, rejected=news.rules, rejected_at=news.at))


def _withdrawn(order: Order, news: DocumentWithdrawn) -> Order:
    document = replace(order.document(news.document), format=None, withdrawn_at=news.at)
    return order.with_document(replace(document, rejected=(), rejected_at=None))


def _archived(order: Order, news: DocumentArchived) -> Order:
    document = order.document(news.document)
    return order.with_document(replace(document, key=news.key, sha256=news.sha256))


def _noted(order: Order, _: News) -> Order:
    return order


def _completed(order: Order, news: OrderCompleted) -> Order:
    return replace(order, completed_at=news.at)


_AFTER: dict[type, Any] = {
    OrderCreated: _created,
    OrderScreened: _screened,
    OrderSourced: _sourced,
    OrderHeld: _held,
    OrderReleased: _released,
    OrderHoldEscalated: _escalated,
    OrderAddressCorrected: _address_corrected,
    OrderRefused: _refused,
    OrderCancelled: _cancelled,
    OrderChangeRequested: _change_requested,
    OrderChangeDropped: _change_dropped,
    OrderChanged: _changed,
    PaymentReceived: _paid,
    PaymentReminded: _reminded,
    CreditReserved: _credited,
    OrderApproved: _approved,
    OrderRejected: _rejected,
    ApprovalReminded: _approver_reminded,
    ApprovalEscalated: _approval_escalated,
    StockReserved: _reserved,
    StockReleased: _lapsed,
    LineBackordered: _backordered,
    BackorderAllocated: _allocated,
    EtaChanged: _expected,
    BackorderDue: _looked_again,
    FulfilmentPlanned: _planned,
    FulfilmentReleased: _offered,
    FulfilmentRecallRequested: _recall_requested,
    FulfilmentRecallAccepted: _recall_accepted,
    FulfilmentRecallRefused: _recall_refused,
    FulfilmentPacked: _packed,
    ShipmentConfirmed: _shipped,
    ShipmentTracked: _tracked,
    ShipmentDelivered: _delivered,
    InvoiceIssued: _invoiced,
    CreditNoteIssued: _invoiced,
    DocumentValidated: _validated,
    DocumentRejected: _found_wrong,
    DocumentWithdrawn: _withdrawn,
    DocumentArchived: _archived,
    NotificationSent: _noted,
    WebhookExhausted: _noted,
    OrderCompleted: _completed,
}

decode_order = msgspec.json.Decoder(Order).decode
decode_news = msgspec.json.Decoder(AnyNews).decode
encode = msgspec.json.encode
