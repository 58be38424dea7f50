"""Seals: one hash a day that speaks for every event of the day, and through them for documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from msgspec import Struct

from oms.core import merkle
from oms.core.events import GENESIS
from oms.records.breach import Breach


class Entry(Struct, frozen=True, order=True):
    """An event of the day: its id, and the hash that it has in its aggregate's chain."""

    event: str
    hash: str

    @property
    def leaf(self) -> bytes:
        return f"{self.event} {self.hash}".encode()


class Seal(Struct, frozen=True, kw_only=True):
    """Seal of a day (in UTC) in the archive: all its events, and the root of their Merkle tree.

    `chain` is the hash over the day, the root and the chain of the seal before, so that no day can
    be taken out. An event's hash covers its data, so the root covers the SHA-256 that
    `Document.Archived` gives of a document's file.
    """

    day: date
    entries: tuple[Entry, ...]
    root: str
    chain: str


def sealed(day: date, entries: Iterable[Entry], previous: str = GENESIS) -> Seal:
    """The seal of a day, whatever the order in which its events are found."""
    found = tuple(sorted(set(entries)))
    top = merkle.root([entry.leaf for entry in found])
    return Seal(day=day, entries=found, root=top, chain=linked(day, top, previous))


def linked(day: date, root: str, previous: str) -> str:
    """The chain value of a seal."""
    return merkle.root([f"{day} {root} {previous}".encode()])


def due(last: date | None, now: datetime) -> date | None:
    """The day that is to be sealed next, once it has been over for an hour; None if none is.

    The first seal is that of the day before.
    """
    latest = date.fromordinal(now.date().toordinal() - (1 if now.hour >= 1 else 2))
    following = date.fromordinal(last.toordinal() + 1) if last else latest
    return following if following <= latest else None


def unaltered(seals: Iterable[Seal], events: Mapping[date, Iterable[Entry]]) -> Iterator[Breach]:
    """Breaches where days are not as they were sealed; what was altered first comes first.

    `seals` come by day; `events` are those that are there now, of each day.
    """
    previous, after = GENESIS, None
    for seal in seals:
        where = f"seal {seal.day}"
        if after and seal.day.toordinal() != after.toordinal() + 1:
            yield Breach(where, f"there is no seal between {after} and it")
        if seal.root != merkle.root([entry.leaf for entry in seal.entries]):
            yield Breach(where, "its root is not that of its entries")
        if seal.chain != linked(seal.day, seal.root, previous):
            yield Breach(where, "it does not follow from the seal before")
        yield from _differences(where, seal, {e.event: e.hash for e in events.get(seal.day, ())})
        previous, after = seal.chain, seal.day


def _differences(where: str, seal: Seal, now: dict[str, str]) -> Iterator[Breach]:
    then = {entry.event: entry.hash for entry in seal.entries}
    for event in sorted(then.keys() | now.keys()):
        if event not in now:
            yield Breach(where, f"the event {event} is gone")
        elif event not in then:
            yield Breach(where, f"the event {event} came after the day was sealed")
        elif now[event] != then[event]:
            yield Breach(where, f"the event {event} was altered")
        else:
            continue
        return
