"""Names the rooms of the table: which partition keys belong together for who may touch them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from infra.journey import Queue, Room, Step

ROOMS: Final[Mapping[Room, tuple[str, ...]]] = {
    "clients": ("CLIENT#*",),
    "keyring": ("KEYS",),
    "holders": ("HOLDER#*",),
    "key_uses": ("KEYUSE#*",),
    "carriers": ("CARRIER#*",),
    "papers": ("DOCUMENT#*", "BILL#*"),
    "catalogue": ("PRODUCT#*", "SHOP#*", "SHOPS", "CUSTOMER#*", "WAREHOUSES", "RULES#*"),
    "shops": ("SHOPS",),
    "prices": ("PRICELISTS", "PRICE#*"),
    "taxes": ("VAT#*", "SELLER#*"),
    # A check of a VAT id is kept for the shop and on the customer's account, which tells of it.
    "vat_checks": ("VAT#*", "CUSTOMER#*", "CHANGES#customer#*"),
    "velocity": ("SEEN#*", "BUYER#*"),
    "lists": ("LISTED#*",),
    "replays": ("IDEMPOTENCY#*",),
    "holds": ("HOLDS#*",),
    "stock": ("STOCK#*", "BACKORDERS#*", "HOLDERS#*"),
    "incoming": ("PURCHASE#*", "INCOMING#*"),
    "departures": ("DEPARTURES#*",),
    "uploads": ("UPLOAD#*",),
    "failures": ("FAILURE#*",),
    # What is saved with an order, in its transactions.
    "orders": (
        "ORDER#*", "EXTERNAL#*", "FULFILMENT#*", "TRACKING#*", "ORDERED#*", "CREDIT#*",
        "AUTHORISATION#*", "FOUND#*",
    ),
}  # fmt: skip
GUARDED: Final[tuple[Room, ...]] = ("clients", "keyring", "key_uses")
"""Rooms closed to every step whose line does not name them."""


def reached(step: Step, named: tuple[Room, ...]) -> tuple[Room, ...]:
    """The rooms behind those that a step names, none for all: its queue's edge notes failures."""
    return (*named, "failures") if named and isinstance(step.on, Queue) else named


def patterns(rooms: Iterable[Room]) -> list[str]:
    """The partition keys of some rooms, as IAM compares them."""
    return [pattern for room in rooms for pattern in ROOMS[room]]


def closed(step: Step) -> list[str]:
    """The partition keys that a step may touch in no way."""
    return patterns(room for room in GUARDED if room not in {*step.reads, *step.writes})
