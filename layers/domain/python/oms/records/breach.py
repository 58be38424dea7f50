"""Breaches: what does not hold of what is stored."""

from __future__ import annotations

from msgspec import Struct


class Breach(Struct, frozen=True):
    """One thing that does not hold: `where` is an order, a SKU or a number range."""

    where: str
    what: str
