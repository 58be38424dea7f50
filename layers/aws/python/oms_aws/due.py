"""Due things in DynamoDB: found by their time in a sparse index, and handed on once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from oms_aws import keys
from oms_aws.table import Table

AGAIN_AFTER = timedelta(hours=6)
"""What was handed on and still is due has failed, and is a dead letter: it is tried this often."""

AT_ONCE = 100


class Overdue(NamedTuple):
    """An aggregate with something due; `at` is when the earliest of it was."""

    aggregate: str
    at: str


class DynamoDue:
    """What the clock has to see to, over all aggregates."""

    def __init__(self, table: Table, now: Callable[[], datetime]) -> None:
        self._table = table
        self._now = now

    def overdue(self) -> Iterator[Overdue]:
        """What is due by now and was not handed on of late, the longest overdue first."""
        now = keys.due_at(self._now())
        for shard in keys.all_due():
            found = self._table.listed("gsi3", shard, until=now)
            while items := list(islice(found, AT_ONCE)):
                due = [Overdue(_aggregate(item["pk"]), item["gsi3sk"]) for item in items]
                late = self._handed_on_of_late(due)
                yield from (each for each in due if keys.raised(*each) not in late)

    def handed_on(self, due: Overdue) -> None:
        """Note that a step has been woken for it."""
        now = self._now()
        attributes = {
            "raised_at": keys.due_at(now),
            "expires": int((now + AGAIN_AFTER).timestamp()),
        }
        self._table.write([self._table.put(keys.raised(*due), attributes)])

    def _handed_on_of_late(self, due: list[Overdue]) -> set[keys.Key]:
        limit = keys.due_at(self._now() - AGAIN_AFTER)
        items = self._table.get_many(keys.raised(*each) for each in due)
        return {keys.Key(item["pk"], item["sk"]) for item in items if item["raised_at"] > limit}


def _aggregate(pk: str) -> str:
    """`ORDER#ord_1` -> `order/ord_1`."""
    kind, _, id = pk.partition("#")
    return f"{kind.lower()}/{id}"
