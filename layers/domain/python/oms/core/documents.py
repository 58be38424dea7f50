"""Kinds of documents, and the formats of e-invoices."""

from __future__ import annotations

from typing import Literal

Kind = Literal[
    "invoice",
    "partial",
    "prepayment",
    "final",
    "collective",
    "credit_note",
    "corrected",
    "pro_forma",
]


Format = Literal["zugferd", "xrechnung-ubl", "xrechnung-cii"]
