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
    "papers": ("DOCUMENT#*", "BILL#*", "BILLS#*"),
    "products": ("PRODUCT#*", "PRODUCTS#*", "CHANGES#product#*"),
    "customers": ("CUSTOMER#*", "CUSTOMERS#*", "CHANGES#customer#*"),
    "price_lists": ("PRICELISTS", "PRICELISTS#*", "CHANGES#price_list#*"),
    "price_entries": ("PRICE#*", "PRICES#*", "CHANGES#price#*"),
    "warehouses": ("WAREHOUSES", "WAREHOUSES#*", "SELLERS#*", "CHANGES#warehouse#*"),
    "shop_records": ("SHOP#*", "SHOPS", "SELLERS#*", "CHANGES#shop#*"),
    "rules": ("RULES#*",),
    "sellers": ("SELLER#*",),
    "ranges": ("RANGE#*",),
    "payments": ("PAYMENT#*", "PAYMENTS#*", "PAYER#*"),
    "rehearsal": ("TESTPROVIDER#*",),
    "order_lists": ("ORDERS#*",),
    "fulfilment_lists": ("FULFILMENTS#*",),
    "exposures": ("EXPOSURES#*",),
    "open_items": ("OPENITEMS#*",),
    "exports": ("EXPORT#*", "EXPORTS#*", "DOCUMENTS#*", "REDUCTIONS#*", "ADVANCES#*"),
    "notifications": ("NOTIFICATION#*",),
    "endpoints": ("ENDPOINTS", "ENDPOINT#*", "WEBHOOK#*"),
    "deliveries": ("DELIVERIES#*",),
    "dead_letters": ("DEADLETTERS",),
    "due": ("DUE#*", "RAISED#*"),
    "events": ("EVENTS#*",),
    "seals": ("SEALS",),
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
    "withdrawals": ("WITHDRAWAL#*", "WITHDRAWALS#*"),
    "returns": ("RETURN#*", "RETURNS#*"),
    "traces": ("FOUND#email#*", "FOUND#statement#*"),
    # What is saved with an order, in its transactions.
    "orders": (
        "ORDER#*", "EXTERNAL#*", "FULFILMENT#*", "TRACKING#*", "ORDERED#*", "CREDIT#*",
        "AUTHORISATION#*", "FOUND#*",
    ),
}  # fmt: skip


def reached(step: Step, named: tuple[Room, ...]) -> tuple[Room, ...]:
    """The rooms behind those that a step names, none for all: its queue's edge notes failures."""
    return (*named, "failures") if named and isinstance(step.on, Queue) else named


def patterns(rooms: Iterable[Room]) -> list[str]:
    """The partition keys of some rooms, as IAM compares them."""
    return [pattern for room in rooms for pattern in ROOMS[room]]
