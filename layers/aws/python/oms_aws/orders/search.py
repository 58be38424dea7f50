"""Search: orders by customer, mail address, SKU and status, newest first across shops."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

from oms.orders.order import Order
from oms_aws.platform import indexes, keys
from oms_aws.platform.table import Action, Table

MOST_LOOKED_AT = 300
"""Orders that one page looks at, at most; each costs a read where it is not from a list."""

LEAST_PAGE = 10
"""Entries that are read of a shop's list at once, at least."""

LEAST_LOOK = 25
"""Orders that are looked at together where some of them may not fit, at least."""

SHOWN = ("gsi1sk", "external_number", "shop", "status", "created_at", "total", "currency")
FOUND, LEFT = "found", "left"
KINDS = ("email", "customer", "sku")
"""What orders have rows of their own for, the one that says most first."""


class Sought(NamedTuple):
    """Traits that orders must have; an empty one does not matter."""

    email: str = ""
    customer: str = ""
    sku: str = ""
    status: str = ""

    def rows(self, shop: str, place: str = "") -> list[keys.Key]:
        """The rows that an order of the shop must have, the first being the best to start from."""
        given = ((kind, getattr(self, kind)) for kind in KINDS)
        return [_row(kind, shop, value, place) for kind, value in given if value]

    def fits(self, order: Order) -> bool:
        """True if the order itself is one of those sought."""
        place = indexes.place(order.placed_at, order.id)
        has = {
            row for kind, value in traits(order) if (row := _row(kind, order.shop, value, place))
        }
        return has.issuperset(self.rows(order.shop, place)) and self.status in ("", order.status)


class Span(NamedTuple):
    """From when until when orders were placed, both included; None is for ever."""

    since: datetime | None = None
    until: datetime | None = None

    @property
    def first(self) -> str:
        return indexes.place(self.since, "") if self.since else ""

    @property
    def behind(self) -> str:
        """Places of orders that lie in it sort before this one."""
        return indexes.place(self.until, "\uffff") if self.until else "\uffff"

    def holds(self, order: Order) -> bool:
        """True if the order was placed in this time."""
        return self.first <= indexes.place(order.placed_at, order.id) < self.behind


class Page(NamedTuple):
    """Orders as lists show them, and behind which place it goes on; None when that was all."""

    items: list[dict[str, Any]]
    last: str | None


class _Candidate(NamedTuple):
    """An order that may be one of those sought; `item` is there when it came from a list."""

    place: str
    shop: str
    item: Mapping[str, Any] | None
    left: bool = False

    @property
    def id(self) -> str:
        return self.place.rpartition("#")[2]


class DynamoSearch:
    """Lists of orders: their indexes by time and status, and a row for each thing to find them by.

    Each shop's list is in order of time, so those of several are merged, and a page goes on behind
    the time and id at which the one before ended, whatever has come since.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def newest(self, shop: str, limit: int) -> list[str]:
        """The ids of a shop's newest orders."""
        found = self.page({shop: Span()}, Sought(), limit=limit).items
        return [each["id"] for each in found]

    def having(self, list: str, *, after: str = "", limit: int) -> list[tuple[str, str]]:
        """Orders of a list (`list_of`), newest first: the place of each, and its id.

        The id is empty where an order had it once: the place is there to go on behind.
        """
        found = self._table.query(list, before=after, limit=limit, newest=True)
        return [(i["sk"], i["order_id"] if i["kind"] == FOUND else "") for i in found]

    def page(
        self, spans: Mapping[str, Span], sought: Sought, *, after: str = "", limit: int
    ) -> Page:
        """The orders sought among those that the shops got in these times, newest first.

        A page is shorter than `limit`, and still goes on, when it would take more than
        MOST_LOOKED_AT orders to fill it.
        """
        size = max(LEAST_PAGE, -(-limit // max(1, len(spans))))
        lists = [self._of_shop(shop, span, sought, after, size) for shop, span in spans.items()]
        candidates = merge(*lists, key=lambda each: each.place, reverse=True)
        step = max(limit, LEAST_LOOK) if sought.rows("") else limit
        items: list[dict[str, Any]] = []
        looked_at, last = 0, None
        while looked_at < MOST_LOOKED_AT and (chunk := [*islice(candidates, step)]):
            looked_at += len(chunk)
            found = self._fitting(chunk, sought)
            for each in chunk:
                last = each.place
                if each.id in found:
                    items.append(found[each.id])
                if len(items) == limit:
                    return Page(items, last)
            if len(chunk) < step:
                return Page(items, None)
        return Page(items, last if looked_at else None)

    def _of_shop(
        self, shop: str, span: Span, sought: Sought, after: str, size: int
    ) -> Iterator[_Candidate]:
        """Candidates of a shop, newest first, read as they are asked for."""
        read = self._reader(shop, sought)
        before = min(after, span.behind) if after else span.behind
        while True:
            found = read(before, size)
            for each in found:
                if each.place < span.first:
                    return
                yield each
            if len(found) < size:
                return
            before = found[-1].place

    def _reader(self, shop: str, sought: Sought) -> Callable[[str, int], list[_Candidate]]:
        """Reader of so many of a shop's candidates before a place."""
        if rows := sought.rows(shop):

            def by_row(before: str, size: int) -> list[_Candidate]:
                found = self._table.query(rows[0].pk, before=before, limit=size, newest=True)
                return [_Candidate(item["sk"], shop, None, item["kind"] == LEFT) for item in found]

            return by_row
        index, pk = (
            ("gsi2", indexes.orders_in(shop, sought.status))
            if sought.status
            else ("gsi1", indexes.orders_of(shop))
        )

        def by_index(before: str, size: int) -> list[_Candidate]:
            found = self._table.listed(index, pk, after=before, limit=size, newest=True)
            return [_Candidate(item[f"{index}sk"], shop, item) for item in found]

        return by_index

    def _fitting(self, chunk: Sequence[_Candidate], sought: Sought) -> dict[str, dict[str, Any]]:
        """Those of the candidates that are sought, by id, as lists show them."""
        listed = [each for each in chunk if each.item is not None]
        if listed:
            return {each.id: _summary(each, each.item or {}) for each in listed}
        others = [[*sought.rows(each.shop, each.place)[1:]] for each in chunk]
        there = self._there({row for rows in others for row in rows})
        wanted = {
            keys.order(each.id): each
            for each, rows in zip(chunk, others, strict=True)
            if not each.left and there.issuperset(rows)
        }
        items = self._table.get_many(wanted, only=("pk", "sk", *SHOWN))
        return {
            each.id: _summary(each, item)
            for item in items
            if sought.status in ("", item["status"])
            if (each := wanted[keys.Key(item["pk"], item["sk"])])
        }

    def _there(self, rows: set[keys.Key]) -> set[keys.Key]:
        found = self._table.get_many(rows, only=("pk", "sk", "kind")) if rows else []
        return {keys.Key(item["pk"], item["sk"]) for item in found if item["kind"] == FOUND}


def rows(
    table: Table, before: Order | None, after: Order, known: Iterable[str] = ()
) -> list[Action]:
    """The writes by which an order is found by what it has, and no longer by what it had.

    A row that no longer leads to its order says so. Of an order that is erased those are deleted
    that a text leads to which was `known` of its customer: a mail address, now or earlier.
    """
    place = indexes.place(after.placed_at, after.id)
    if after.erased and before and not before.erased:
        mails = {text for text in known if "@" in text}
        return [table.remove(_row("email", after.shop, mail, place)) for mail in sorted(mails)]
    had, has = [*traits(before)] if before else [], [*traits(after)]
    new = [(FOUND, *trait) for trait in has if trait not in had]
    old = [(LEFT, *trait) for trait in had if trait not in has]
    return [
        table.put(_row(trait, after.shop, value, place), {"kind": kind, "order_id": after.id})
        for kind, trait, value in (*new, *old)
    ]


def found_rows(order: Order) -> set[keys.Key]:
    """The keys of all rows by which an order is found."""
    place = indexes.place(order.placed_at, order.id)
    return {_row(kind, order.shop, value, place) for kind, value in traits(order)}


def traits(order: Order) -> Iterator[tuple[str, str]]:
    """Traits that an order is found by: kind and value."""
    if not order.erased:
        yield "email", order.customer.email
    yield "customer", order.customer.id
    for sku in order.skus:
        yield "sku", sku


def summary(order: Order) -> dict[str, Any]:
    """The order as lists show it."""
    return {
        "id": order.id,
        "external_number": order.external_number,
        "shop": order.shop,
        "status": order.status,
        "placed_at": indexes.due_at(order.placed_at),
        "received_at": order.received_at.isoformat(),
        "total": str(order.total),
        "currency": order.currency,
    }


def _summary(of: _Candidate, item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": of.id,
        "external_number": item["external_number"],
        "shop": of.shop,
        "status": item["status"],
        "placed_at": of.place.partition("#")[0],
        "received_at": item["created_at"],
        "total": item["total"],
        "currency": item["currency"],
    }


def list_of(kind: str, shop: str, value: str) -> str:
    """The list of a shop's orders that have a value (KINDS); it says a mail address by a digest."""
    return _row(kind, shop, value, "").pk


def _row(kind: str, shop: str, value: str, place: str) -> keys.Key:
    """The key of a row; of a mail address it has no more than a digest, another in each shop."""
    if kind == "email":
        plain = f"{shop}\n{value.strip().casefold()}"
        value = hashlib.sha256(plain.encode()).hexdigest()[:32]
    return keys.found_by(kind, shop, value, place)
