"""Deadlines of an order: how long each wait may take, and what has stalled."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from msgspec import field

from oms.core.values import Value

RESERVE_WITHIN = timedelta(minutes=15)


PERFORM_WITHIN = timedelta(days=30)


BILL_WITHIN = timedelta(hours=1)
"""How long a collective invoice may take once it is due."""


MEND_WITHIN = timedelta(hours=48)
"""How long a clerk has for a document whose e-invoice breaks a rule."""


PAY_WITHIN = timedelta(hours=48)
"""How long a clerk has for money that could not be moved."""


DELIVER_WITHIN = timedelta(days=14)


RESTOCK_WITHIN = timedelta(days=30)


LATE_AFTER = timedelta(days=4)
"""So long after its expected day, what still waits is asked for anew."""


class Stalled(Value, frozen=True):
    """Time at which a stalled order was last sent on, and how often on end without effect."""

    at: datetime
    times: int


class Progress(Value, frozen=True, omit_defaults=True):
    """Progress of an order: when it changed last, was completed, and was sent on.

    `expected` is what the customer was told last of lines that wait, by line, `looked_at` when
    their days were last looked at. `taken_back` are pieces that came back after they had arrived,
    by line.
    """

    changed_at: datetime | None = None
    completed_at: datetime | None = None
    stalled: Stalled | None = None
    expected: dict[str, date | None] = field(default_factory=dict)
    looked_at: datetime | None = None
    taken_back: dict[str, int] = field(default_factory=dict)
