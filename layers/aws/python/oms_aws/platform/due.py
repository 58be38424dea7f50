"""Due things in DynamoDB: found by their time in a sparse index, and handed on once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from oms_aws.platform import indexes, keys
from oms_aws.platform.table import Table

AGAIN_AFTER = timedelta(hours=6)
"""What was handed on and still is due has failed, and is a dead letter: it is tried this often."""

SHARDS = range(indexes.DUE_SHARDS)
"""The parts of the index."""

NOTED_AT_ONCE = 50


class Overdue(NamedTuple):
    """An aggregate with something due; `at` is when the earliest of it was."""

    aggregate: str
    at: str


class Page(NamedTuple):
    """Due entries of a part of the index, and the entry behind which the rest of it begins."""

    due: list[Overdue]
    behind: dict[str, str] | None


class DynamoDue:
    """Due times of all aggregates, for the clock."""

    def __init__(self, table: Table, now: Callable[[], datetime]) -> None:
        self._table = table
        self._now = now

    def overdue(self, shard: int, *, behind: Mapping[str, str] | None, limit: int) -> Page:
        """Of the next entries of a part that are due by now, the longest overdue first, those that
        were not handed on of late; `limit` entries are looked at."""
        items = list(
            self._table.listed(
                "gsi3",
                indexes.due_in(shard),
                until=indexes.due_at(self._now()),
                behind=behind,
                limit=limit,
            )
        )
        due = [Overdue(_aggregate(item["pk"]), item["gsi3sk"]) for item in items]
        late = self._handed_on_of_late(due)
        names = ("pk", "sk", "gsi3pk", "gsi3sk")
        rest = {name: items[-1][name] for name in names} if len(items) == limit else None
        return Page([each for each in due if keys.raised(*each) not in late], rest)

    def handed_on(self, due: Sequence[Overdue]) -> None:
        """Note that steps have been woken for them."""
        now = self._now()
        attributes = {
            "raised_at": indexes.due_at(now),
            "expires": int((now + AGAIN_AFTER).timestamp()),
        }
        for start in range(0, len(due), NOTED_AT_ONCE):
            some = due[start : start + NOTED_AT_ONCE]
            self._table.write([self._table.put(keys.raised(*each), attributes) for each in some])

    def _handed_on_of_late(self, due: list[Overdue]) -> set[keys.Key]:
        limit = indexes.due_at(self._now() - AGAIN_AFTER)
        items = self._table.get_many(keys.raised(*each) for each in due)
        return {keys.Key(item["pk"], item["sk"]) for item in items if item["raised_at"] > limit}


def _aggregate(pk: str) -> str:
    """`ORDER#ord_1` -> `order/ord_1`."""
    kind, _, id = pk.partition("#")
    return f"{kind.lower()}/{id}"
