"""Orders that were seen lately, by what they have in common, and the lists of who is on them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from oms.orders.order import Order
from oms_aws.orders.devices import KEPT
from oms_aws.platform import indexes, keys
from oms_aws.platform.table import ConditionFailed, Table

WINDOWS = {"1h": timedelta(hours=1), "24h": timedelta(hours=24)}
MOST = 100
"""Orders are counted up to here: more say nothing more."""

LISTS = ("block", "allow")


class DynamoVelocity:
    """Counts without counters: each order leaves a mark of its own, and marks go by themselves.

    A second run of an order's check changes nothing, and of several orders at once the last to
    count sees all, since each leaves its mark before it counts.
    """

    def __init__(self, table: Table, now: Callable[[], datetime]) -> None:
        self._table = table
        self._now = now

    def counts(self, order: Order) -> dict[str, int]:
        """Leave the order's marks, and count those of each kind, as facts of the fraud rules."""
        found = {}
        for kind, value in traits(order):
            key = keys.seen(kind, _digest(value), indexes.due_at(order.placed_at), order.id)
            expires = int((self._now() + KEPT).timestamp())
            self._table.write([self._table.put(key, {"expires": expires})])
            for name, window in WINDOWS.items():
                after = keys.SEEN + indexes.due_at(order.placed_at - window)
                marks = self._table.query(key.pk, sk_prefix=keys.SEEN, after=after, limit=MOST)
                found[f"orders_by_{kind}_{name}"] = sum(1 for _ in marks)
        return found

    def is_new(self, order: Order) -> bool:
        """True if this is the customer's first order in the shop."""
        key = keys.first_order(order.shop, order.customer.id)
        try:
            put = self._table.put(key, {"first": order.id}, unless_exists=True)
            self._table.write([put])
        except ConditionFailed:
            item = self._table.get(key) or {}
            return item.get("first") == order.id
        return True

    def listed(self, order: Order) -> dict[str, bool]:
        """On which lists something of the order stands."""
        on = self._naming((*traits(order), *_more(order)))
        return {name: name in on for name in LISTS}

    def naming(self, mails: Iterable[str]) -> list[str]:
        """The lists on which one of the mail addresses stands."""
        return sorted(self._naming(("email", normal("email", mail)) for mail in mails))

    def _naming(self, values: Iterable[tuple[str, str]]) -> set[str]:
        """The lists on which one of the values stands, each a kind and a value as compared."""
        wanted = {
            keys.listed(name, f"{kind}#{_digest(value)}"): name
            for kind, value in values
            for name in LISTS
        }
        items = self._table.get_many(wanted)
        return {wanted[keys.Key(i["pk"], i["sk"])] for i in items if not i.get("removed_at")}

    def put_on(self, name: str, kind: str, value: str, *, by: str, reason: str) -> dict[str, Any]:
        """Put a value on a list."""
        return self._write(name, kind, value, by=by, reason=reason, removed_at=None)

    def take_off(self, name: str, kind: str, value: str, *, by: str, reason: str) -> dict[str, Any]:
        """Take a value off a list; who did it stays on record."""
        at = self._now().isoformat()
        return self._write(name, kind, value, by=by, reason=reason, removed_at=at)

    def _write(self, name: str, kind: str, value: str, **said: Any) -> dict[str, Any]:
        plain = normal(kind, value)
        item = {"type": kind, "value": plain, "at": self._now().isoformat(), **said}
        key = keys.listed(name, f"{kind}#{_digest(plain)}")
        self._table.write([self._table.put(key, item)])
        return item

    def entries(self, name: str, *, after: str = "", limit: int = 50) -> list[dict[str, Any]]:
        """Entries of a list, in no order of meaning, behind a cursor."""
        start = keys.listed(name, "")
        items = self._table.query(start.pk, sk_prefix=start.sk, after=after, limit=limit)
        return list(items)


def traits(order: Order) -> Iterator[tuple[str, str]]:
    """Traits that orders are counted by: kind and value."""
    to = order.ship_to
    yield "email", normal("email", order.customer.email)
    yield "address", normal("address", f"{to.line1} {to.postal_code} {to.country}")
    if order.screening.client_ip:
        yield "ip", normal("ip", order.screening.client_ip)
    if order.payment.reference:
        yield "payment", normal("payment", order.payment.reference)


def _more(order: Order) -> Iterator[tuple[str, str]]:
    """Traits that lists may name besides."""
    yield "customer", normal("customer", f"{order.shop}/{order.customer.id}")
    yield "domain", normal("domain", order.customer.email.rpartition("@")[2])


def normal(kind: str, value: str) -> str:
    """A value as it is compared: what people write differently and mean the same is the same."""
    text = " ".join(value.split())
    return text if kind == "customer" else text.casefold()


def _digest(value: str) -> str:
    """Marks need no more than this of what people are called and where they live."""
    return hashlib.sha256(value.encode()).hexdigest()[:32]
