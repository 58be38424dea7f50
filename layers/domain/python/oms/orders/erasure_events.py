"""Events of an order about the erasure of its personal data."""

from __future__ import annotations

from datetime import datetime

from oms.core.events import DomainEvent


class OrderErasureRequested(DomainEvent, frozen=True, tag="Order.ErasureRequested"):
    """The personal data are to be erased as soon as neither law nor contract needs them."""

    by: str
    requested_at: datetime


class OrderPersonErased(DomainEvent, frozen=True, tag="Order.PersonErased"):
    """The personal data of the order are gone; who has a copy is to erase it (Art. 19 GDPR)."""

    erased_at: datetime
