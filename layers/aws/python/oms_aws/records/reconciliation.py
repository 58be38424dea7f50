"""Protocols in the archive of where table and archive had parted, and what was made of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from hashlib import sha256
from typing import Protocol as Shape

import msgspec
from msgspec import Struct

from oms.records.seal import Entry

FOLDER = "reconciliations/"


class Difference(Struct, frozen=True, order=True):
    """One thing that table and archive say differently, and what was made of it."""

    where: str
    what: str
    done: str


class Lost(Struct, frozen=True):
    """Events of a sealed day that a restored table does not have."""

    day: date
    entries: tuple[Entry, ...]


class Protocol(Struct, frozen=True, kw_only=True):
    """Protocol of a reconciliation, for whoever asks later: it lies locked in the archive.

    `logs` are the archived logs of what the table tells otherwise since it was restored.
    """

    at: datetime
    differences: tuple[Difference, ...]
    logs: tuple[str, ...] = ()
    lost: tuple[Lost, ...] = ()


class Reading(Shape):
    """An archive that can be read."""

    def read(self, key: str) -> bytes | None: ...
    def keys(self, folder: str) -> Iterable[str]: ...


class Parted:
    """Differences that earlier reconciliations have explained: nobody is told of them again."""

    def __init__(self, archive: Reading) -> None:
        self.named: set[tuple[str, str]] = set()
        self.logs: set[str] = set()
        self._lost: dict[date, set[Entry]] = defaultdict(set)
        for protocol in _protocols(archive):
            self.named |= {(each.where, each.what) for each in protocol.differences}
            self.logs |= set(protocol.logs)
            for each in protocol.lost:
                self._lost[each.day] |= set(each.entries)

    def events(self, day: date) -> set[Entry]:
        """The events of a day that a restore has lost."""
        return self._lost.get(day, set())


def _protocols(archive: Reading) -> Iterator[Protocol]:
    """Those that are as they were archived."""
    for key in archive.keys(FOLDER):
        content = archive.read(key) or b""
        if sha256(content).hexdigest() in key:
            yield msgspec.json.decode(content, type=Protocol)
