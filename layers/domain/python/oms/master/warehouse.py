"""Warehouses: locations that ship, with their hours, closures and zones."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from oms.core.parties import Address


class Zone(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of a warehouse, and its bins in walking order."""

    id: str
    bins: tuple[str, ...] = ()


class Warehouse(Struct, frozen=True, kw_only=True):
    """A location that ships.

    `cut_off` maps a shipping method to the local time `HH:MM` until which an order leaves the same
    day; a lower `priority` is preferred; `safety_stock` is in pieces per SKU. `region` is the
    subdivision whose holidays it keeps (ISO 3166-2, as in `BY`), those of the categories named in
    `holidays`, beside its own `closures`; `capacity` is the most fulfilments that can leave in a
    day (None: any number).
    """

    id: str
    name: str
    address: Address
    time_zone: str = "Europe/Berlin"
    cut_off: dict[str, str] = {}
    priority: int = 100
    safety_stock: int = 0
    region: str | None = None
    holidays: tuple[str, ...] = ("public",)
    closures: tuple[date, ...] = ()
    capacity: int | None = None
    zones: tuple[Zone, ...] = ()
    version: int = 0
