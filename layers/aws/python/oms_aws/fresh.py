"""What may be a little old: master data that a process reads over and over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

Value = TypeVar("Value")


class Fresh:
    """Values kept for a while after they were read; what was not found is not kept."""

    def __init__(self, now: Callable[[], datetime], *, seconds: int) -> None:
        self._now = now
        self._lives = timedelta(seconds=seconds)
        self._kept: dict[str, tuple[datetime, Any]] = {}

    def get(self, name: str, read: Callable[[], Value]) -> Value:
        """The value of that name, read again when it is too old. Raises what `read` raises."""
        now = self._now()
        if name in self._kept:
            until, value = self._kept[name]
            if now < until:
                return value  # type: ignore[no-any-return]
        value = read()
        if value is not None:
            self._kept[name] = (now + self._lives, value)
        return value
