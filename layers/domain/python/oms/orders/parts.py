"""What an order is made of: lines, addresses, payment, holds, fulfilments, documents."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from msgspec import field
from msgspec.structs import replace

from oms.core.documents import Format
from oms.core.documents import Kind as DocumentType
from oms.core.parties import Address, Person
from oms.core.refusals import Broken
from oms.core.values import Provider, Value, Waiting
from oms.master.product import Component, Kind

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

PERFORM_WITHIN = timedelta(days=30)
DIGITAL = "digital"
"""Where fulfilments without a parcel come from."""

BILL_WITHIN = timedelta(hours=1)
"""How long a collective invoice may take once it is due."""

MEND_WITHIN = timedelta(hours=48)
"""How long a clerk has for a document whose e-invoice breaks a rule."""

PAY_WITHIN = timedelta(hours=48)
"""How long a clerk has for money that could not be moved."""

DELIVER_WITHIN = timedelta(days=14)
RESTOCK_WITHIN = timedelta(days=30)
ESCALATED_WITHIN = timedelta(days=7)
LATE_AFTER = timedelta(days=4)
"""So long after its expected day, what still waits is asked for anew."""


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
    """What the shop says of the payment; `amount` is in the order's currency.

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
    text: str
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


class Laid(Value, frozen=True, omit_defaults=True):
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
    payer: str = ""
    laid: tuple[Laid, ...] = ()
    reverses: str = ""
    at: datetime | None = None


class Credit(Value, frozen=True, omit_defaults=True):
    """What an order on account takes of its customer's credit.

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
    data: dict[str, Any] = field(default_factory=dict)
    text_de: str = ""


class Hold(Value, frozen=True, omit_defaults=True):
    """Why an order does not go on, who can let it, and until when."""

    id: str
    reason: str
    text: str
    owner: str
    raised_at: datetime
    deadline: datetime
    data: dict[str, Any] = field(default_factory=dict)
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


class ParcelFailure(Value, frozen=True, omit_defaults=True):
    """That a carrier could not deliver a parcel, or sends it back, and until when that may take."""

    status: str
    at: datetime
    until: datetime
    text: str | None = None
    reminded_at: datetime | None = None


class Parcel(Value, frozen=True, omit_defaults=True):
    """A packed parcel; `scanned_at` is the time of the newest scan that counted.

    It keeps its last `failure` to be delivered, whatever was heard of it since then.
    """

    id: str
    weight_g: int
    pieces: Pieces
    carrier: str | None = None
    tracking_number: str | None = None
    status: str = "pending"
    scanned_at: datetime | None = None
    failure: ParcelFailure | None = None


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
    many may leave there that day, itself among them; None where nobody counts. What left before its
    invoice could be issued, because deposits are to be deducted, `awaits` that.
    """

    id: str
    location: str
    pieces: Pieces
    planned_at: datetime
    ship_by: datetime
    status: Literal["released", "packed", "shipped", "delivered", "returned", "cancelled"] = (
        "released"
    )
    reasons: tuple[str, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    ship_to: Address | None = None
    recall: Recall | None = None
    capacity: int | None = None
    awaits: bool = False
    returned_at: datetime | None = None

    @property
    def recalled(self) -> Pieces:
        """The pieces that the warehouse has not answered about yet."""
        return self.recall.pieces if self.recall and self.recall.status == "requested" else {}


Level = Literal[0, 1, 2]
"""0 is the payment reminder, 1 and 2 are the dunning levels."""


class Letter(Value, frozen=True, omit_defaults=True):
    """A payment reminder or dunning letter; what it claims beyond the invoice are its charges.

    `open` is what was open of the document, `next_on` when the next level may follow, if any.
    """

    id: str
    level: Level
    issued_at: datetime
    open: Decimal
    pay_by: date
    fee: Decimal = Decimal(0)
    interest: Decimal = Decimal(0)
    lump_sum: Decimal = Decimal(0)
    next_on: date | None = None
    key: str | None = None
    sha256: str | None = None

    @property
    def charges(self) -> Decimal:
        """What it claims beyond the invoice."""
        return self.fee + self.interest + self.lump_sum


class Dunning(Value, frozen=True, omit_defaults=True):
    """How far the dunning of a document has gone.

    `asked_at` is since when a step has been deciding what comes next, which it does on `next_on`,
    but not while it is held (`held_until`, that day included). Without `next_on` nothing follows.
    `settled` stands on a bill's document, as its orders have the money: nothing was open of it.
    """

    next_on: date | None = None
    asked_at: datetime | None = None
    letters: tuple[Letter, ...] = ()
    held_until: date | None = None
    held_by: str = ""
    reason: str = ""
    settled: bool = False


class Taxed(Value, frozen=True, omit_defaults=True):
    """What of a deposit is taxed as received, gross, since money moved on a day.

    `at` is when that was put on record, `credits` how many credit notes the deposit had then.
    """

    amount: Decimal
    on: date
    at: datetime
    credits: int = 0


class Document(Value, frozen=True, omit_defaults=True):
    """A document of the order; `key` and `sha256` are known once it is in the archive.

    `original` is the document that it corrects. One with a `format` has an e-invoice: `xml_key` and
    `xml_sha256` are known once that passed the rules, `rejected` is what they said otherwise. One
    that was `withdrawn` is kept on paper and sent to nobody. An invoice over several fulfilments
    `covers` them all, and `fulfilment` is the last of them; a deposit has none.
    One that is paid after its issue is due on `due_on`, and a discount is granted to who pays it
    by `discount_until`. A share of a collective document names the `bill` that has the document and
    its file; `gross` is the share. A deposit says what of it was `taxed` when.
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
    covers: tuple[str, ...] = ()
    due_on: date | None = None
    discount_until: date | None = None
    discount_percent: Decimal = Decimal(0)
    dunning: Dunning | None = None
    bill: str = ""
    taxed: tuple[Taxed, ...] = ()

    @property
    def billed(self) -> tuple[str, ...]:
        """The fulfilments that it bills."""
        return self.covers or ((self.fulfilment,) if self.fulfilment else ())

    @property
    def kept(self) -> bool:
        """Whether its file is in the archive, or somebody else's to keep."""
        return bool(self.key or self.bill)

    @property
    def ready(self) -> bool:
        """Whether it may leave: a document with an e-invoice only when that is valid."""
        return self.format is None or self.xml_sha256 is not None


class Gift(Value, frozen=True, omit_defaults=True):
    """What the buyer wishes the receiver; no price is in the parcel then."""

    message: str
    sender: str | None = None
    recipient: str | None = None


class Paper(Value, frozen=True, omit_defaults=True):
    """A paper that somebody asked for, in the archive: a delivery note, say.

    `id` follows from what it is about, so that the same content is the same paper.
    """

    id: str
    kind: str
    key: str
    sha256: str
    at: datetime
    fulfilment: str = ""


class Collected(Value, frozen=True, omit_defaults=True):
    """A shipment that a collective invoice bills, from the bill that is due at `due_at`.

    `gross` is what it costs, `credited` what of that was taken back before it was billed, in
    `credits` notes.
    """

    fulfilment: str
    bill: str
    due_at: datetime
    gross: Decimal
    at: datetime
    credited: Decimal = Decimal(0)
    credits: int = 0


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
    """What somebody wants to be different about an order; None leaves it as it is.

    `vat_id` is the buyer's.
    """

    lines: tuple[LineChange, ...] = ()
    billing_address: Address | None = None
    shipping_address: Address | None = None
    shipping: Shipping | None = None
    payment: Payment | None = None
    vat_id: str | None = None
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
    removed: dict[str, int] = field(default_factory=dict)
    discounts: tuple[Discount, ...] | None = None


class Stalled(Value, frozen=True):
    """When what waited for us was last sent on, and how often on end without effect."""

    at: datetime
    times: int
