"""Formats: how states and events are written down, by number, and how older ones are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import msgspec

Value = TypeVar("Value")
Upgrade = Callable[[dict[str, Any]], dict[str, Any]]
"""Makes plain JSON values of the next format of those of one."""


def unchanged(plain: dict[str, Any]) -> dict[str, Any]:
    """The next format of values that had a field less, whose default says what that meant."""
    return plain


class Formats(Generic[Value]):
    """Formats of a value in JSON: the newest, which is written, and all that were before it.

    A format gets a number of its own, from 1, whenever fields are added or change their meaning;
    each of the `upgrades` makes the next one. Code that meets a newer format than it knows ignores
    what it does not know, and carries that along when it writes (`carried`).
    """

    def __init__(self, type: Any, *upgrades: Upgrade) -> None:
        self.type = type
        self.newest = len(upgrades) + 1
        self._decode = msgspec.json.Decoder(type).decode
        self.upgrades = upgrades

    def read(self, body: bytes, format: int) -> Value:
        """The value of a body in a format; raises msgspec.DecodeError for what is none.

        Of a format that is newer than what is known here, it has what both have.
        """
        return self._decode(upgraded(body, format, self.upgrades))  # type: ignore[no-any-return]


def upgraded(body: bytes, format: int, upgrades: Sequence[Upgrade]) -> bytes:
    """A body of JSON in the newest format, from that of a number."""
    if format > len(upgrades):
        return body
    plain = msgspec.json.decode(body)
    for upgrade in upgrades[format - 1 :]:
        plain = upgrade(plain)
    return msgspec.json.encode(plain)


def carried(read: bytes, known: bytes, now: bytes) -> bytes:
    """JSON as it is to be written by code that does not know all of what it had read.

    `read` is what was found, `known` is that as this code writes it down, and `now` what it makes
    of it. Fields that are in `read` alone are kept, wherever what they are in is still there:
    entries of a list are the same by their `id` or `number`, or else by their place.
    """
    return msgspec.json.encode(_carried(*map(msgspec.json.decode, (read, known, now))))


def _carried(read: Any, known: Any, now: Any) -> Any:
    if isinstance(read, dict) and isinstance(known, dict) and isinstance(now, dict):
        unknown = {name: read[name] for name in read if name not in known and name not in now}
        both = {n: _carried(read.get(n), known.get(n), value) for n, value in now.items()}
        return both | unknown
    if isinstance(read, list) and isinstance(known, list) and isinstance(now, list):
        pairs = zip(read, known, strict=True)
        was = {_entry(place, found): (found, seen) for place, (found, seen) in enumerate(pairs)}
        nothing = (None, None)
        return [_carried(*was.get(_entry(n, each), nothing), each) for n, each in enumerate(now)]
    return now


def _entry(place: int, value: Any) -> Any:
    """What an entry of a list is known by."""
    if isinstance(value, dict):
        return value.get("id") or value.get("number") or place
    return place
