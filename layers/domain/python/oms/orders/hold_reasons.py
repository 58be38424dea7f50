"""Reasons of holds, and who may let one go."""

from __future__ import annotations

from collections.abc import Mapping

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
