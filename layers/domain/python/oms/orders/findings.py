"""Reasons of findings that end once master data say what they lacked."""

from __future__ import annotations

PRODUCT_UNKNOWN = "product_unknown"


SUPPLIER_NEEDED = "supplier_needed"


AMOUNT_UNKNOWN = "amount_unknown"


INVOICE = "invoice"
"""The check that looks at it."""


INCOMPLETE = "invoice_incomplete"
