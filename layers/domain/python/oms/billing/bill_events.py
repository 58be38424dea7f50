"""Events of a collective invoice, and what they carry."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from oms.core.events import DomainEvent
from oms.core.values import Value

Why = Literal["due", "asked", "complete"]
"""Why a bill is closed: its time is over, somebody asked for it, its purchase order is through."""


class Share(Value, frozen=True, omit_defaults=True):
    """Part of a bill's document that bills one order, or credits it."""

    order: str
    fulfilments: tuple[str, ...]
    gross: Decimal


class Planned(Value, frozen=True, omit_defaults=True):
    """A document to be: what it is to bill, and `why` that is not in the one before."""

    id: str
    shares: tuple[Share, ...]
    why: str = ""


class Credited(Value, frozen=True, omit_defaults=True):
    """A credit note that an order got for its share of a document."""

    note: str
    document: str
    order: str
    gross: Decimal


class BillClosed(DomainEvent, frozen=True, tag="Bill.Closed"):
    """Nothing more is taken in: it is billed now."""

    why: Why
    by: str
    at: datetime


class BillPlanned(DomainEvent, frozen=True, tag="Bill.Planned"):
    """Documents that are to bill what was collected."""

    documents: tuple[Planned, ...]
    at: datetime


class BillSettled(DomainEvent, frozen=True, tag="Bill.Settled"):
    """Every document is issued, and every order has its share."""

    at: datetime


class BillCredited(DomainEvent, frozen=True, tag="Bill.Credited"):
    """An order got a credit note for a part of its share."""

    credited: Credited
    at: datetime


class BillCancelled(DomainEvent, frozen=True, tag="Bill.Cancelled"):
    """A credit note takes back all that was left of a document, from every order."""

    document: str
    note: str
    shares: tuple[Share, ...]
    reason: str
    by: str
    at: datetime


class BillStalled(DomainEvent, frozen=True, tag="Bill.Stalled"):
    """A bill that waited for us did not go on by itself: it is sent on, for these causes."""

    causes: tuple[str, ...]
    stalled_at: datetime
