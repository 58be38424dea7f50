"""The keys of the API: made, listed, rotated and revoked; what a key is made of is shown once."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, get_args

from msgspec import Struct
from msgspec.structs import asdict, replace

from oms.core.refusals import NotNow, Refusal, Unknown
from oms_aws.platform import keys
from oms_aws.platform.clients import OF_A_SHOP, SCOPES, digest, over
from oms_aws.platform.table import Action, ConditionFailed, Table

State = Literal["active", "expired", "revoked"]
STATES = get_args(State)

MOST_DAYS = 3_650
MOST_OVERLAP_HOURS = 30 * 24
OVERLAP_HOURS = 24


class ApiKey(Struct, frozen=True, kw_only=True):
    """A key on record, without what it is made of; times are ISO 8601 in UTC, empty for never.

    `days` is how long it was to live, and so how long the key that takes its place will.
    """

    id: str
    digest: str
    client: str
    role: str
    shop: str
    created_at: str
    created_by: str
    days: int = 0
    expires_at: str = ""
    revoked_at: str = ""
    revoked_by: str = ""
    replaces: str = ""
    replaced_by: str = ""
    version: int = 1

    @property
    def ends(self) -> str:
        """Time at which it ended or ends; empty for never."""
        return min((each for each in (self.revoked_at, self.expires_at) if each), default="")

    def state(self, at: datetime) -> State:
        """State of the key at that time."""
        if self.revoked_at:
            return "revoked"
        return "expired" if over(asdict(self), at) else "active"


class Made(NamedTuple):
    """A key that was just made: its record, and the key itself, which cannot be read again."""

    record: ApiKey
    key: str


class DynamoKeyring:
    """All keys; each is known twice: under its hash, where a caller is looked up, and in the list.

    Both are written in one transaction.
    """

    def __init__(
        self, table: Table, now: Callable[[], datetime], new_id: Callable[[str], str]
    ) -> None:
        self._table = table
        self._now = now
        self._new_id = new_id

    def add(
        self, client: str, role: str, shop: str = "", *, by: str, days: int = 0, key: str = ""
    ) -> Made:
        """Add a key of a client; one that is given and known already stays as it is.

        `days` is how long it lives, 0 for as long as nobody revokes it. Raises ValueError for an
        unknown role, or a client that a key of the role cannot be of.
        """
        if wrong := faults(client, role, shop):
            raise ValueError(" ".join(wrong.values()))
        key = key or f"ak_{secrets.token_urlsafe(32)}"
        known = self._table.get(keys.client(digest(key)))
        if known is not None and "id" in known:
            return Made(self.get(known["id"]), key)
        record = self._new(client, role, shop, by=by, days=days, key=key)
        actions = [*self._writes(record), *self._held(record)]
        if shop:
            actions.append(self._table.put(keys.shop(shop), {"shop": shop}))
        self._table.write(actions)
        return Made(record, key)

    def demand_shop(self, shop: str) -> None:
        """Raises Unknown for a shop of which no seller is on record."""
        if self._table.get(keys.seller(shop)) is None:
            text = f"There is no shop {shop}: store it first, with the key of a clerk."
            raise Unknown("shop_unknown", text)

    def get(self, id: str) -> ApiKey:
        """The key of that id; raises Unknown."""
        item = self._table.get(keys.api_key(id))
        if item is None:
            raise Unknown("key_unknown", f"There is no key {id}.")
        return _read(item)

    def listed(self, *, after: str = "") -> Iterator[ApiKey]:
        """All keys by age, the oldest first, from behind the id `after` on."""
        start = keys.api_key(after)
        prefix = keys.api_key("").sk
        for item in self._table.query(start.pk, sk_prefix=prefix, after=start.sk if after else ""):
            yield _read(item)

    def last_used(self, ids: list[str]) -> dict[str, str]:
        """Last use of keys, to the hour; of those that were ever used."""
        found = self._table.get_many(keys.key_use(id) for id in ids)
        return {keys.key_used(item["pk"]): item["used_at"] for item in found}

    def revoke(self, id: str, *, by: str) -> ApiKey:
        """End a key for good; one that is revoked already stays as it is. Raises Unknown."""
        seen = self.get(id)
        if seen.revoked_at:
            return seen
        return self._change(seen, revoked_at=self._now().isoformat(), revoked_by=by)

    def rotate(self, id: str, *, by: str, overlap_hours: int, days: int | None = None) -> Made:
        """A key in the place of another, which works for some hours more, but not longer than it
        would have.

        The new one lives for `days`, or as long as the old one was to. Raises Unknown, Refusal.
        """
        old, now = self.get(id), self._now()
        if (state := old.state(now)) != "active":
            raise Refusal("key_over", f"The key {id} is {state}: make another one.")
        lives = old.days if days is None else days
        key = f"ak_{secrets.token_urlsafe(32)}"
        new = self._new(old.client, old.role, old.shop, by=by, days=lives, key=key)
        new = replace(new, replaces=old.id)
        ends = (now + timedelta(hours=overlap_hours)).isoformat()
        earlier = min(each for each in (old.expires_at, ends) if each)
        self._change(old, *self._writes(new), beside=new, expires_at=earlier, replaced_by=new.id)
        return Made(new, key)

    def _new(self, client: str, role: str, shop: str, *, by: str, days: int, key: str) -> ApiKey:
        now = self._now()
        return ApiKey(
            id=self._new_id("key"),
            digest=digest(key),
            client=client,
            role=role,
            shop=shop,
            created_at=now.isoformat(),
            created_by=by,
            days=days,
            expires_at=(now + timedelta(days=days)).isoformat() if days else "",
        )

    def _change(
        self, seen: ApiKey, *more: Action, beside: ApiKey | None = None, **changed: Any
    ) -> ApiKey:
        """Write a key that is still as seen, and more in the same transaction."""
        changing = replace(seen, version=seen.version + 1, **changed)
        try:
            self._table.write(
                [*self._writes(changing, seen=seen), *more, *self._held(changing, beside)]
            )
        except ConditionFailed as failed:
            raise NotNow(f"{seen.id} is being changed by somebody else") from failed
        return changing

    def _held(self, record: ApiKey, beside: ApiKey | None = None) -> Iterator[Action]:
        """Writes about the client of a key, which may subscribe: when each of its keys ends.

        Those that are not there yet are from before.
        """
        if "webhooks:write" not in SCOPES[record.role].split():
            return
        place = keys.holder(record.role, record.shop, record.client)
        ends = {each.id: each.ends for each in (record, beside) if each}
        sets = {id: f"#{id} = :{id}" for id in ends}
        for each in self.listed():
            if keys.holder(each.role, each.shop, each.client) == place and each.id not in ends:
                ends[each.id] = each.ends
                sets[each.id] = f"#{each.id} = if_not_exists(#{each.id}, :{each.id})"
        names = {f"#{id}": id for id in ends}
        values = {f":{id}": end for id, end in ends.items()}
        yield self._table.update(place, f"SET {', '.join(sets.values())}", values, names=names)

    def _writes(self, record: ApiKey, *, seen: ApiKey | None = None) -> Iterator[Action]:
        """Writes about a key, in the list and under its hash."""
        place, stored = keys.api_key(record.id), asdict(record)
        if seen is None:
            yield self._table.put(place, stored, unless_exists=True)
        else:
            yield self._table.put_if(place, stored, version=seen.version)
        proving = ("id", "client", "role", "shop", "expires_at", "revoked_at")
        facts = {name: stored[name] for name in proving}
        yield self._table.put(keys.client(record.digest), {"kind": "client", **facts})


def faults(client: str, role: str, shop: str) -> dict[str, str]:
    """Faults of a key that somebody wants: field -> reason."""
    if role not in SCOPES:
        return {"role": f"role must be one of {', '.join(SCOPES)}"}
    wrong = {}
    if role in OF_A_SHOP and not shop:
        wrong["shop"] = f"a client with the role {role} needs its shop"
    if role == "approver" and "/" not in client:
        wrong["client"] = "an approver is named <customer>/<person>"
    return wrong


def _read(item: dict[str, Any]) -> ApiKey:
    known = {name: item[name] for name in ApiKey.__struct_fields__ if name in item}
    return ApiKey(**known)
