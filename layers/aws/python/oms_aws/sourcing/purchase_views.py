"""Purchase orders and their receipts, as callers see them."""

from __future__ import annotations

from typing import Any

from oms.sourcing.purchase import Receipt
from oms_aws.platform.rows import not_counted
from oms_aws.platform.shown import whole
from oms_aws.sourcing.purchases import Expected, StoredPurchase


def purchase_view(stored: StoredPurchase) -> dict[str, Any]:
    """A purchase order as callers see it."""
    purchase = stored.purchase
    return {
        "id": purchase.id,
        "location": purchase.location,
        "supplier": purchase.supplier,
        "status": purchase.status,
        "cancelled": purchase.cancelled,
        "lines": [whole(line) for line in purchase.lines],
        "receipts": [_receipt_view(receipt) for receipt in purchase.receipts],
        "version": stored.version,
    }


def _receipt_view(receipt: Receipt) -> dict[str, Any]:
    return {
        "number": receipt.number,
        "received_at": receipt.received_at,
        "lines": receipt.lines,
        "not_counted": [not_counted(sku, at) for sku, at in receipt.counted_later.items()],
    }


def expected_view(expected: Expected) -> dict[str, Any]:
    """View of a line of a purchase order that is still to come."""
    line = expected.line
    return {
        "purchase": expected.purchase,
        "number": line.number,
        "location": expected.location,
        "sku": line.sku,
        "expected_on": line.expected_on,
        "missing": line.missing,
    }
