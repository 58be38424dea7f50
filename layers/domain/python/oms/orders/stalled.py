"""Waits for ourselves: when the clock sends on what did not go on by itself, and how often."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from oms.core.values import Waiting
from oms.orders.deadlines import Stalled

OURSELVES = "auftakt"
EARLY = timedelta(minutes=10)
"""So long before the deadline of a wait it is sent on."""

STEP = timedelta(minutes=5)
"""The clock strikes as often: a due time in between would only be written more often."""

AGAIN_AFTER = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
"""How long the next attempt waits after each; the last one repeats."""


def due_at(
    waiting: Iterable[Waiting], stalled: Stalled | None, changed_at: datetime | None
) -> datetime | None:
    """Time to send on what waits for us, None when nothing does.

    Whatever has happened since it was sent on begins a new wait.
    """
    times = [each.until for each in waiting if each.party == OURSELVES]
    if not times:
        return None
    if stalled and not (changed_at and changed_at > stalled.at):
        return stalled.at + AGAIN_AFTER[min(stalled.times, len(AGAIN_AFTER)) - 1]
    early = min(times) - EARLY
    over = (early - datetime.min.replace(tzinfo=UTC)) % STEP
    return early + (STEP - over if over else timedelta(0))


def late(waiting: Iterable[Waiting], at: datetime) -> tuple[str, ...]:
    """Causes for which it waits for us although it should have gone on, each once."""
    causes = (w.cause for w in waiting if w.party == OURSELVES and w.until - EARLY <= at)
    return tuple(dict.fromkeys(causes))


def counted(before: Stalled | None, changed_at: datetime | None, at: datetime) -> Stalled:
    """Record of sending it on at a time, and how often on end that was so."""
    went_on = before is None or (changed_at is not None and changed_at > before.at)
    return Stalled(at, 1 if went_on or before is None else before.times + 1)
