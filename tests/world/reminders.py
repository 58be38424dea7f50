"""Reminders and dunning letters, as snapshots."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from oms.core.parties import Language
from oms.payments.reminding import Fee, Level, OpenAmount, Reminder
from tests.world import papers


def reminder(level: Level = 0, locale: Language = "de", items: int = 2) -> Reminder:
    """A letter over some invoices; only dunning letters cost something."""
    dunned = level > 0
    return Reminder(
        level=level,
        issued_on=date(2026, 12, 21),
        pay_by=date(2026, 12, 31),
        currency="EUR",
        locale=locale,
        seller=papers.SELLER,
        buyer=papers.BUYER,
        items=tuple(
            OpenAmount(
                number=f"RE-2026-{n:06}",
                issued_on=date(2026, 11, 23),
                due_on=date(2026, 12, 7),
                gross=Decimal("497.78"),
                open=Decimal("97.78"),
            )
            for n in range(1, items + 1)
        ),
        reference="RE-2026-000001",
        fees=(Fee("Mahngebühr" if locale == "de" else "Dunning fee", Decimal(5)),) * dunned,
        interest=Decimal("1.23") if dunned else Decimal(0),
        interest_text="10,27 % Zinsen seit 08.12.2026" if locale == "de" and dunned else None,
    )
