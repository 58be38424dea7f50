"""Clients of the API: who holds which key, and what the key opens."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from oms.core.refusals import NotNow
from oms_aws.platform import keys
from oms_aws.platform.logs import logger
from oms_aws.platform.table import ConditionFailed, Table

Role = Literal["shop", "wms", "carrier", "approver", "accountant", "clerk", "admin"]

_WORKING = {
    "shop": (
        "orders:read orders:write stock:read webhooks:write documents:read papers:read "
        "products:read products:write customers:read customers:write prices:read tax:read "
        "open-items:read captures:write deposits:write privacy:read privacy:write "
        "withdrawals:read withdrawals:write returns:read returns:write"
    ),
    "wms": (
        "fulfilments:read fulfilments:write papers:read stock:read stock:write products:read "
        "webhooks:write returns:read returns:write returns:receive"
    ),
    "carrier": "",
    "approver": "approvals:write",
    "accountant": (
        "orders:read documents:read customers:read holds:release exports:write payments:write "
        "credit-notes:write open-items:read open-items:write captures:write "
        "payment-failures:write deposits:write bills:write webhooks:write withdrawals:read "
        "returns:read"
    ),
    "clerk": (
        "orders:read orders:write holds:release approvals:write stock:read stock:write "
        "fulfilments:read fulfilments:write products:read products:write products:assign "
        "warehouses:write webhooks:write documents:read papers:read dead-letters:write "
        "carriers:write shops:write customers:read customers:write prices:read prices:write "
        "exports:write "
        "purchases:write credit-notes:write tax:read rules:read rules:write open-items:read "
        "open-items:write captures:write payment-failures:write deposits:write bills:write "
        "privacy:read privacy:write withdrawals:read withdrawals:write withdrawals:decide "
        "returns:read returns:write returns:receive returns:decide"
    ),
}
SCOPES = {
    **_WORKING,
    "admin": " ".join(
        sorted(
            {"keys:read", "keys:write", *(s for each in _WORKING.values() for s in each.split())}
        )
    ),
}
"""What each role may do; every scope is asked for by at least one route. An admin has all: a key
makes none that may more than it may itself."""

OF_A_SHOP = ("shop", "approver")
"""Roles that work for one shop alone."""

NOTED_EVERY = timedelta(hours=1)
"""How coarsely the last use of a key is known."""

MOST_NOTED = 10_000


class Caller(NamedTuple):
    """Client that calls, with its key. `shop` is empty for roles that work for all shops."""

    client: str
    role: str
    shop: str
    scopes: frozenset[str]
    key: str = ""

    def may_see(self, shop: str) -> bool:
        """True if what belongs to a shop is the caller's business."""
        return not self.shop or self.shop == shop

    def may_give(self, role: str, shop: str) -> bool:
        """True if a key of that role and shop may no more than the caller's own."""
        return self.may_see(shop) and self.scopes.issuperset(SCOPES[role].split())


class DynamoClients:
    """The clients as their keys prove them; of a key only its SHA-256 is stored.

    That is enough, as keys are random.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._noted: dict[str, datetime] = {}

    def who(self, key: str, at: datetime) -> Caller | None:
        """The holder of the key, or None when nobody has it, or it is over at that time."""
        item = self._table.get(keys.client(digest(key)))
        if item is None or item["role"] not in SCOPES or over(item, at):
            return None
        scopes = frozenset(SCOPES[item["role"]].split())
        return Caller(item["client"], item["role"], item["shop"], scopes, item.get("id", ""))

    def note_use(self, key_id: str, at: datetime) -> None:
        """Keep that the key was used, unless that was noted in the last hour.

        It is tried once more with the next use when it fails: a shop's order matters more.
        """
        if (known := self._noted.get(key_id)) is not None and at - known < NOTED_EVERY:
            return
        noting = self._table.update(
            keys.key_use(key_id),
            "SET used_at = :at",
            {":at": at.isoformat(), ":long_ago": (at - NOTED_EVERY).isoformat()},
            condition="attribute_not_exists(used_at) OR used_at <= :long_ago",
        )
        try:
            with suppress(ConditionFailed):  # another process noted it
                self._table.write([noting])
        except (BotoCoreError, ClientError, NotNow):
            logger.exception("last use not noted", extra={"key": key_id})
            return
        if len(self._noted) >= MOST_NOTED:
            self._noted.clear()
        self._noted[key_id] = at


def over(item: dict[str, Any], at: datetime) -> bool:
    """True if a key was revoked, or has expired by that time."""
    expires = item.get("expires_at")
    return bool(item.get("revoked_at")) or bool(expires and datetime.fromisoformat(expires) <= at)


def digest(key: str) -> str:
    """The SHA-256 of a key, in hex."""
    return hashlib.sha256(key.encode()).hexdigest()
