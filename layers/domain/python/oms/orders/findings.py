"""Screening of an order: what its checks found, its holds, and who has to approve it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from msgspec import field

from oms.core.parties import Person
from oms.core.pseudonyms import Network, Personal
from oms.core.values import Value, Waiting
from oms.master.terms import RESERVE_HOURS

PRODUCT_UNKNOWN = "product_unknown"


SUPPLIER_NEEDED = "supplier_needed"


AMOUNT_UNKNOWN = "amount_unknown"


INVOICE = "invoice"
"""The check that looks at it."""


INCOMPLETE = "invoice_incomplete"


ESCALATED_WITHIN = timedelta(days=7)


class Approval(Value, frozen=True, omit_defaults=True):
    """One stage of the approval of an order: who is asked, since when, and what they said.

    `person` is whose word it was, `by` who gave it to us. `hours` is the time to answer; once it
    has passed, the stage is escalated and the substitute is asked as well.
    """

    hold: str
    level: int
    approver: Person
    substitute: Person | None = None
    hours: int = 48
    asked_at: datetime | None = None
    reminded_at: datetime | None = None
    escalated_at: datetime | None = None
    decision: Literal["approved", "rejected"] | None = None
    person: str | None = None
    by: str | None = None
    decided_at: datetime | None = None
    reason: Personal = ""

    @property
    def longest(self) -> int:
        """Hours that it may take in all: the substitute has as long as the approver had."""
        return self.hours * (2 if self.substitute else 1)


class Finding(Value, frozen=True, omit_defaults=True):
    """Result of one check: pass, hold (someone must look, until a deadline) or refuse.

    `text` is English and `text_de` German; `hours` is how long the owner of a hold has.
    """

    check: str
    verdict: Literal["pass", "hold", "refuse"]
    reason: str = ""
    text: Personal = ""
    owner: str = "clerk"
    hours: int = 48
    data: dict[str, Any] = field(default_factory=dict)
    text_de: Personal = ""


class Hold(Value, frozen=True, omit_defaults=True):
    """Reason for which an order does not go on, who can let it, and until when."""

    id: str
    reason: str
    text: Personal
    owner: str
    raised_at: datetime
    deadline: datetime
    data: dict[str, Any] = field(default_factory=dict)
    released_at: datetime | None = None
    released_by: str | None = None
    release_reason: Personal | None = None
    text_de: Personal = ""
    escalated_at: datetime | None = None

    @property
    def waiting(self) -> Waiting:
        """Wait for its owner, and for the team once its deadline has passed."""
        if self.escalated_at:
            return Waiting("team", self.reason, self.escalated_at + ESCALATED_WITHIN)
        return Waiting(self.owner, self.reason, self.deadline)


class Screening(Value, frozen=True, omit_defaults=True):
    """Checks of an order, and what they led to: findings, holds, approvals, a refusal.

    `claimed_total` is what the shop says that the order comes to, and `client_ip` where it was
    placed from. A held order keeps its reservation for `reserve_hours`; `lapsed_at` is when that
    has expired.
    """

    screened_at: datetime | None = None
    findings: tuple[Finding, ...] = ()
    holds: tuple[Hold, ...] = ()
    approvals: tuple[Approval, ...] = ()
    refused: str | None = None
    reserve_hours: int = RESERVE_HOURS
    lapsed_at: datetime | None = None
    claimed_total: Decimal | None = None
    client_ip: Network | None = None

    @property
    def open_holds(self) -> tuple[Hold, ...]:
        """Holds that nobody has released."""
        return tuple(hold for hold in self.holds if hold.released_at is None)
