"""The log of all aggregates as it is stored: events by their numbers, or by when they were made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from oms.core.refusals import Unknown
from oms_aws.platform import indexes, keys
from oms_aws.platform.table import Table

Item = dict[str, Any]


class Part(NamedTuple):
    """A part of what happened on a day, in UTC."""

    day: str
    shard: str


class DynamoHistory:
    """Events as items of the table, of every kind of aggregate."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def numbered(self, aggregate: str, first: int, last: int) -> list[Item]:
        """An aggregate's events with these sequence numbers; raises Unknown when one is missing."""
        wanted = [keys.event(aggregate, number) for number in range(first, last + 1)]
        found = sorted(self._table.get_many(wanted), key=lambda item: int(item["sequence"]))
        if len(found) < len(wanted):
            text = f"{aggregate} has not all events from {first} to {last}."
            raise Unknown("event_unknown", text)
        return found

    def made(
        self, part: Part, since: datetime, until: datetime, *, after: str, limit: int
    ) -> tuple[list[Item], str]:
        """Events of a part that were made in a time, and behind which of its entries to go on.

        Ids begin with their time (a UUID of version 7), so that a part is in order of time.
        """
        entries = list(
            self._table.listed(
                "gsi1",
                indexes.events_on(*part),
                after=after or _place(since),
                until=_place(until + timedelta(milliseconds=1)),
                limit=limit,
            )
        )
        items = self._table.get_many(keys.Key(each["pk"], each["sk"]) for each in entries)
        return items, entries[-1]["gsi1sk"] if len(entries) == limit else ""


def parts(since: datetime, until: datetime) -> Iterator[Part]:
    """Every part of the days of a time; both ends are in UTC."""
    day = since.date()
    while day <= until.date():
        yield from (Part(day.isoformat(), shard) for shard in indexes.EVENT_SHARDS)
        day += timedelta(days=1)


def _place(at: datetime) -> str:
    """Beginning of the ids of a time."""
    return f"evt_{int(at.timestamp() * 1000):012x}"
