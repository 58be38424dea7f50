"""Master data in DynamoDB: one way to store, list and look back, for everything that is kept."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Literal, NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace

from oms.core.refusals import NotNow, Refusal
from oms.master.account import Account
from oms.master.price import Price, PriceList
from oms.master.product import Product
from oms.master.shop import Shop
from oms.master.warehouse import Warehouse
from oms.screening.vat_check import confirms
from oms_aws.platform import indexes, keys
from oms_aws.platform.attributes import packed, unpacked
from oms_aws.platform.log import Saved, VersionDiffers
from oms_aws.platform.table import MOST_ACTIONS, Action, ConditionFailed, Table

STORE_TRIES = 5
LARGEST = 300_000
"""Bytes that a record has at most in the table, where an item has 400 KB."""

MOST_AT_ONCE = 1_000_000
"""Bytes of one transaction's records; with their history they stay below its limit of 4 MB."""

Record = TypeVar("Record", Product, Warehouse, Shop, Account, PriceList, Price)


@dataclass(frozen=True)
class Kind(Generic[Record]):
    """One kind of master data: its key, the list it is in, and what may follow what.

    `parts` is over how many index partitions a list is spread: one takes about 1,000 writes a
    second, and a short list is read at once. `onto` gives what is stored when a record comes onto
    the one before; it raises Refusal for what must not follow.
    """

    name: str
    type: type[Record]
    key: Callable[[Record], keys.Key]
    entry: Callable[[Record], tuple[str, str]]
    parts: int = 1
    onto: Callable[[Record, Record], Record] = lambda known, wanted: wanted


def _check_stays(known: Account, wanted: Account) -> Account:
    """What was found about a VAT id stays on record while the id does, and the name by hand."""
    found, name = wanted.vat_check, wanted.company or wanted.name
    if found and found.source == "manual" and not found.name:
        return replace(wanted, vat_check=replace(found, name=name))
    if found or known.vat_check is None or not wanted.vat_id:
        return wanted
    stays = confirms(known.vat_check, wanted.vat_id, name)
    return replace(wanted, vat_check=known.vat_check) if stays else wanted


def _currency_stays(known: PriceList, wanted: PriceList) -> PriceList:
    """The prices of a list are in its currency and its mode: they cannot change under them."""
    if (known.currency, known.price_mode) != (wanted.currency, wanted.price_mode):
        text = f"{known.id} has prices in {known.currency} {known.price_mode}: take a new list."
        raise Refusal("currency_differs", text, {"currency": "differs"})
    return wanted


PRODUCTS = Kind(
    "product",
    Product,
    lambda p: keys.product(p.sku),
    lambda p: (indexes.PRODUCTS, p.sku),
    indexes.PARTS,
    Product.following,
)
OWNERS = dataclasses.replace(PRODUCTS, onto=Product.handed_to)
"""Products of which nothing but the owner is changed."""

ACCOUNTS = Kind(
    "customer",
    Account,
    lambda a: keys.account(a.shop, a.id),
    lambda a: (indexes.accounts_of(a.shop), a.id),
    indexes.PARTS,
    _check_stays,
)
WAREHOUSES = Kind(
    "warehouse", Warehouse, lambda w: keys.warehouse(w.id), lambda w: (indexes.WAREHOUSES, w.id)
)
SHOPS = Kind("shop", Shop, lambda s: keys.seller(s.id), lambda s: (indexes.SELLERS, s.id))
PRICE_LISTS = Kind(
    "price_list",
    PriceList,
    lambda each: keys.price_list(each.id),
    lambda each: (indexes.PRICE_LISTS, each.id),
    onto=_currency_stays,
)
PRICES = Kind(
    "price",
    Price,
    lambda p: keys.price(p.list, p.sku),
    lambda p: (indexes.prices_in(p.list), p.sku),
    indexes.PARTS,
)


class Outcome(NamedTuple):
    """What became of one row of a batch; `version` is that which is stored now, if any is."""

    outcome: Literal["stored", "unchanged", "refused"]
    version: int | None = None
    reason: str = ""


class Change(NamedTuple):
    """One change of a record; `before` is None for the first."""

    version: int
    at: str
    actor: str
    cause: str
    before: dict[str, Any] | None
    after: dict[str, Any]


class _Write(NamedTuple):
    """A row of a batch on its way into the table."""

    row: int
    version: int
    size: int
    actions: list[Action]


class DynamoMaster:
    """The records of every kind; each write leaves a trace of who changed what from when on."""

    def __init__(self, table: Table, now: Callable[[], datetime]) -> None:
        self._table = table
        self._now = now

    # -- reads --------------------------------------------------------------------------------

    def get(self, kind: Kind[Record], key: keys.Key) -> Record | None:
        """The record as it is now, or None."""
        item = self._table.get(key)
        return _record(kind, item) if item else None

    def get_many(self, kind: Kind[Record], wanted: Iterable[keys.Key]) -> list[Record]:
        """The records that exist among the keys, in any order."""
        return [_record(kind, item) for item in self._table.get_many(wanted)]

    def all(self, kind: Kind[Record], pk: str) -> list[Record]:
        """The records of a partition that they share, by key."""
        return [_record(kind, item) for item in self._table.query(pk)]

    def page(
        self, kind: Kind[Record], name: str, *, after: str, limit: int
    ) -> tuple[list[Record], str]:
        """Records of a list, and behind which place it goes on; their order is the same each time.

        A list in parts is read part by part: a page costs what it shows, not a look into each part.
        """
        start, _, behind = after.partition("/")
        first = int(start) if start.isascii() and start.isdigit() and len(start) < 4 else 0
        found: list[tuple[int, keys.Key, str]] = []
        for part in range(first, kind.parts):
            pk = indexes.part(name, part)
            since = behind if part == first else ""
            entries = self._table.listed("gsi2", pk, after=since, limit=limit - len(found))
            found += [(part, keys.Key(e["pk"], e["sk"]), e["gsi2sk"]) for e in entries]
            if len(found) == limit:
                break
        by_key = {
            kind.key(each): each for each in self.get_many(kind, [key for _, key, _ in found])
        }
        records = [by_key[key] for _, key, _ in found]
        return records, f"{found[-1][0]}/{found[-1][2]}" if found else ""

    def history(
        self, kind: Kind[Record], key: keys.Key, *, before: int | None, limit: int
    ) -> list[Change]:
        """The changes of a record, newest first, from below the version `before`."""
        known = self.get(kind, key)
        newest = known.version if known else 0
        last = min(newest, before - 1) if before is not None else newest
        wanted = range(last, max(0, last - limit - 1), -1)
        items = self._table.get_many(keys.change(kind.name, key, version) for version in wanted)
        by_version = {item["version"]: item for item in items}
        return [_change(by_version, version) for version in wanted[:limit] if version in by_version]

    # -- writes -------------------------------------------------------------------------------

    def store(
        self, kind: Kind[Record], wanted: Record, by: Saved, *, if_version: int | None = None
    ) -> Record:
        """Store a record as its next version, or leave it as it is when nothing would change.

        Raises VersionDiffers, Refusal and NotNow.
        """
        for _ in range(STORE_TRIES):
            known = self.get(kind, kind.key(wanted))
            seen = known.version if known else 0
            if if_version is not None and if_version != seen:
                raise VersionDiffers(seen)
            following = _following(kind, known, wanted)
            if following is known:
                return following
            try:
                self._table.write(self._actions(kind, following, by, _body(following)))
            except ConditionFailed:
                continue
            return following
        raise NotNow(f"{kind.name} {kind.key(wanted).sk} is being changed by many at once")

    def store_all(
        self, kind: Kind[Record], wanted: Mapping[int, Record], by: Saved
    ) -> dict[int, Outcome]:
        """Store rows, by number, each for itself: what is wrong with one harms no other.

        Of several rows with one key only the last is stored. Rows share transactions; where one
        meets another writer, it alone is tried again.
        """
        last = {kind.key(record): row for row, record in wanted.items()}
        outcomes = {
            row: Outcome("refused", reason=f"row {last[kind.key(record)]} has it again")
            for row, record in wanted.items()
            if last[kind.key(record)] != row
        }
        left = {row: record for row, record in wanted.items() if row not in outcomes}
        for _ in range(STORE_TRIES):
            writes = list(self._due(kind, left, by, outcomes))
            lost = {each.row for chunk in _chunks(writes) for each in self._lost(chunk)}
            outcomes |= {w.row: Outcome("stored", w.version) for w in writes if w.row not in lost}
            left = {row: left[row] for row in sorted(lost)}
            if not left:
                break
        busy = Outcome("refused", reason="it is being changed by many at once: send it again")
        return outcomes | dict.fromkeys(left, busy)

    def _due(
        self,
        kind: Kind[Record],
        rows: Mapping[int, Record],
        by: Saved,
        outcomes: dict[int, Outcome],
    ) -> Iterator[_Write]:
        """The writes that the rows need; the outcome of those that need none is noted at once."""
        found = self.get_many(kind, (kind.key(record) for record in rows.values()))
        known = {kind.key(record): record for record in found}
        for row, record in rows.items():
            before = known.get(kind.key(record))
            try:
                following = _following(kind, before, record)
                body = _body(following)
            except Refusal as refusal:
                outcomes[row] = Outcome("refused", reason=refusal.text)
                continue
            if following is before:
                outcomes[row] = Outcome("unchanged", before.version)
                continue
            actions = self._actions(kind, following, by, body)
            yield _Write(row, following.version, len(body), actions)

    def _lost(self, writes: Sequence[_Write]) -> list[_Write]:
        """Do the writes in one transaction if it can be; those that others were faster than."""
        if not writes:
            return []
        try:
            self._table.write([action for each in writes for action in each.actions])
        except ConditionFailed as error:
            hit = {index // 2 for index in error.failed}
            rest = [each for n, each in enumerate(writes) if n not in hit]
            return [*(writes[n] for n in sorted(hit)), *self._lost(rest)]
        except NotNow:
            if len(writes) == 1:
                return [*writes]
            half = len(writes) // 2
            return [*self._lost(writes[:half]), *self._lost(writes[half:])]
        return []

    def _actions(
        self, kind: Kind[Record], record: Record, by: Saved, body: str | bytes
    ) -> list[Action]:
        """The record as its next version, and the trace of it: always two actions."""
        key, (name, place) = kind.key(record), kind.entry(record)
        trace = {
            "kind": "change",
            "version": record.version,
            "at": self._now().isoformat(),
            "actor": by.actor,
            "cause": by.cause,
            "body": body,
        }
        attributes = {
            "kind": kind.name,
            "version": record.version,
            "body": body,
            "gsi2pk": indexes.part(name, indexes.part_of(place, kind.parts)),
            "gsi2sk": place,
        }
        put = (
            self._table.put(key, attributes, unless_exists=True)
            if record.version == 1
            else self._table.put_if(key, attributes, version=record.version - 1)
        )
        return [put, self._table.put(keys.change(kind.name, key, record.version), trace)]


def _following(kind: Kind[Record], known: Record | None, wanted: Record) -> Record:
    """What comes after the record known: itself, when nothing changes. Raises Refusal."""
    if known is None:
        return replace(kind.onto(wanted, wanted), version=1)
    following = replace(kind.onto(known, wanted), version=known.version)
    return known if following == known else replace(following, version=known.version + 1)


def _body(record: msgspec.Struct) -> str | bytes:
    body = packed(msgspec.json.encode(record))
    if len(body) > LARGEST:
        raise Refusal("too_large", f"It takes {len(body)} bytes; {LARGEST} are the most.")
    return body


def _record(kind: Kind[Record], item: Mapping[str, Any]) -> Record:
    return msgspec.json.decode(unpacked(item["body"]), type=kind.type)


def _change(by_version: Mapping[int, Mapping[str, Any]], version: int) -> Change:
    item, before = by_version[version], by_version.get(version - 1)
    return Change(
        version,
        item["at"],
        item["actor"],
        item["cause"],
        msgspec.json.decode(unpacked(before["body"])) if before else None,
        msgspec.json.decode(unpacked(item["body"])),
    )


def _chunks(writes: Iterable[_Write]) -> Iterator[list[_Write]]:
    """The writes in as few transactions as DynamoDB takes."""
    chunk: list[_Write] = []
    size = 0
    for each in writes:
        if chunk and (2 * len(chunk) + 2 > MOST_ACTIONS or size + each.size > MOST_AT_ONCE):
            yield chunk
            chunk, size = [], 0
        chunk.append(each)
        size += each.size
    if chunk:
        yield chunk
