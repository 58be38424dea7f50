"""Events of stock and of what is to come of it."""

from __future__ import annotations

from datetime import datetime

from oms.core.events import DomainEvent


class StockChanged(DomainEvent, frozen=True, tag="Stock.Changed"):
    """A warehouse counted other than before; in pieces."""

    sku: str
    location: str
    before: int
    on_hand: int
    as_of: datetime
    safety_before: int | None = None
    safety: int | None = None


class StockBuffered(DomainEvent, frozen=True, tag="Stock.Buffered"):
    """A shop leaves more or fewer pieces of a SKU to the other channels than before."""

    sku: str
    shop: str
    pieces_before: int
    percent_before: int
    pieces: int
    percent: int


class IncomingChanged(DomainEvent, frozen=True, tag="Incoming.Changed"):
    """A purchase order was stored anew, or goods of it have come; `receipt` is their number."""

    purchase: str
    location: str
    status: str
    skus: tuple[str, ...]
    receipt: str | None
    at: datetime
