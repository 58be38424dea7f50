"""Shelf: items of a scan, put away on disk, so that memory is bounded however many there are."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

import msgspec

Value = TypeVar("Value")

MEMORY = -20_000
"""What SQLite may keep in memory, in KiB, as it wants it said."""

_TABLES = """
CREATE TABLE items (kind TEXT, id TEXT, body BLOB, PRIMARY KEY (kind, id)) WITHOUT ROWID;
CREATE TABLE days (day TEXT, event TEXT, hash TEXT);
"""


class Shelf:
    """Items by kind and id, and the hashes of events by their day; gone with the object.

    `reading` says which item was handed out last.
    """

    def __init__(self) -> None:
        self._db = sqlite3.connect("")  # a temporary file, which SQLite writes once memory is full
        self._db.executescript(f"PRAGMA cache_size = {MEMORY}; PRAGMA journal_mode = OFF;")
        self._db.executescript("PRAGMA synchronous = OFF;" + _TABLES)
        self._by_day = False
        self.reading = ""

    def put(self, kind: str, id: str, item: Mapping[str, Any]) -> None:
        """Put an item away; it takes the place of one with the same id."""
        body = msgspec.msgpack.encode(item)
        self._db.execute("INSERT OR REPLACE INTO items VALUES (?, ?, ?)", (kind, id, body))

    def get(self, kind: str, id: str) -> dict[str, Any] | None:
        """The item with that id."""
        self.reading = id
        asked = "SELECT body FROM items WHERE kind = ? AND id = ?"
        found = self._db.execute(asked, (kind, id)).fetchone()
        return msgspec.msgpack.decode(found[0]) if found else None

    def under(self, kind: str, prefix: str) -> Iterator[dict[str, Any]]:
        """The items whose ids begin so, in order."""
        self.reading = prefix
        asked = "SELECT body FROM items WHERE kind = ? AND id >= ? AND id < ? ORDER BY id"
        for (body,) in self._db.execute(asked, (kind, prefix, prefix + "\U0010ffff")):
            yield msgspec.msgpack.decode(body)

    def ids(self, kind: str) -> Iterator[str]:
        """The ids of a kind, in order."""
        asked = "SELECT id FROM items WHERE kind = ? ORDER BY id"
        for (id,) in self._db.execute(asked, (kind,)):
            yield id

    def count(self, kind: str) -> int:
        """Number of the items of a kind."""
        asked = "SELECT COUNT(*) FROM items WHERE kind = ?"
        return int(self._db.execute(asked, (kind,)).fetchone()[0])

    def happened(self, day: str, event: str, hash: str) -> None:
        """Note an event of a day."""
        self._db.execute("INSERT INTO days VALUES (?, ?, ?)", (day, event, hash))

    def on(self, day: str) -> Iterator[tuple[str, str]]:
        """The events of a day, and their hashes."""
        if not self._by_day:
            self._db.execute("CREATE INDEX by_day ON days (day)")
            self._by_day = True
        yield from self._db.execute("SELECT event, hash FROM days WHERE day = ?", (day,))


class Kept(Mapping[str, Value], Generic[Value]):
    """The items of a kind as what they are, each made anew when it is asked for."""

    def __init__(self, shelf: Shelf, kind: str, made: Callable[[dict[str, Any]], Value]) -> None:
        self._shelf = shelf
        self._kind = kind
        self._made = made

    def __getitem__(self, id: str) -> Value:
        item = self._shelf.get(self._kind, id)
        if item is None:
            raise KeyError(id)
        return self._made(item)

    def __iter__(self) -> Iterator[str]:
        return self._shelf.ids(self._kind)

    def __len__(self) -> int:
        return self._shelf.count(self._kind)
