"""Endpoints that fail alone: after failures in a row one is left in peace, and then probed."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import asdict

from oms_aws import keys
from oms_aws.outgoing import Outcome
from oms_aws.table import ConditionFailed, Table

FAILURES = 5
"""So many calls in a row must fail before an endpoint is paused."""

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=15)
"""A pause is twice as long as the one before, up to this."""

PROBE_TAKES = timedelta(minutes=1)
OF_THE_EVENT = (400, 409, 413, 415, 422)
"""What a server answers that works, but does not take this one event."""


class Standing(Struct, frozen=True, kw_only=True):
    """How the last calls to an endpoint have gone: failures in a row, and until when it rests."""

    failures: int = 0
    paused_at: str | None = None
    paused_until: str | None = None
    error: str = ""

    def rest(self, at: datetime) -> timedelta:
        """How long the endpoint is still to be left in peace."""
        if self.paused_until is None:
            return timedelta()
        return max(datetime.fromisoformat(self.paused_until) - at, timedelta())


class Breakers:
    """The standing of every endpoint, shared by all that call one."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def standing(self, endpoint: str) -> Standing:
        """How the last calls to the endpoint have gone."""
        item = self._table.get(keys.endpoint_standing(endpoint)) or {}
        known = {name: item[name] for name in Standing.__struct_fields__ if name in item}
        return Standing(**known)

    def may_call(self, endpoint: str, seen: Standing, at: datetime) -> bool:
        """Whether to call it: of all that wait for the end of a pause, one alone is the probe."""
        if seen.paused_until is None:
            return True
        if seen.rest(at):
            return False
        probing = {**asdict(seen), "paused_until": (at + PROBE_TAKES).isoformat()}
        key = keys.endpoint_standing(endpoint)
        try:
            self._table.write([self._table.put_if(key, probing, paused_until=seen.paused_until)])
        except ConditionFailed:
            return False
        return True

    def heard(self, endpoint: str, seen: Standing, outcome: Outcome, at: datetime) -> None:
        """Note how a call went; what is one event's own fault says nothing of its endpoint."""
        if outcome.ok or outcome.status in OF_THE_EVENT:
            if seen != Standing():
                self.reset(endpoint)
            return
        key = keys.endpoint_standing(endpoint)
        count = "SET #error = :error ADD failures :one"
        named = {"#error": "error"}
        values = {":one": 1, ":error": outcome.error}
        self._table.write([self._table.update(key, count, values, names=named)])
        over = self.standing(endpoint).failures - FAILURES
        if over < 0:
            return
        pause = min(FIRST_PAUSE * 2 ** min(over, 10), LONGEST_PAUSE)
        until = "SET paused_until = :until, paused_at = if_not_exists(paused_at, :at)"
        times = {":until": (at + pause).isoformat(), ":at": at.isoformat()}
        self._table.write([self._table.update(key, until, times)])

    def reset(self, endpoint: str) -> None:
        """Note that it takes calls again."""
        self._table.write([self._table.put(keys.endpoint_standing(endpoint), asdict(Standing()))])
