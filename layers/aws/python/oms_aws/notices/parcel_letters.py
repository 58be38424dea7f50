"""Letters on parcels on their way."""

from __future__ import annotations

from msgspec import Struct

from oms_aws.notices.letter_parts import Item, ShippedParcel, Shop, WaitingItem


class ParcelShipped(Struct, frozen=True, kw_only=True):
    """Parcels have left; `following` is all that is still to come."""

    shop: Shop
    customer: str
    order_number: str
    items: tuple[Item, ...]
    parcels: tuple[ShippedParcel, ...]
    following: tuple[WaitingItem, ...] = ()
    invoice_number: str | None = None
    invoice_url: str | None = None
    einvoice_url: str | None = None


class ParcelFailed(Struct, frozen=True, kw_only=True):
    """A parcel could not be delivered, or is `returning`; `said` is what the carrier said of it."""

    shop: Shop
    customer: str
    order_number: str
    returning: bool
    items: tuple[Item, ...]
    parcel: ShippedParcel
    said: str | None = None


class ParcelAstray(Struct, frozen=True, kw_only=True):
    """A parcel has not arrived: the team is told, again once it is overdue, and when it is back."""

    shop: Shop
    customer: str
    order_number: str
    order_id: str
    location: str
    returning: bool
    overdue: bool
    back: bool
    parcel: ShippedParcel
    said: str | None
    until: str
