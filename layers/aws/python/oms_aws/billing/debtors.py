"""Debtors' places among those with accounts of their own: dealt once, and kept in the archive."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from oms.billing.retention import kept_until
from oms.core.refusals import NotNow
from oms_aws.billing.documents import S3Documents
from oms_aws.platform import keys
from oms_aws.platform.attributes import packed, unpacked
from oms_aws.platform.table import Action, ConditionFailed, Table

FOLDER = "debtors/"
TRIES = 10


class Dealt(Struct, frozen=True):
    """Places that were dealt together: those of `customers`, from the place `first` on."""

    shop: str
    first: int
    customers: tuple[str, ...]


class Debtors:
    """The places of all shops' debtors, from 1 on; a place is never given again.

    What is dealt goes into the archive first, under its first place, where it is found again should
    the table have been restored to an earlier time: so a debtor keeps the account for good.
    """

    def __init__(self, table: Table, documents: S3Documents, now: Callable[[], datetime]) -> None:
        self._table = table
        self._documents = documents
        self._now = now

    def places(self, shop: str, customers: Iterable[str]) -> dict[str, int]:
        """The places of customers; who has none yet gets the next. Raises NotNow."""
        wanted = list(dict.fromkeys(customers))
        for _ in range(TRIES):
            item = self._table.get(keys.debtors(shop))
            known = list(stored_debtors(item)) if item else []
            dealt = self._dealt(shop, known, wanted)
            if dealt != known:
                try:
                    self._table.write([known_action(self._table, shop, dealt, item)])
                except ConditionFailed:
                    continue
            places = {customer: n for n, customer in reversed(list(enumerate(dealt, 1)))}
            return {customer: places[customer] for customer in wanted}
        raise NotNow(f"debtors of {shop} are being numbered by many at once")

    def _dealt(self, shop: str, known: list[str], wanted: list[str]) -> list[str]:
        """The list with all who are wanted, as the archive has it."""
        while new := [customer for customer in wanted if customer not in set(known)]:
            dealt = Dealt(shop, len(known) + 1, tuple(new))
            key, until = place_of(dealt), kept_until("book", self._now().date())
            body = msgspec.json.encode(dealt)
            there = self._documents.keep_once(key, body, "application/json", until=until)
            found = msgspec.json.decode(there, type=Dealt) if there is not None else dealt
            known = [*known, *found.customers]
        return known


def place_of(dealt: Dealt) -> str:
    """Key in the archive."""
    return f"{FOLDER}{dealt.shop}/{dealt.first:08d}.json"


def stored_debtors(item: dict[str, Any]) -> tuple[str, ...]:
    """The customers in a table item, in the order of their places."""
    return msgspec.json.decode(unpacked(item["body"]), type=tuple[str, ...])


def known_action(
    table: Table, shop: str, customers: Iterable[str], item: dict[str, Any] | None
) -> Action:
    """The action that keeps a longer list; it fails when somebody else was faster."""
    version = int(item["version"]) if item else 0
    body = {
        "kind": "debtors",
        "shop": shop,
        "body": packed(msgspec.json.encode(list(customers))),
        "version": version + 1,
    }
    if item:
        return table.put_if(keys.debtors(shop), body, version=version)
    return table.put(keys.debtors(shop), body, unless_exists=True)


class Reading(Protocol):
    """An archive that can be read."""

    def read(self, key: str) -> bytes | None: ...
    def keys(self, folder: str) -> Iterable[str]: ...


def archived(archive: Reading) -> dict[str, list[str]]:
    """The customers with places that the archive knows, by shop."""
    found: dict[str, list[str]] = {}
    for key in archive.keys(FOLDER):
        dealt = msgspec.json.decode(archive.read(key) or b"", type=Dealt)
        known = found.setdefault(dealt.shop, [])
        if dealt.first == len(known) + 1:
            known.extend(dealt.customers)
    return found
