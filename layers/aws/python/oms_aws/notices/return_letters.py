"""Letters on goods that come back."""

from __future__ import annotations

from msgspec import Struct

from oms_aws.notices.letter_parts import Item, Shop


class ReturnAnnounced(Struct, frozen=True, kw_only=True):
    """Goods are to come back: under which number, to where, and until which day."""

    shop: Shop
    customer: str
    order_number: str
    number: str
    items: tuple[Item, ...]
    address: tuple[str, ...]
    until: str


class ReturnArrived(Struct, frozen=True, kw_only=True):
    """Goods came back: what is paid back for them follows."""

    shop: Shop
    customer: str
    order_number: str
    number: str
    items: tuple[Item, ...]
