"""The log of an aggregate: events in order, each chained to the one before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from oms.core.events import DomainEvent, LogEntry, chained
from oms.core.pseudonyms import Vault
from oms.core.refusals import Broken, Unknown
from oms_aws.platform import indexes, keys
from oms_aws.platform.attributes import packed, unpacked
from oms_aws.platform.table import Action, Table
from oms_aws.platform.vaults import NO_VAULT, stored_vault, vaults


class Saved(NamedTuple):
    """Who caused a change, and by what; `also` are writes that belong to the same transaction."""

    actor: str
    cause: str
    also: tuple[Action, ...] = ()


class VersionDiffers(Exception):
    """If-Match named another version than is stored."""

    def __init__(self, version: int) -> None:
        super().__init__(f"it is at version {version}")
        self.version = version


class Place(NamedTuple):
    """Where the log of an aggregate ends: the number and the hash of its last event."""

    aggregate: str
    shop: str
    sequence: int
    hash: str

    def behind(self, entries: Sequence[LogEntry]) -> tuple[int, str]:
        """Number and hash of the last event once these are written."""
        return (entries[-1].sequence, entries[-1].hash) if entries else (self.sequence, self.hash)


def entries_of(
    events: Iterable[DomainEvent],
    place: Place,
    by: Saved,
    *,
    at: datetime,
    new_id: Callable[[str], str],
) -> list[LogEntry]:
    """The entries that keep an aggregate's events, chained to the end of its log."""
    entries: list[LogEntry] = []
    for event in events:
        sequence, last = place.behind(entries)
        entry = LogEntry(
            id=new_id("evt"),
            type=str(type(event).__struct_config__.tag),
            aggregate=place.aggregate,
            shop=place.shop,
            sequence=sequence + 1,
            at=at,
            actor=by.actor,
            cause=by.cause,
            format=event.newest(),
            data=written(event),
        )
        entries.append(chained(entry, last))
    return entries


def written(event: DomainEvent) -> msgspec.Raw:
    """An event as it is written down."""
    return msgspec.Raw(msgspec.json.encode(event))


def event_action(table: Table, event: LogEntry, *, texts: int = 0) -> Action:
    """The action that adds an event to its aggregate's log, never over another one.

    `texts` is how many its vault has with it.
    """
    return table.put(
        keys.event(event.aggregate, event.sequence),
        {
            "kind": "event",
            "id": event.id,
            "type": event.type,
            "aggregate": event.aggregate,
            "shop": event.shop,
            "sequence": event.sequence,
            "at": event.at.isoformat(),
            "actor": event.actor,
            "cause": event.cause,
            "hash": event.hash,
            "format": event.format,
            "texts": texts,
            "data": packed(bytes(event.data)),
            "facts": msgspec.json.encode(small_facts(bytes(event.data))).decode(),
            "gsi1pk": indexes.events_on(f"{event.at.astimezone(UTC):%Y-%m-%d}", event.id[-1]),
            "gsi1sk": f"{event.id}#{event.hash}",
        },
        unless_exists=True,
    )


def read_log(
    table: Table, aggregate: str, *, after: int = 0, limit: int | None = None
) -> Iterator[LogEntry]:
    """The events of an aggregate in order, behind the sequence number `after`."""
    start = keys.event(aggregate, after)
    items = table.query(
        start.pk, sk_prefix=keys.EVENTS, after=start.sk if after else "", limit=limit
    )
    return (stored_event(item) for item in items)


def read_event(table: Table, aggregate: str, sequence: int) -> LogEntry:
    """The event of an aggregate with this sequence number, with what its vault knows of it.

    Raises Unknown, and Broken where the vault is not whole.
    """
    key, vault = keys.event(aggregate, sequence), keys.vault(aggregate)
    found = {item["sk"]: item for item in table.get_many([key, vault])}
    if key.sk not in found:
        raise Unknown("event_unknown", f"{aggregate} has no event {sequence}.")
    event, texts = stored_event(found[key.sk]), found[key.sk].get("texts", 0)
    known = stored_vault(found[vault.sk]) if vault.sk in found else NO_VAULT
    if not known.has(texts):  # both were read at once, not at one time
        known = vaults(table, [vault])[vault]
        if not known.has(texts):
            raise Broken(f"{aggregate}: the vault has lost texts")
    return told(event, known)


def told(entry: LogEntry, vault: Vault) -> LogEntry:
    """The entry with what its pseudonyms stand for."""
    return msgspec.structs.replace(entry, data=msgspec.Raw(vault.shown(bytes(entry.data))))


def stored_event(item: dict[str, Any]) -> LogEntry:
    """The event in a table item."""
    return LogEntry(
        id=item["id"],
        type=item["type"],
        aggregate=item["aggregate"],
        shop=item["shop"],
        sequence=item["sequence"],
        at=datetime.fromisoformat(item["at"]),
        actor=item["actor"],
        cause=item["cause"],
        format=item.get("format", 1),
        data=msgspec.Raw(unpacked(item["data"])),
        hash=item["hash"],
    )


def small_facts(data: bytes) -> dict[str, Any]:
    """What of an event's data is small enough to travel: scalars, and the ids of what is nested."""
    facts: dict[str, Any] = {}
    for name, value in msgspec.json.decode(data).items():
        if isinstance(value, dict) and isinstance(value.get("id"), str):
            facts[name] = value["id"]
        elif isinstance(value, bool | int) or (isinstance(value, str) and len(value) <= 256):
            facts[name] = value
    return facts
