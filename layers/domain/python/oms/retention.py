"""Retention: until when which kind of record must be kept, and may not be changed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal

Kept = Literal["voucher", "book", "letter"]
"""voucher: invoices, credit notes and other booking vouchers. book: books and records, process
documentation, event logs and their seals. letter: commercial letters, such as delivery notes."""

YEARS: dict[Kept, int] = {"voucher": 8, "book": 10, "letter": 6}
"""§ 147 (3) AO and § 14b (1) UStG as of 2025 (vouchers: eight years, BEG IV)."""


def kept_until(kind: Kept, made_on: date) -> datetime:
    """When the retention of what was made on a day ends: years from the end of that year.

    Source: § 147 (4) AO, the period begins with the end of the calendar year.
    """
    return datetime(made_on.year + 1 + YEARS[kind], 1, 1, tzinfo=UTC)
