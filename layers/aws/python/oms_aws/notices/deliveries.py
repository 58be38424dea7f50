"""Deliveries: how each event went to each endpoint, and the line of those that wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import asdict

from oms.core.refusals import NotNow
from oms_aws.platform import indexes, keys
from oms_aws.platform.table import Action, ConditionFailed, Table

State = Literal["waiting", "delivered", "failed", "exhausted"]
TRIES = 8
LOOK_AFTER = timedelta(minutes=20)
"""Longer than any pause: so late the clock looks after an endpoint that something waits for."""


class Delivery(Struct, frozen=True, kw_only=True):
    """Delivery of one event to one endpoint."""

    id: str
    endpoint: str
    event: str
    type: str
    aggregate: str
    sequence: int
    state: State = "waiting"
    attempts: int = 0
    status: int = 0
    error: str = ""
    first_at: str = ""
    last_at: str = ""


Decide = Callable[[Delivery | None], Delivery | None]
"""How a delivery goes on from where it is (None: from nowhere, or not at all)."""


class DynamoDeliveries:
    """The deliveries to all endpoints; an endpoint's standing counts those that wait for it."""

    def __init__(self, table: Table, now: Callable[[], datetime]) -> None:
        self._table = table
        self._now = now

    def get(self, endpoint: str, event: str) -> Delivery | None:
        """Delivery as it stands, or None before its first try."""
        item = self._table.get(keys.delivery(endpoint, event))
        return _delivery(item) if item else None

    def change(self, seen: Delivery | None, decide: Decide) -> Delivery | None:
        """Let a delivery go on from where it was seen, or where it is by now.

        Answers where it is then. Raises NotNow when others keep changing it.
        """
        for _ in range(TRIES):
            following = decide(seen)
            if following is None or following == seen:
                return seen
            try:
                self._table.write(self._actions(seen, following))
            except ConditionFailed:
                seen = self.get(following.endpoint, following.event)
                continue
            return following
        raise NotNow("a delivery is being changed by many at once")

    def listed(
        self, endpoint: str, state: str = "", *, before: str = "", limit: int
    ) -> list[Delivery]:
        """The deliveries to an endpoint, of one state or all, the newest event first.

        `before` is the event id to go on behind.
        """
        if state:
            pk = indexes.deliveries_in(endpoint, state)
            found = self._table.listed("gsi1", pk, after=before, limit=limit, newest=True)
            return sorted(self._whole(found), key=lambda each: each.event, reverse=True)
        start = keys.delivery(endpoint, before)
        items = self._table.query_back(
            start.pk, before=start.sk if before else keys.delivery(endpoint, "~").sk, limit=limit
        )
        return [_delivery(item) for item in items]

    def oldest(self, endpoint: str, state: State, *, limit: int) -> list[Delivery]:
        """The oldest in a state, in order of their events; the latest change may be missing yet."""
        found = self._table.listed("gsi1", indexes.deliveries_in(endpoint, state), limit=limit)
        return [each for each in self._whole(found) if each.state == state]

    def since(self, endpoint: str, event: str, *, limit: int) -> list[Delivery]:
        """The deliveries of events from behind an id on, in their order."""
        start, prefix = keys.delivery(endpoint, event), keys.delivery(endpoint, "")
        items = self._table.query(start.pk, sk_prefix=prefix.sk, after=start.sk, limit=limit)
        return [_delivery(item) for item in items]

    def named(self, endpoint: str, events: list[str]) -> list[Delivery]:
        """The deliveries of these events that there are."""
        found = self._table.get_many(keys.delivery(endpoint, event) for event in events)
        return [_delivery(item) for item in found]

    def _whole(self, entries: Iterator[dict[str, Any]]) -> list[Delivery]:
        items = self._table.get_many(keys.Key(entry["pk"], entry["sk"]) for entry in entries)
        return sorted((_delivery(item) for item in items), key=lambda each: each.event)

    def _actions(self, seen: Delivery | None, following: Delivery) -> list[Action]:
        key = keys.delivery(following.endpoint, following.event)
        values = {
            **asdict(following),
            "gsi1pk": indexes.deliveries_in(following.endpoint, following.state),
            "gsi1sk": following.event,
        }
        if seen is None:
            put = self._table.put(key, values, unless_exists=True)
        else:
            put = self._table.put_if(key, values, state=seen.state, attempts=seen.attempts)
        more = (following.state == "waiting") - (seen is not None and seen.state == "waiting")
        return [put, *([self._count(following.endpoint, more)] if more else [])]

    def _count(self, endpoint: str, more: int) -> Action:
        """One more that waits, or one less; while there are any the clock looks after them."""
        values: dict[str, Any] = {":more": more}
        if more < 0:
            return self._table.update(keys.endpoint_standing(endpoint), "ADD waiting :more", values)
        return self._table.update(
            keys.endpoint_standing(endpoint),
            "ADD waiting :more SET gsi3pk = :due, gsi3sk = if_not_exists(gsi3sk, :at)",
            {
                **values,
                ":due": indexes.due(endpoint),
                ":at": indexes.due_at(self._now() + LOOK_AFTER),
            },
        )


def _delivery(item: dict[str, Any]) -> Delivery:
    return Delivery(**{name: item[name] for name in Delivery.__struct_fields__})
