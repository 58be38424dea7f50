"""Containers that tell of their changes, for the emulator's stores."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any


class Watched(dict[Any, Any]):
    """A dict that tells of each value put into it, with the one before."""

    def __init__(
        self,
        held: dict[Any, Any],
        tell: Callable[[Any, Any, Any], None],
        wrap: Callable[[Any, Any], Any] = lambda key, value: value,
    ) -> None:
        super().__init__({key: wrap(key, value) for key, value in held.items()})
        self._tell, self._wrap = tell, wrap

    def __setitem__(self, key: Any, value: Any) -> None:
        before, after = self.get(key), self._wrap(key, value)
        super().__setitem__(key, after)
        self._tell(key, before, after)

    def setdefault(self, key: Any, default: Any = None) -> Any:
        if key not in self:
            self[key] = default
        return self[key]

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[Any, Any]:
        return {key: copy.deepcopy(value, memo) for key, value in list(self.items())}


class Tail(list[Any]):
    """A list that tells of what is appended, with the place that it has."""

    def __init__(self, held: Iterable[Any], tell: Callable[[int, Any], None]) -> None:
        super().__init__(held)
        self._tell = tell

    def append(self, value: Any) -> None:
        super().append(value)
        self._tell(len(self) - 1, value)

    def __deepcopy__(self, memo: dict[int, Any]) -> list[Any]:
        return [copy.deepcopy(value, memo) for value in list(self)]


class Messages(list[Any]):
    """The messages of a queue, which tell when they come and when they go."""

    def __init__(
        self,
        held: Iterable[Any],
        come: Callable[[Any], None],
        gone: Callable[[Any], None],
    ) -> None:
        super().__init__(held)
        self._come, self._gone = come, gone

    def append(self, value: Any) -> None:
        super().append(value)
        self._come(value)

    def remove(self, value: Any) -> None:
        super().remove(value)
        self._gone(value)

    def clear(self) -> None:
        self.keep([])

    def keep(self, kept: list[Any]) -> None:
        """Let go of all but these."""
        staying = {id(message) for message in kept}
        for message in list(self):
            if id(message) not in staying:
                self.remove(message)

    def __deepcopy__(self, memo: dict[int, Any]) -> list[Any]:
        return [copy.deepcopy(value, memo) for value in list(self)]


class Queue(dict[str, Any]):
    """A queue whose list of messages is changed, never exchanged for another."""

    def __setitem__(self, key: str, value: Any) -> None:
        held = self.get("messages")
        if key == "messages" and isinstance(held, Messages):
            held.keep(value)
        else:
            super().__setitem__(key, value)

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Any]:
        return {key: copy.deepcopy(value, memo) for key, value in list(self.items())}
