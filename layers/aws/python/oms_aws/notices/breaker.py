"""Endpoints that fail alone: each has a standing, and a line that one worker at a time serves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from oms.core.events import GENESIS
from oms.core.refusals import NotNow
from oms.notices.endpoints import EndpointEvent, WebhookPaused, WebhookResumed
from oms_aws.notices.deliveries import LOOK_AFTER
from oms_aws.notices.webhooks import Endpoint
from oms_aws.platform import indexes, keys
from oms_aws.platform.log import Place, Saved, entries_of, event_action
from oms_aws.platform.outgoing import Outcome
from oms_aws.platform.table import Action, ConditionFailed, Table

FAILURES = 5
"""So many calls in a row must fail before an endpoint is paused."""

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=15)
"""A pause is twice as long as the one before, up to this."""

SLOW = timedelta(seconds=1)
SLOW_CALL, QUICK_CALL, SLUGGISH, MOST_SLOW = 2, -1, 6, 12
"""What a call adds to an endpoint's slowness, from where on it is sluggish, and the most of it:
one that is slow in three calls or in every other one, or does not answer one in time, is; seven
quick ones at most make it good."""

OF_THE_EVENT = (400, 409, 413, 415, 422)
"""What a server answers that works, but does not take this one event."""

QUIET = timedelta(hours=1)
"""So soon after a pause that its keeper was told of, another one is told of only if it lasts."""

TRIES = 8
CALM = {"failures": 0, "error": "", "paused_at": None, "paused_until": None}

LEASE = timedelta(seconds=60)
"""As long as its step may run, a worker alone serves a line."""


class Standing(Struct, frozen=True, kw_only=True):
    """Standing of an endpoint: how the last calls went, and how its line is served.

    `proven` says that it has taken an event since it is there, or was last let go on by its owner.
    `waiting` is how many deliveries wait, `held` says that its owner paused it, `paused_until` how
    long it rests after failures. `working_until` is when whoever serves the line has ended, and
    `woken_until` when whoever was told to must have begun. `announced_at` is when its keeper was
    last told of a pause, `sequence` and `hash` are the end of its log.
    """

    failures: int = 0
    slow: int = 0
    proven: bool = False
    paused_at: str | None = None
    paused_until: str | None = None
    error: str = ""
    waiting: int = 0
    held: bool = False
    working_until: str | None = None
    woken_until: str | None = None
    announced_at: str | None = None
    sequence: int = 0
    hash: str = ""

    @property
    def announced(self) -> bool:
        """True if its keeper was told of the pause that it is in."""
        return bool(self.paused_at and self.announced_at and self.announced_at >= self.paused_at)

    def to_announce(self, at: datetime) -> bool:
        """True if its keeper is to be told that it rests after failures."""
        if self.held or self.announced:
            return False
        last = self.announced_at
        return last is None or at - datetime.fromisoformat(last) >= QUIET

    @property
    def direct(self) -> bool:
        """True if it is called at once; otherwise what is for it gets into its line."""
        ready = self.proven and self.slow < SLUGGISH
        return ready and not (self.held or self.waiting or self.paused_until)

    def rest(self, at: datetime) -> timedelta:
        """Time for which the endpoint is still to be left in peace."""
        if self.paused_until is None:
            return timedelta()
        return max(datetime.fromisoformat(self.paused_until) - at, timedelta())

    def served(self, at: datetime) -> bool:
        """True if somebody serves the line, or was told to."""
        until = (self.working_until, self.woken_until)
        return any(each is not None and datetime.fromisoformat(each) > at for each in until)


class Heard(NamedTuple):
    """Call for an event: its outcome, how long it took, and when it was over."""

    event: str
    outcome: Outcome
    took: timedelta
    at: datetime


class Breakers:
    """The standing of every endpoint, shared by all that call one.

    What its keeper is told of it is an event in the transaction that changes the standing.
    """

    def __init__(self, table: Table, new_id: Callable[[str], str]) -> None:
        self._table = table
        self._new_id = new_id

    def standing(self, endpoint: str) -> Standing:
        """Standing of the endpoint after the last calls."""
        return _standing(self._table.get(keys.endpoint_standing(endpoint)) or {})

    def heard(self, endpoint: Endpoint, seen: Standing, call: Heard) -> Standing:
        """Note how a call went, and answer how the endpoint stands then.

        What is one event's own fault says nothing of its endpoint. Raises NotNow when others keep
        changing the standing.
        """
        slow = _slowness(seen, call)
        if good(call.outcome):
            return self._works(endpoint, seen, slow, call)
        failed = self._table.updated(
            self._table.update(
                keys.endpoint_standing(endpoint.id),
                "ADD failures :one SET #error = :error, slow = :slow, gsi3pk = :due, "
                "gsi3sk = if_not_exists(gsi3sk, :look)",
                {
                    ":one": 1,
                    ":error": call.outcome.error,
                    ":slow": slow,
                    ":due": indexes.due(endpoint.id),
                    ":look": indexes.due_at(call.at + LOOK_AFTER),
                },
                names={"#error": "error"},
            )
        )
        return self._fails(endpoint, _standing(failed), call)

    def hold(self, endpoint: Endpoint, held: bool, by: Saved, at: datetime) -> Standing:
        """Call the endpoint no more, or again: nothing is left then of how calls went before.

        Raises NotNow when others keep changing the standing.
        """
        changes = {"held": held, "slow": 0, "proven": False, **CALM}
        id, event = endpoint.id, WebhookResumed(endpoint=endpoint.id, by="keeper", at=at)

        def turn(seen: Standing) -> Turn | None:
            if seen.held == held:
                return None
            rests = WebhookPaused(endpoint=id, by="keeper", since=at, at=at)
            return Turn(changes, rests if held else event)

        return self._turn(endpoint, self.standing(id), turn, by, at)

    def _works(self, endpoint: Endpoint, seen: Standing, slow: int, call: Heard) -> Standing:
        def turn(seen: Standing) -> Turn | None:
            if (seen.failures, seen.slow, seen.paused_at, seen.proven) == (0, slow, None, True):
                return None
            told = seen.announced and seen.paused_at
            since = datetime.fromisoformat(told) if told else None
            event = WebhookResumed(endpoint=endpoint.id, by="failures", at=call.at, since=since)
            changes = {"slow": slow, "proven": True, **CALM}
            return Turn(changes, event if told else None)

        return self._turn(endpoint, seen, turn, Saved("auftakt", call.event), call.at)

    def _fails(self, endpoint: Endpoint, seen: Standing, call: Heard) -> Standing:
        at = call.at

        def turn(seen: Standing) -> Turn | None:
            over = seen.failures - FAILURES
            if over < 0:
                return None  # it worked meanwhile
            until = at + min(FIRST_PAUSE * 2 ** min(over, 10), LONGEST_PAUSE)
            since = seen.paused_at or at.isoformat()
            rests = {"paused_at": since, "paused_until": until.isoformat()}
            if not seen.to_announce(at):
                return Turn(rests, None)
            event = WebhookPaused(
                endpoint=endpoint.id,
                by="failures",
                since=datetime.fromisoformat(since),
                at=at,
                failures=seen.failures,
                error=call.outcome.error,
                until=until,
            )
            return Turn({**rests, "announced_at": at.isoformat()}, event)

        return self._turn(endpoint, seen, turn, Saved("auftakt", call.event), at)

    def _turn(
        self,
        endpoint: Endpoint,
        seen: Standing,
        decide: Callable[[Standing], Turn | None],
        by: Saved,
        at: datetime,
    ) -> Standing:
        """Let a standing go on from where it was seen, or is by now, with its event."""
        for _ in range(TRIES):
            turn = decide(seen)
            if turn is None:
                return seen
            changes, actions = dict(turn.changes), []
            if turn.event is not None:
                end = seen.sequence, seen.hash or GENESIS
                place = Place(f"webhook/{endpoint.id}", endpoint.shop, *end)
                (entry,) = entries_of([turn.event], place, by, at=at, new_id=self._new_id)
                changes |= {"sequence": entry.sequence, "hash": entry.hash}
                actions = [event_action(self._table, entry)]
            try:
                self._table.write([self._changed(endpoint.id, seen, changes), *actions])
            except ConditionFailed:
                seen = self.standing(endpoint.id)
                continue
            return replace(seen, **changes)
        raise NotNow(f"how {endpoint.id} stands is being changed by many at once")

    def _changed(self, endpoint: str, seen: Standing, changes: Mapping[str, Any]) -> Action:
        """The action that changes a standing which still rests, or not, as it was seen to.

        A pause demands that no call has worked since.
        """
        names, sets = {"#kind": "kind"}, ["#kind = :kind"]
        values: dict[str, Any] = {":kind": "endpoint"}
        removes: list[str] = []
        holds: list[str] = []
        for name, value in changes.items():
            names[f"#{name}"] = name
            if value is None:
                removes.append(f"#{name}")
            else:
                values[f":{name}"] = value
                sets.append(f"#{name} = :{name}")
        for name in ("paused_at", "sequence", "held"):
            names[f"#{name}"] = name
            if was := getattr(seen, name):
                values[f":was_{name}"] = was
                holds.append(f"#{name} = :was_{name}")
            else:
                values[":no"] = False
                holds.append(f"(attribute_not_exists(#{name}) OR #{name} = :no)")
        if changes.get("paused_at"):
            values[":most"] = FAILURES
            holds.append("failures >= :most")
        change = f"SET {', '.join(sets)}" + (f" REMOVE {', '.join(removes)}" if removes else "")
        key, condition = keys.endpoint_standing(endpoint), " AND ".join(holds)
        return self._table.update(key, change, values, names=names, condition=condition)

    # -- the line -----------------------------------------------------------------------------

    def woken(self, endpoint: str, until: datetime) -> None:
        """Note that somebody was told to serve the line by then."""
        key, values = keys.endpoint_standing(endpoint), {":until": until.isoformat()}
        self._table.write([self._table.update(key, "SET woken_until = :until", values)])

    def take(self, endpoint: str, at: datetime) -> bool:
        """Take the line to serve it: True if nobody else does, for as long as a lease."""
        values = {
            ":now": at.isoformat(),
            ":until": (at + LEASE).isoformat(),
            ":due": indexes.due(endpoint),
            ":look": indexes.due_at(at + LOOK_AFTER),
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


class Turn(NamedTuple):
    """Next standing (None takes an attribute away), and what the keeper is told."""

    changes: Mapping[str, Any]
    event: EndpointEvent | None


def _standing(item: Mapping[str, Any]) -> Standing:
    return Standing(**{name: item[name] for name in Standing.__struct_fields__ if name in item})


def _slowness(seen: Standing, call: Heard) -> int:
    """Slowness of the endpoint behind a call; one that fails at once says nothing of its speed."""
    if call.took < SLOW:
        return max(seen.slow + QUICK_CALL, 0) if good(call.outcome) else seen.slow
    return min(seen.slow + SLOW_CALL, MOST_SLOW) if call.outcome.status else MOST_SLOW


def good(outcome: Outcome) -> bool:
    """True if an outcome says that the endpoint works, also where it did not take the event."""
    return outcome.ok or outcome.status in OF_THE_EVENT
