"""Holds: who lets one go, and what happens to one that nobody looks at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from oms.core.refusals import Unknown
from oms.orders.applying import tell
from oms.orders.findings import Hold
from oms.orders.news import OrderHoldEscalated
from oms.orders.order import Order

RELEASERS: Mapping[str, frozenset[str]] = {
    "clerk": frozenset({"clerk", "admin"}),
    "customer": frozenset({"clerk", "admin"}),
    "accountant": frozenset({"accountant", "admin"}),
    "approver": frozenset(),
}
"""Which roles may let a hold go, by its owner: what the customer should have done a clerk may.

An approval is given, never let go (`oms.screening.approval`)."""


REASONS = (
    "address_invalid",
    "packstation_invalid",
    "po_box_not_served",
    "country_not_served",
    "email_invalid",
    "fraud_suspected",
    "fraud_unchecked",
    "payment_pending",
    "payment_awaited",
    "payment_insufficient",
    "authorisation_old",
    "amount_unknown",
    "product_unknown",
    "price_too_low",
    "price_not_comparable",
    "total_differs",
    "vat_id_unverified",
    "invoice_incomplete",
    "credit_exceeded",
    "credit_missing",
    "approval_needed",
    "backorder_limit",
    "supplier_needed",
    "dispatch_unregistered",
)
"""What an order may be held for (`docs/holds.md`)."""


def hold_of(order: Order, id: str) -> Hold:
    """The hold of the order; raises Unknown."""
    for hold in order.holds:
        if hold.id == id:
            return hold
    raise Unknown("hold_unknown", f"The order has no hold {id}.")


def may_release(hold: Hold, role: str) -> bool:
    """True if a role may let the hold go."""
    if hold.reason == "approval_needed":
        return False
    return role in RELEASERS.get(hold.owner, frozenset({"clerk", "admin"}))


def escalate(order: Order, id: str, at: datetime) -> Order:
    """Tell the team of a hold whose deadline has passed; once, and only while it is open."""
    for hold in order.open_holds:
        if hold.id == id and hold.deadline <= at and not hold.escalated_at:
            return tell(order, OrderHoldEscalated(id, at))
    return order
