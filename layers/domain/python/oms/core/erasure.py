"""Erasure of personal data: that it was asked for, by whom, and when it was done."""

from __future__ import annotations

from datetime import datetime

from oms.core.values import Value


class Erasure(Value, frozen=True, omit_defaults=True):
    """Wish to have the personal data of a record erased, and the time since which they are.

    Source: Art. 17 GDPR.
    """

    requested_at: datetime
    by: str
    erased_at: datetime | None = None
