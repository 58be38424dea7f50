"""Does many things at once, a bounded number at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


async def each(items: Iterable[T], act: Callable[[T], Awaitable[R]], width: int = 8) -> list[R]:
    """Act on every item, at most `width` at a time; results come in the order of completion.

    Items are drawn only when a hand is free. The first exception stops the rest and is raised.
    """
    source = iter(items)
    results: list[R] = []

    async def work() -> None:
        for item in source:
            results.append(await act(item))

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(width):
                group.create_task(work())
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return results
