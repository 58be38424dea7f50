"""Master data in DynamoDB: one way to store, list and look back, for everything that is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from oms.core.pseudonyms import Vault
from oms.core.refusals import Broken, NotNow, Refusal
from oms_aws.master.kinds import Kind, Record
from oms_aws.platform import indexes, keys
from oms_aws.platform.attributes import packed, unpacked
from oms_aws.platform.log import Saved, VersionDiffers
from oms_aws.platform.table import MOST_ACTIONS, Action, ConditionFailed, Table
from oms_aws.platform.vaults import NO_VAULT, erased_vault, new_vault, stored_vault, vault_action

STORE_TRIES = 5
MOST_VALUES = 1_000
"""Texts that a record's vault has: what was changed long ago is blank in its history then."""
LARGEST = 300_000
"""Bytes that a record has at most in the table, where an item has 400 KB."""

MOST_AT_ONCE = 1_000_000
"""Bytes of one transaction's records; with their history they stay below its limit of 4 MB."""


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


class _Known(NamedTuple, Generic[Record]):
    """A record as it was read, with its vault."""

    record: Record
    vault: Vault


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
        known = self._known(kind, key)
        return known.record if known else None

    def get_many(self, kind: Kind[Record], wanted: Iterable[keys.Key]) -> list[Record]:
        """The records that exist among the keys, in any order."""
        return [known.record for known in self._known_of(kind, wanted)]

    def _known(self, kind: Kind[Record], key: keys.Key) -> _Known[Record] | None:
        if kind.personal:
            return next(self._known_of(kind, [key]), None)
        item = self._table.get(key)
        return _Known(_record(kind, item, NO_VAULT), NO_VAULT) if item else None

    def _known_of(self, kind: Kind[Record], wanted: Iterable[keys.Key]) -> Iterator[_Known[Record]]:
        """The records among the keys with their vaults, read at once though not at one time."""
        records: list[keys.Key] = [*dict.fromkeys(wanted)]
        beside: list[keys.Key] = [keys.vault_beside(key) for key in records if kind.personal]
        found = {keys.Key(i["pk"], i["sk"]): i for i in self._table.get_many([*records, *beside])}
        for key in (key for key in records if key in found):
            item = found.get(keys.vault_beside(key)) if kind.personal else None
            vault = stored_vault(item) if item else NO_VAULT
            texts = found[key].get("texts", 0)
            if len(vault.values) < texts:  # the record is newer than the vault was
                item = self._table.get(keys.vault_beside(key))
                vault = stored_vault(item) if item else NO_VAULT
                if len(vault.values) < texts:
                    raise Broken(f"{kind.name} {key.pk}: the vault has lost texts")
            yield _Known(_record(kind, found[key], vault), vault)

    def all(self, kind: Kind[Record], pk: str) -> list[Record]:
        """The records of a partition that they share, by key."""
        return [_record(kind, item, NO_VAULT) for item in self._table.query(pk)]

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
        known = self._known(kind, key)
        newest = known.record.version if known else 0
        vault = known.vault if known else NO_VAULT
        last = min(newest, before - 1) if before is not None else newest
        wanted = range(last, max(0, last - limit - 1), -1)
        items = self._table.get_many(keys.change(kind.name, key, version) for version in wanted)
        by_version = {item["version"]: item for item in items}
        there = (version for version in wanted[:limit] if version in by_version)
        return [_change(by_version, version, vault) for version in there]

    # -- writes -------------------------------------------------------------------------------

    def store(
        self, kind: Kind[Record], wanted: Record, by: Saved, *, if_version: int | None = None
    ) -> Record:
        """Store a record as its next version, or leave it as it is when nothing would change.

        Raises VersionDiffers, Refusal and NotNow.
        """
        for _ in range(STORE_TRIES):
            known = self._known(kind, kind.key(wanted))
            before = known.record if known else None
            seen = before.version if before else 0
            if if_version is not None and if_version != seen:
                raise VersionDiffers(seen)
            following = _following(kind, before, wanted)
            if following is before:
                return following
            vault = known.vault if known else NO_VAULT
            try:
                self._table.write(self._actions(kind, following, by, vault))
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
        found = self._known_of(kind, (kind.key(record) for record in rows.values()))
        seen = {kind.key(known.record): known for known in found}
        for row, record in rows.items():
            known = seen.get(kind.key(record))
            before, vault = known if known else (None, NO_VAULT)
            try:
                following = _following(kind, before, record)
                size = len(_body(following))
            except Refusal as refusal:
                outcomes[row] = Outcome("refused", reason=refusal.text)
                continue
            if following is before:
                outcomes[row] = Outcome("unchanged", before.version)
                continue
            actions = self._actions(kind, following, by, vault)
            yield _Write(row, following.version, size, actions)

    def _lost(self, writes: Sequence[_Write]) -> list[_Write]:
        """Do the writes in one transaction if it can be; those that others were faster than."""
        if not writes:
            return []
        try:
            self._table.write([action for each in writes for action in each.actions])
        except ConditionFailed as error:
            owners = [n for n, each in enumerate(writes) for _ in each.actions]
            hit = {owners[index] for index in error.failed}
            rest = [each for n, each in enumerate(writes) if n not in hit]
            return [*(writes[n] for n in sorted(hit)), *self._lost(rest)]
        except NotNow:
            if len(writes) == 1:
                return [*writes]
            half = len(writes) // 2
            return [*self._lost(writes[:half]), *self._lost(writes[half:])]
        return []

    def _actions(self, kind: Kind[Record], record: Record, by: Saved, vault: Vault) -> list[Action]:
        """The record as its next version, the trace of it, and its vault if that knows more."""
        key, (name, place) = kind.key(record), kind.entry(record)
        hidden, after = self._hidden(kind, record, vault)
        beside = keys.vault_beside(key)
        keeping: list[Action] = []
        if after is not vault:
            keeping.append(vault_action(self._table, beside, after))
        body = _body(hidden)
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
            "texts": len(after.values),
        }
        if not kind.gone(record):
            attributes["gsi2pk"] = indexes.part(name, indexes.part_of(place, kind.parts))
            attributes["gsi2sk"] = place
        put = (
            self._table.put(key, attributes, unless_exists=True)
            if record.version == 1
            else self._table.put_if(key, attributes, version=record.version - 1)
        )
        tracing = self._table.put(keys.change(kind.name, key, record.version), trace)
        return [put, tracing, *keeping]

    def _hidden(self, kind: Kind[Record], record: Record, vault: Vault) -> tuple[Record, Vault]:
        """A record as the table has it, and the vault that it leaves: an erased one, if it goes."""
        if not kind.personal:
            return record, vault
        known = new_vault() if vault.erased or vault is NO_VAULT else vault
        hidden, after = known.hidden(record)
        if kind.gone(record):
            return hidden, erased_vault(self._now())
        return hidden, after.newest(MOST_VALUES, msgspec.json.encode(hidden))


def _following(kind: Kind[Record], known: Record | None, wanted: Record) -> Record:
    """What comes after the record known: itself, when nothing changes. Raises Refusal."""
    if known is None:
        return replace(kind.onto(wanted, wanted), version=1)
    onto = wanted if kind.gone(known) else known
    following = replace(kind.onto(onto, wanted), version=known.version)
    return known if following == known else replace(following, version=known.version + 1)


def _body(record: msgspec.Struct) -> str | bytes:
    body = packed(msgspec.json.encode(record))
    if len(body) > LARGEST:
        raise Refusal("too_large", f"It takes {len(body)} bytes; {LARGEST} are the most.")
    return body


def _record(kind: Kind[Record], item: Mapping[str, Any], vault: Vault) -> Record:
    return msgspec.json.decode(vault.shown(unpacked(item["body"])), type=kind.type)


def _change(by_version: Mapping[int, Mapping[str, Any]], version: int, vault: Vault) -> Change:
    item, before = by_version[version], by_version.get(version - 1)
    return Change(
        version,
        item["at"],
        item["actor"],
        item["cause"],
        msgspec.json.decode(vault.shown(unpacked(before["body"]))) if before else None,
        msgspec.json.decode(vault.shown(unpacked(item["body"]))),
    )


def _chunks(writes: Iterable[_Write]) -> Iterator[list[_Write]]:
    """The writes in as few transactions as DynamoDB takes."""
    chunk: list[_Write] = []
    size = 0
    for each in writes:
        if chunk and (3 * len(chunk) + 3 > MOST_ACTIONS or size + each.size > MOST_AT_ONCE):
            yield chunk
            chunk, size = [], 0
        chunk.append(each)
        size += each.size
    if chunk:
        yield chunk
