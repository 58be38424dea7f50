"""A cache of what may be a little old: master data that a process reads over and over."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

Value = TypeVar("Value")


class TtlCache:
    """Values kept for a while after they were read; `get` keeps nothing that was not found."""

    def __init__(self, now: Callable[[], datetime], *, seconds: int) -> None:
        self._now = now
        self._lives = timedelta(seconds=seconds)
        self._kept: dict[str, tuple[datetime, Any]] = {}

    def still(self, names: Iterable[str]) -> dict[str, Any]:
        """The values that are there and not too old, by name; all as of one moment."""
        oldest = self._now() - self._lives
        kept = {name: self._kept[name] for name in names if name in self._kept}
        return {name: value for name, (at, value) in kept.items() if at > oldest}

    def keep(self, name: str, value: Any) -> None:
        """Keep a value that was just read; None too, as what is not there."""
        self._kept[name] = (self._now(), value)

    def drop(self, name: str) -> None:
        """Keep a value no longer."""
        self._kept.pop(name, None)

    def get(self, name: str, read: Callable[[], Value], *, since: datetime | None = None) -> Value:
        """The value of that name, read again when it is too old, or was read before `since`.

        Raises what `read` raises.
        """
        now = self._now()
        if name in self._kept:
            at, value = self._kept[name]
            if now - at < self._lives and (since is None or since <= at):
                return value  # type: ignore[no-any-return]
        value = read()
        if value is not None:
            self._kept[name] = (now, value)
        return value
