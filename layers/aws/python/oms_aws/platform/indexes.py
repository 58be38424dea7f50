"""Every partition of the table's indexes, and the question that it answers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal
from zlib import crc32

# gsi1: lists


def orders_of(shop: str) -> str:
    """Which orders has the shop, by the time at which they were placed?"""
    return f"ORDERS#{shop}"


def holds_of(shop: str) -> str:
    """What holds the shop's orders, by deadline?"""
    return f"HOLDS#{shop}"


def fulfilments_at(location: str, status: str) -> str:
    """What has the warehouse to do, by the time at which it is to leave?"""
    return f"FULFILMENTS#{location}#{status}"


def backorders(sku: str) -> str:
    """Which orders wait for the SKU, in their turn?"""
    return f"BACKORDERS#{sku}"


def exports_of(shop: str) -> str:
    """Which exports has the shop, by time?"""
    return f"EXPORTS#{shop}"


def documents_of(shop: str, month: str) -> str:
    """Which documents did the shop issue in the month (`YYYY-MM`), by day and number?"""
    return f"DOCUMENTS#{shop}#{month}"


def deliveries_in(endpoint_id: str, state: str) -> str:
    """Which deliveries to the endpoint are in the state, in order of their events?"""
    return f"DELIVERIES#{endpoint_id}#{state}"


def bills_of(shop: str, customer: str) -> str:
    """Which bills has the customer, by their period?"""
    return f"BILLS#{shop}#{customer}"


ShopList = Literal["WITHDRAWALS", "RETURNS"]


def in_shop(kind: ShopList, shop: str, status: str = "") -> str:
    """Which of a kind has the shop got, in a status if it is named, by time?"""
    return f"{kind}#{shop}#{status}" if status else f"{kind}#{shop}"


EVENT_SHARDS = "0123456789abcdef"
"""The last digit of an event's id: an index partition takes about 1,000 writes a second."""


def events_on(day: str, shard: str) -> str:
    """What happened on the day (`YYYY-MM-DD`, UTC)? Its sort key says id and hash."""
    return f"EVENTS#{day}#{shard}"


def incoming(sku: str) -> str:
    """What is to come of the SKU, by day?"""
    return f"INCOMING#{sku}"


def turn(rank: int, promised_on: date | None, placed_at: datetime, order_id: str) -> str:
    """Whose turn is it? Higher ranks come first, then earlier promises, then older orders."""
    behind = HIGHEST_RANK - min(max(rank, 0), HIGHEST_RANK)
    return f"{behind:04d}#{promised_on or date.max}#{placed_at.isoformat()}#{order_id}"


HIGHEST_RANK = 9_999


def exposures(shop: str, customer: str, currency: str) -> str:
    """Which orders take something of the customer's credit, by time?"""
    return f"EXPOSURES#{shop}#{customer}#{currency}"


def payments(state: str) -> str:
    """Which payments of the bank are in this state, by value date?"""
    return f"PAYMENTS#{state}"


def reductions_of(shop: str, month: str) -> str:
    """What did the shop let go of invoices in the month (`YYYY-MM`), by day?"""
    return f"REDUCTIONS#{shop}#{month}"


def advances_of(shop: str, month: str) -> str:
    """What moved of deposits' money, as we were told in the month (`YYYY-MM`), by time?"""
    return f"ADVANCES#{shop}#{month}"


def open_items(shop: str, state: str) -> str:
    """Which documents of the shop are open, or which of its orders have credit, by due date?"""
    return f"OPENITEMS#{shop}#{state}"


# gsi2: lists by status


def open_items_of(shop: str, customer: str, state: str) -> str:
    """Which documents of the customer are open, or which orders have credit, by due date?"""
    return f"OPENITEMS#{shop}#{state}#{customer}"


def orders_in(shop: str, status: str) -> str:
    """Which orders of the shop are in the status, by the time at which they were placed?"""
    return f"ORDERS#{shop}#{status}"


HOLDER_SHARDS = 8


def holders(sku: str, shard: int) -> str:
    """Which orders hold soft pieces of the SKU? One of its shards, as all of it would be hot."""
    return f"HOLDERS#{sku}#{shard}"


# gsi2: lists of master data. Only its keys are in the index, so that a later change of a record
# writes nothing there; a page reads the entries, then the records. A list that grows long is spread
# over PARTS partitions by its ids: an import of many rows then writes to all of them, where one
# would take 1,000 a second and hold up the table behind it.

PARTS = 8

PRODUCTS = "PRODUCTS"
WAREHOUSES = "WAREHOUSES"
SELLERS = "SELLERS"
PRICE_LISTS = "PRICELISTS"


def accounts_of(shop: str) -> str:
    """Which customers has the shop?"""
    return f"CUSTOMERS#{shop}"


def prices_in(list: str) -> str:
    """Which SKUs have a price in the list?"""
    return f"PRICES#{list}"


def part(list: str, n: int) -> str:
    """What is in the n-th part of the list?"""
    return f"{list}#{n}"


def part_of(id: str, parts: int) -> int:
    """The part of a list that an entry is in."""
    return crc32(id.encode()) % parts


# gsi3: the clock, with only those items in it that have something due


DUE_SHARDS = 8


def due(id: str) -> str:
    """What is due, the longest overdue first? Spread: a partition takes 1,000 writes a second."""
    return due_in(crc32(id.encode()) % DUE_SHARDS)


def clocked(id: str, at: datetime | None) -> dict[str, str]:
    """The attributes by which the clock finds an item at a time; none for no time."""
    return {"gsi3pk": due(id), "gsi3sk": due_at(at)} if at else {}


def due_at(at: datetime) -> str:
    """The place in time in that index: UTC, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def place(at: datetime, id: str) -> str:
    """The place of something in a list by time: to the second, then by its id."""
    return f"{due_at(at)}#{id}"


def due_in(shard: int) -> str:
    """What is due in a partition of that index?"""
    return f"DUE#{shard}"
