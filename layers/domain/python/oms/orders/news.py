"""What happens to an order: the events that its log keeps and that follow from its commands."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from oms.core.parties import Address
from oms.orders.parts import (
    Capture,
    Cause,
    Credit,
    Dispute,
    Document,
    Finding,
    Fulfilment,
    Hold,
    Letter,
    LineChanged,
    Nature,
    Paper,
    Parcel,
    Payment,
    PaymentFailure,
    PendingChange,
    Pieces,
    Recall,
    Received,
    Refund,
    Shipping,
)


class News(Struct, frozen=True, tag_field="news", omit_defaults=True):
    """Something that happened to an order; its tag is the event type."""


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
    """`findings` are those of the checks that ran again, where a release makes them do so."""

    hold: str
    by: str
    reason: str
    at: datetime
    findings: tuple[Finding, ...] = ()


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
    vat_id: str | None = None
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


class InvoiceOverdue(News, frozen=True, tag="Invoice.Overdue"):
    """An invoice is open beyond its day, or beyond that of its last letter."""

    document: str
    at: datetime


class DunningPlanned(News, frozen=True, tag="Dunning.Planned"):
    """The dunning of a document goes on on a day, or ends; `reason` says why not today."""

    document: str
    on: date | None
    reason: str
    at: datetime


class InvoiceReminded(News, frozen=True, tag="Invoice.Reminded"):
    letter: Letter
    document: str
    at: datetime


class InvoiceDunned(News, frozen=True, tag="Invoice.Dunned"):
    letter: Letter
    document: str
    at: datetime


class LetterArchived(News, frozen=True, tag="Letter.Archived"):
    letter: str
    document: str
    key: str
    sha256: str
    at: datetime


class DunningHeld(News, frozen=True, tag="Dunning.Held"):
    """Somebody wants no letter of a document until after a day, or lets it go on."""

    document: str
    until: date | None
    reason: str
    by: str
    at: datetime


class PaymentAuthorised(News, frozen=True, tag="Payment.Authorised"):
    """There is another authorisation for what is still to be captured."""

    payment: Payment
    by: str
    reason: str
    at: datetime


class PaymentCaptured(News, frozen=True, tag="Payment.Captured"):
    """`last` says that nothing more can be captured from the authorisation."""

    capture: Capture
    at: datetime
    last: bool = False


class CaptureDeferred(News, frozen=True, tag="Payment.CaptureDeferred"):
    """The authorisation can be captured once: that waits for the last shipment, until a time."""

    until: datetime
    at: datetime


class CaptureDue(News, frozen=True, tag="Payment.CaptureDue"):
    """A capture cannot wait for further shipments any longer: the authorisation is about to end."""

    at: datetime


class PaymentVoided(News, frozen=True, tag="Payment.Voided"):
    """What was left of an authorisation is the customer's again."""

    authorisation: str
    amount: Decimal
    reason: str
    at: datetime


class PaymentRefunded(News, frozen=True, tag="Payment.Refunded"):
    refund: Refund
    at: datetime


class PaymentFailed(News, frozen=True, tag="Payment.Failed"):
    """A capture, refund or void failed; a refund of the same reference did not arrive after all."""

    failure: PaymentFailure
    at: datetime


class PaymentRetried(News, frozen=True, tag="Payment.Retried"):
    """`failure` is to be tried again, as somebody wants it."""

    failure: str
    by: str
    reason: str
    at: datetime


class PaymentLeft(News, frozen=True, tag="Payment.Left"):
    """Nobody tries any more what failed: the money is asked for, or given back, otherwise."""

    failure: str
    by: str
    reason: str
    at: datetime


class PaymentDisputed(News, frozen=True, tag="Payment.Disputed"):
    """A dispute was opened, or stands otherwise than before."""

    dispute: Dispute
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


class OrderStalled(News, frozen=True, tag="Order.Stalled"):
    """What waited for us did not go on by itself: it is sent on again, for these causes.

    Nothing has changed by that, so it does not bear the name of a change's time.
    """

    causes: tuple[str, ...]
    stalled_at: datetime


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


def recall_refused(fulfilment: Fulfilment, reason: str, at: datetime) -> FulfilmentRecallRefused:
    """The news that the warehouse does not give back what is recalled."""
    change = fulfilment.recall.change if fulfilment.recall else ""
    return FulfilmentRecallRefused(fulfilment.id, reason, at, change)


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


class ShipmentFailed(News, frozen=True, tag="Shipment.Failed"):
    """A parcel could not be delivered, or is on its way back; `until` is how long that may take."""

    fulfilment: str
    parcel: str
    status: str
    at: datetime
    until: datetime
    text: str | None = None


class ShipmentOverdue(News, frozen=True, tag="Shipment.Overdue"):
    """A parcel that failed to arrive is neither delivered nor back in time: somebody has to ask."""

    fulfilment: str
    parcel: str
    at: datetime


class ShipmentReturned(News, frozen=True, tag="Shipment.Returned"):
    """Every parcel of a fulfilment is back where it came from."""

    fulfilment: str
    at: datetime


class InvoiceDeferred(News, frozen=True, tag="Invoice.Deferred"):
    """A shipment is billed by a collective invoice, from the bill that is due at `due_at`."""

    fulfilment: str
    bill: str
    due_at: datetime
    gross: Decimal
    at: datetime


class InvoiceReduced(News, frozen=True, tag="Invoice.Reduced"):
    """So much of a shipment is not billed at all: it was taken back before it was."""

    fulfilment: str
    gross: Decimal
    reason: str
    by: str
    at: datetime


class InvoiceCollected(News, frozen=True, tag="Invoice.Collected"):
    """A collective invoice bills the order's shipments, or one is credited; this is its share."""

    document: Document


class InvoiceIssued(News, frozen=True, tag="Invoice.Issued"):
    document: Document


class InvoiceAwaited(News, frozen=True, tag="Invoice.Awaited"):
    """A shipment is billed with all the rest, by the invoice that deducts the order's deposits."""

    fulfilment: str
    at: datetime


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


class PaperArchived(News, frozen=True, tag="Paper.Archived"):
    paper: Paper
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
