"""Webhooks: subscribers' endpoints, and signed deliveries after Standard Webhooks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, Protocol

from msgspec import Struct
from msgspec.structs import asdict, replace
from standardwebhooks import Webhook

from oms.core.parties import Language
from oms.core.refusals import NotNow, Unknown
from oms_aws.notices.audience import may_hear
from oms_aws.platform import keys
from oms_aws.platform.outgoing import SECONDS, Outcome, Poster
from oms_aws.platform.table import ConditionFailed, Table
from oms_aws.platform.ttl_cache import TtlCache

FRESH_SECONDS = 5

ROTATION = timedelta(seconds=30)
"""No step that replaces a secret runs for so long."""


class Keeper(Protocol):
    """Keeper of endpoints: a caller, or the client behind an endpoint."""

    @property
    def client(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def shop(self) -> str: ...


class Endpoint(Struct, frozen=True, kw_only=True):
    """Endpoint for a client's events (`*` for all that its role may hear of).

    `shop` is empty for clients that work for all shops. `contact` is the mail address of whom is
    told when it fails (empty: that of its shop, if it has one), `language` what that one reads
    (empty: the shop's). `rotated_at` is when its secret was last replaced.
    """

    id: str
    shop: str
    url: str
    events: tuple[str, ...]
    role: str = "shop"
    client: str = ""
    description: str = ""
    contact: str = ""
    language: Language | Literal[""] = ""
    rotated_at: str = ""
    active: bool = True

    @property
    def rotated(self) -> datetime | None:
        """Last replacement of its secret, if ever."""
        return datetime.fromisoformat(self.rotated_at) if self.rotated_at else None

    def wants(self, type: str, shop: str) -> bool:
        """True for an event of this endpoint; events without a shop are for every shop."""
        ours = not shop or self.shop in ("", shop)
        wanted = "*" in self.events or type in self.events
        return self.active and ours and wanted and may_hear(self.role, type)

    def kept_by(self, who: Keeper) -> bool:
        """True if an endpoint is somebody's to keep: a clerk's, its shop's, or its own."""
        if who.role == "clerk":
            return who.shop in ("", self.shop)
        mine = self.client == who.client or bool(who.shop)
        return (self.role, self.shop) == (who.role, who.shop) and mine


class DynamoWebhooks:
    """The endpoints of all shops."""

    def __init__(self, table: Table, now: Callable[[], datetime]) -> None:
        self._table = table
        self._now = now
        self._fresh = TtlCache(now, seconds=FRESH_SECONDS)

    @contextmanager
    def adding(self, endpoint: Endpoint) -> Iterator[None]:
        """A new endpoint gets its secret within this, and hears of events from its end on.

        It is on record before: what is cut off in between is `abandoned`, and its secret found.
        """
        until = (self._now() + ROTATION).isoformat()
        begun = {**asdict(replace(endpoint, active=False)), "adding": until}
        self._table.write([self._table.put(keys.endpoint(endpoint.id), begun)])
        yield
        change, values = "SET #active = :yes REMOVE adding", {":yes": True}
        self._update(endpoint.id, change, values, "attribute_exists(adding)", "active")

    def abandoned(self) -> list[str]:
        """The ids of endpoints whose adding was cut off: nobody knows their secrets."""
        items, now = self._table.query(keys.endpoint("").pk), self._now().isoformat()
        return [item["id"] for item in items if item.get("adding", now) < now]

    def drop(self, id: str) -> None:
        """An endpoint that was abandoned has ended, and no secret of it is left."""
        change, names = "SET #active = :no REMOVE adding", {"#active": "active"}
        action = self._table.update(keys.endpoint(id), change, {":no": False}, names=names)
        self._table.write([action])

    def change(self, id: str, **changes: Any) -> None:
        """Change what is named of an endpoint; raises Unknown when it has ended."""
        sets = ", ".join(f"#{name} = :{name}" for name in changes)
        values = {":yes": True, **{f":{name}": value for name, value in changes.items()}}
        self._update(id, f"SET {sets}", values, "#active = :yes", *changes, "active")

    def end(self, id: str) -> None:
        """Have an endpoint hear of nothing any more."""
        key, values = keys.endpoint(id), {":no": False}
        ending = self._table.update(key, "SET active = :no", values)
        self._table.write([ending])

    @contextmanager
    def rotating(self, id: str) -> Iterator[None]:
        """The secret of an endpoint is replaced within this, by one at a time; whoever reads the
        endpoint afterwards reads its secret anew.

        Raises NotNow when another does, Unknown when it has ended.
        """
        values = {":yes": True, ":at": self._now().isoformat()}
        until = {":until": (self._now() + ROTATION).isoformat()}
        free = "#active = :yes AND (attribute_not_exists(rotating) OR rotating <= :at)"
        try:
            self._update(id, "SET rotating = :until", {**values, **until}, free, "active")
        except Unknown:
            self.endpoint(id)
            raise NotNow(f"the secret of {id} is being replaced by somebody else") from None
        try:
            yield
        except Exception:
            self._update(id, "REMOVE rotating", {":yes": True}, "#active = :yes", "active")
            raise
        done = "SET rotated_at = :at REMOVE rotating"
        values = {":yes": True, ":at": self._now().isoformat()}
        self._update(id, done, values, "#active = :yes", "active")

    def _update(
        self, id: str, change: str, values: dict[str, Any], condition: str, *named: str
    ) -> None:
        names = {f"#{name}": name for name in named}
        key = keys.endpoint(id)
        action = self._table.update(key, change, values, names=names, condition=condition)
        try:
            self._table.write([action])
        except ConditionFailed:
            raise _unknown(id) from None

    def endpoints(self) -> list[Endpoint]:
        """All active endpoints."""
        items = self._table.query(keys.endpoint("").pk)
        return [endpoint for item in items if (endpoint := _endpoint(item)).active]

    def endpoints_since(self, at: datetime) -> list[Endpoint]:
        """All active endpoints, as they were at that time or later, seconds ago at most."""
        return self._fresh.get("endpoints", self.endpoints, since=at)

    def reachable(self, endpoints: Iterable[Endpoint]) -> list[Endpoint]:
        """Those of the endpoints whose client has a key that works, as known seconds ago at most.

        Of a client whose keys are all from before this was noted it is not known that it has none.
        """
        found = list(endpoints)
        places = {_holder(each) for each in found}
        known = self._fresh.still(str(place) for place in places)
        unknown = [place for place in places if str(place) not in known]
        items = {keys.Key(i["pk"], i["sk"]): i for i in self._table.get_many(unknown)}
        for place in unknown:
            known[str(place)] = items.get(place)
            self._fresh.keep(str(place), items.get(place))
        now = self._now()
        return [each for each in found if _has_key(known[str(_holder(each))], now)]

    def endpoint(self, id: str, *, ended: bool = False) -> Endpoint:
        """The endpoint, also one that has `ended` where that is asked for; raises Unknown."""
        item = self._table.get(keys.endpoint(id))
        if item is None or not (item["active"] or ended):
            raise _unknown(id)
        return _endpoint(item)


def _holder(endpoint: Endpoint) -> keys.Key:
    return keys.holder(endpoint.role, endpoint.shop, endpoint.client)


def _has_key(item: dict[str, Any] | None, at: datetime) -> bool:
    if item is None:
        return True
    ends = [end for name, end in item.items() if name not in ("pk", "sk")]
    return any(not end or at < datetime.fromisoformat(end) for end in ends)


def _unknown(id: str) -> Unknown:
    return Unknown("endpoint_unknown", f"There is no endpoint {id}.")


def _endpoint(item: dict[str, Any]) -> Endpoint:
    values = {name: item[name] for name in Endpoint.__struct_fields__ if name in item}
    return Endpoint(**{**values, "events": tuple(values["events"])})


class Sending(NamedTuple):
    """One signed event on its way to an endpoint: its headers hold its id and its signatures."""

    url: str
    body: bytes
    headers: Mapping[str, str]

    def by(self, out: Poster, *, seconds: float = SECONDS) -> Outcome:
        """Send it, and answer within so many seconds how that went."""
        return out.post(self.url, self.body, self.headers, seconds=seconds)


def signed(url: str, secrets: tuple[str, ...], id: str, body: str, *, at: datetime) -> Sending:
    """An event, ready to be sent; its id is the event's, so that a subscriber can drop repeats.

    Each secret signs: whoever knows one of them can check it. Source: Standard Webhooks 1.0
    (`webhook-id`, `webhook-timestamp`, `webhook-signature`).
    """
    headers = {
        "content-type": "application/json",
        "user-agent": "Auftakt-Webhooks/1",
        "webhook-id": id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(id, at, body) for secret in secrets),
    }
    return Sending(url, body.encode(), headers)
