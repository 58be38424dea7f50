"""A payment provider that keeps its promises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from oms.orders.money_parts import Refund
from oms.payments import capturing
from oms.payments.capturing import AuthorisationStatus, Take

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Psp:
    """A provider that keeps its promises: each key once, never more than authorised."""

    def __init__(self, authorised: Decimal, several: bool) -> None:
        self.capturable, self.several = authorised, several
        self.captured = Decimal(0)
        self.ended = False
        self.refunds: list[Refund] = []
        self.keys: dict[str, Any] = {}
        self.broken = False

    def holding(self) -> AuthorisationStatus:
        status = "ended" if self.ended else "authorised" if self.capturable else "captured"
        return AuthorisationStatus(
            by="test",
            authorisation="pi_1",
            status=status,  # type: ignore[arg-type]
            capturable=self.capturable,
            captured=self.captured,
            reference="ch_1",
            several=self.several,
            until=NOW + timedelta(days=7),
        )

    def capture(self, take: Take) -> None:
        if self.keys.setdefault(take.key, take) is not take:
            assert self.keys[take.key] == take
            return
        assert take.amount <= self.capturable
        self.captured += take.amount
        self.capturable -= take.amount
        if take.last or not self.several:
            self.capturable = Decimal(0)

    def void(self) -> None:
        self.capturable, self.ended = Decimal(0), True

    def refund(self, back: capturing.GiveBack) -> None:
        if back.key in self.keys:
            return
        self.keys[back.key] = back
        assert back.amount <= self.captured - sum(r.amount for r in self.refunds)
        id = f"re_{len(self.keys)}"
        self.refunds.append(
            Refund("", back.document, back.amount, NOW, id, "test", back.source.authorisation)
        )
