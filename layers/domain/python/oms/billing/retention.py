"""Retention: until when which kind of record must be kept, and may not be changed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal

from oms.billing.invoice import Invoice

Kept = Literal["voucher", "book", "letter", "oss"]
"""voucher: invoices, credit notes and other booking vouchers. book: books and records, process
documentation, event logs and their seals. letter: commercial letters, such as delivery notes. oss:
what was declared through the one-stop shop, counted from the year of the supply."""

YEARS: dict[Kept, int] = {"voucher": 8, "book": 10, "letter": 6, "oss": 10}
"""§ 147 (3) AO and § 14b (1) UStG as of 2025 (vouchers: eight years, BEG IV); Art. 369k (2) of the
Directive 2006/112/EC for the one-stop shop."""


def kept_until(kind: Kept, made_on: date) -> datetime:
    """End of the retention of what was made on a day: years from the end of that year.

    Source: § 147 (4) AO, the period begins with the end of the calendar year.
    """
    return datetime(made_on.year + 1 + YEARS[kind], 1, 1, tzinfo=UTC)


def document_kept_until(invoice: Invoice) -> datetime:
    """End of the retention of an invoice or credit note.

    One that has anything of the one-stop shop is kept ten years from the end of the year of the
    supply, whatever else it bills, and never shorter than a voucher.
    """
    until = kept_until("voucher", invoice.issued_on)
    declared = {line.scheme for line in invoice.lines} | {each.scheme for each in invoice.charges}
    if "oss" in declared:
        return max(until, kept_until("oss", invoice.supplied_on))
    return until
