"""Events of an order: those that its log keeps and that follow from its commands."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from oms.core.events import DomainEvent
from oms.core.parties import Address
from oms.core.pseudonyms import Personal
from oms.orders.customer import Shipping
from oms.orders.findings import Finding, Hold
from oms.orders.fulfilments import Cause
from oms.orders.lines import LineChanged, Pieces
from oms.orders.money_parts import (
    Payment,
)
from oms.orders.pending import PendingChange


class OrderScreened(DomainEvent, frozen=True, tag="Order.Screened"):
    """Result of all checks of a new order."""

    findings: tuple[Finding, ...]
    at: datetime


class OrderHeld(DomainEvent, frozen=True, tag="Order.Held"):
    """Hold that an order got: it waits for somebody's decision."""

    hold: Hold


class OrderReleased(DomainEvent, frozen=True, tag="Order.Released"):
    """Release of a hold; `findings` are those of the checks that ran again because of it."""

    hold: str
    by: str
    reason: Personal
    at: datetime
    findings: tuple[Finding, ...] = ()


class OrderHoldEscalated(DomainEvent, frozen=True, tag="Order.HoldEscalated"):
    """Deadline of a hold passed without a decision: the team is told."""

    hold: str
    at: datetime


class OrderAddressCorrected(DomainEvent, frozen=True, tag="Order.AddressCorrected"):
    """Correction of the shipping address; `billing` says that it is the billing address as well."""

    address: Address
    email: Personal
    phone: Personal | None
    findings: tuple[Finding, ...]
    by: str
    reason: Personal
    at: datetime
    billing: bool = False


class OrderRefused(DomainEvent, frozen=True, tag="Order.Refused"):
    """Final no of a check; `text` says why, `text_de` so in German."""

    reason: str
    text: Personal
    at: datetime
    text_de: Personal = ""


class OrderCancelled(DomainEvent, frozen=True, tag="Order.Cancelled"):
    """Cancellation of pieces by line, under the line state that each was in; `whole` of all."""

    pieces: dict[str, Pieces]
    reason: Personal
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


class OrderChanged(DomainEvent, frozen=True, tag="Order.Changed"):
    """Change of lines, addresses, shipping or payment.

    `total_before` and `total` are what the order costs, in its price mode; `findings` are those of
    the checks that ran again.
    """

    change: str
    lines: tuple[LineChanged, ...]
    reason: Personal
    by: str
    total_before: Decimal
    total: Decimal
    at: datetime
    billing_address: Address | None = None
    shipping_address: Address | None = None
    shipping: Shipping | None = None
    payment: Payment | None = None
    vat_id: Personal | None = None
    findings: tuple[Finding, ...] = ()


class OrderApproved(DomainEvent, frozen=True, tag="Order.Approved"):
    """Approval of one stage; `stage` counts from 0 within the order's approvals."""

    stage: int
    person: str
    by: str
    at: datetime
    reason: Personal = ""


class OrderRejected(DomainEvent, frozen=True, tag="Order.Rejected"):
    """Refusal of a business customer's approver; `stage` counts from 0."""

    stage: int
    person: str
    by: str
    reason: Personal
    at: datetime


class ApprovalReminded(DomainEvent, frozen=True, tag="Approval.Reminded"):
    """Reminder to who has to approve, after half of the time."""

    stage: int
    at: datetime


class ApprovalEscalated(DomainEvent, frozen=True, tag="Approval.Escalated"):
    """The time to answer has passed; `to` is the substitute, who is asked as well."""

    stage: int
    to: str
    at: datetime


class OrderChangeRequested(DomainEvent, frozen=True, tag="Order.ChangeRequested"):
    """Confirmed change that waits until warehouses give back what it touches."""

    pending: PendingChange


class OrderChangeDropped(DomainEvent, frozen=True, tag="Order.ChangeDropped"):
    """A change that waited for warehouses is not done; `reason` is a code as in refusals."""

    change: str
    reason: str
    text: Personal
    at: datetime


class OrderStalled(DomainEvent, frozen=True, tag="Order.Stalled"):
    """An order that waited for us did not go on by itself: it is sent on, for these causes.

    Nothing has changed by that, so it does not bear the name of a change's time.
    """

    causes: tuple[str, ...]
    stalled_at: datetime


class NotificationSent(DomainEvent, frozen=True, tag="Notification.Sent"):
    """Mail to the customer, sent because of the event `cause`."""

    kind: str
    cause: str
    message_id: str
    at: datetime


class WebhookExhausted(DomainEvent, frozen=True, tag="Webhook.Exhausted"):
    """Delivery to an endpoint that was given up after its last try."""

    endpoint: str
    delivery: str
    reason: str
    at: datetime


class OrderCompleted(DomainEvent, frozen=True, tag="Order.Completed"):
    """End of an order: nothing more will happen to it."""

    at: datetime
