"""Endpoints that fail alone: each has a standing, and a line that one worker at a time serves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from oms_aws import keys
from oms_aws.deliveries import LOOK_AFTER
from oms_aws.outgoing import Outcome
from oms_aws.table import ConditionFailed, Table

FAILURES = 5
"""So many calls in a row must fail before an endpoint is paused."""

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=15)
"""A pause is twice as long as the one before, up to this."""

SLOW = timedelta(seconds=2)
SLOW_CALL, QUICK_CALL, SLUGGISH, MOST_SLOW = 2, -1, 6, 12
"""What a call adds to an endpoint's slowness, from where on it is sluggish, and the most of it:
one that is slow in three calls, or in every other one, is; ten quick ones at most make it good."""

OF_THE_EVENT = (400, 409, 413, 415, 422)
"""What a server answers that works, but does not take this one event."""

LEASE = timedelta(seconds=60)
"""As long as its step may run, a worker alone serves a line."""


class Standing(Struct, frozen=True, kw_only=True):
    """How the last calls to an endpoint have gone, and how its line is served.

    `waiting` is how many deliveries wait, `held` says that its owner paused it, `paused_until` how
    long it rests after failures. `working_until` is when whoever serves the line has ended, and
    `woken_until` when whoever was told to must have begun.
    """

    failures: int = 0
    slow: int = 0
    paused_at: str | None = None
    paused_until: str | None = None
    error: str = ""
    waiting: int = 0
    held: bool = False
    working_until: str | None = None
    woken_until: str | None = None

    @property
    def direct(self) -> bool:
        """Whether it is called at once; otherwise what is for it gets into its line."""
        sluggish = self.slow >= SLUGGISH
        return not (self.held or self.waiting or sluggish or self.paused_until)

    def rest(self, at: datetime) -> timedelta:
        """How long the endpoint is still to be left in peace."""
        if self.paused_until is None:
            return timedelta()
        return max(datetime.fromisoformat(self.paused_until) - at, timedelta())

    def served(self, at: datetime) -> bool:
        """Whether somebody serves the line, or was told to."""
        until = (self.working_until, self.woken_until)
        return any(each is not None and datetime.fromisoformat(each) > at for each in until)


class Breakers:
    """The standing of every endpoint, shared by all that call one."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def standing(self, endpoint: str) -> Standing:
        """How the last calls to the endpoint have gone."""
        item = self._table.get(keys.endpoint_standing(endpoint)) or {}
        known = {name: item[name] for name in Standing.__struct_fields__ if name in item}
        return Standing(**known)

    def heard(
        self, endpoint: str, seen: Standing, outcome: Outcome, took: timedelta, at: datetime
    ) -> Standing:
        """Note how a call went, and answer how the endpoint stands then.

        What is one event's own fault says nothing of its endpoint.
        """
        change = SLOW_CALL if took >= SLOW else QUICK_CALL
        slow = min(max(seen.slow + change, 0), MOST_SLOW)
        if good(outcome):
            if (seen.failures, seen.slow, seen.paused_until) == (0, slow, None):
                return seen
            reset = "SET failures = :no, slow = :slow, #error = :none "
            values = {":no": 0, ":slow": slow, ":none": ""}
            self._write(endpoint, reset + "REMOVE paused_at, paused_until", values)
            return self.standing(endpoint)
        self._write(
            endpoint,
            "ADD failures :one SET #error = :error, slow = :slow, gsi3pk = :due, "
            "gsi3sk = if_not_exists(gsi3sk, :look)",
            {
                ":one": 1,
                ":error": outcome.error,
                ":slow": slow,
                ":due": keys.due(endpoint),
                ":look": keys.due_at(at + LOOK_AFTER),
            },
        )
        over = self.standing(endpoint).failures - FAILURES
        if over >= 0:
            pause = min(FIRST_PAUSE * 2 ** min(over, 10), LONGEST_PAUSE)
            times = {":until": (at + pause).isoformat(), ":at": at.isoformat()}
            until = "SET paused_until = :until, paused_at = if_not_exists(paused_at, :at)"
            self._table.write([self._table.update(keys.endpoint_standing(endpoint), until, times)])
        return self.standing(endpoint)

    def hold(self, endpoint: str, held: bool) -> None:
        """Call the endpoint no more, or again: nothing is left then of how calls went before."""
        values: dict[str, Any] = {":held": held, ":no": 0, ":none": ""}
        reset = "SET held = :held, failures = :no, slow = :no, #error = :none "
        self._write(endpoint, reset + "REMOVE paused_at, paused_until", values)

    # -- the line -----------------------------------------------------------------------------

    def woken(self, endpoint: str, until: datetime) -> None:
        """Note that somebody was told to serve the line by then."""
        key, values = keys.endpoint_standing(endpoint), {":until": until.isoformat()}
        self._table.write([self._table.update(key, "SET woken_until = :until", values)])

    def take(self, endpoint: str, at: datetime) -> bool:
        """Whether the line is the caller's to serve: nobody else does, for as long as a lease."""
        values = {
            ":now": at.isoformat(),
            ":until": (at + LEASE).isoformat(),
            ":due": keys.due(endpoint),
            ":look": keys.due_at(at + LOOK_AFTER),
        }
        free = "attribute_not_exists(working_until) OR working_until <= :now"
        change = "SET working_until = :until, gsi3pk = :due, gsi3sk = :look"
        key = keys.endpoint_standing(endpoint)
        try:
            self._table.write([self._table.update(key, change, values, condition=free)])
        except ConditionFailed:
            return False
        return True

    def leave(self, endpoint: str, *, woken_until: datetime) -> None:
        """Let others serve the line: whoever is woken by then, or the clock after a while."""
        key, values = keys.endpoint_standing(endpoint), {":until": woken_until.isoformat()}
        change = "SET woken_until = :until REMOVE working_until"
        self._table.write([self._table.update(key, change, values)])

    def retire(self, endpoint: str) -> None:
        """Leave the line of an endpoint that has ended: nobody looks after it any more."""
        change = "SET held = :yes REMOVE working_until, woken_until, gsi3pk, gsi3sk"
        key = keys.endpoint_standing(endpoint)
        self._table.write([self._table.update(key, change, {":yes": True})])

    def close(self, endpoint: str) -> bool:
        """Leave a line that is empty, for nobody to look after; answers whether it is."""
        key = keys.endpoint_standing(endpoint)
        change = "REMOVE working_until, woken_until, gsi3pk, gsi3sk"
        empty = "attribute_not_exists(waiting) OR waiting = :no"
        try:
            self._table.write([self._table.update(key, change, {":no": 0}, condition=empty)])
        except ConditionFailed:
            return False
        return True

    def _write(self, endpoint: str, change: str, values: dict[str, Any]) -> None:
        key, names = keys.endpoint_standing(endpoint), {"#error": "error"}
        self._table.write([self._table.update(key, change, values, names=names)])


def good(outcome: Outcome) -> bool:
    """Whether an outcome says that the endpoint works, also where it did not take the event."""
    return outcome.ok or outcome.status in OF_THE_EVENT
