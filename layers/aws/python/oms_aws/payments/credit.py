"""A customer's credit as callers see it, in amounts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from oms.payments.credit import Exposure, amount
from oms_aws.orders.credit import Record
from oms_aws.platform.http import page


def credit_view(
    used: Exposure, limit: Decimal | None, records: list[Record], currency: str, most: int
) -> dict[str, Any]:
    """The sums, what is free, and one page of the orders that make it up."""
    items = [
        {
            "order": record.order_id,
            "external_number": record.external_number,
            **_amounts(record.exposure, currency),
            "booked_by": record.booked_by,
        }
        for record in records
    ]
    return {
        "limit": None if limit is None else str(limit),
        "free": str((limit or Decimal(0)) - amount(used.used, currency)),
        **_amounts(used, currency),
        **page(items, most, records[-1].order_id if records else ""),
    }


def _amounts(exposure: Exposure, currency: str) -> dict[str, str]:
    counters = {
        "in_approval": exposure.approval,
        "unshipped": exposure.unshipped,
        "open_invoices": exposure.invoiced,
        "deposits": exposure.deposits,
        "overpaid": exposure.overpaid,
        "used": exposure.used,
    }
    return {name: str(amount(n, currency)) for name, n in counters.items()}
