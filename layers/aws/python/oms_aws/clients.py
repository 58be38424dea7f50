"""Clients of the API: who holds which key, and what the key opens."""

from __future__ import annotations

import hashlib
import secrets
from typing import NamedTuple

from oms_aws import keys
from oms_aws.table import Table

SCOPES = {
    "shop": (
        "orders:read orders:write stock:read webhooks:write documents:read papers:read "
        "products:read products:write customers:read customers:write prices:read tax:read "
        "open-items:read captures:write deposits:write"
    ),
    "wms": "fulfilments:read fulfilments:write papers:read stock:read stock:write products:read",
    "carrier": "",
    "approver": "approvals:write",
    "accountant": (
        "orders:read documents:read customers:read holds:release exports:write payments:write "
        "credit-notes:write open-items:read open-items:write captures:write "
        "payment-failures:write deposits:write bills:write"
    ),
    "clerk": (
        "orders:read orders:write holds:release approvals:write stock:read stock:write "
        "fulfilments:read fulfilments:write products:read products:write products:assign "
        "warehouses:write webhooks:write documents:read papers:read dead-letters:write "
        "carriers:write shops:write customers:read customers:write prices:read prices:write "
        "exports:write "
        "purchases:write credit-notes:write tax:read rules:read rules:write open-items:read "
        "open-items:write captures:write payment-failures:write deposits:write bills:write"
    ),
}
"""What each role may do; every scope is asked for by at least one route."""


class Caller(NamedTuple):
    """Who calls. `shop` is empty for roles that work for all shops."""

    client: str
    role: str
    shop: str
    scopes: frozenset[str]

    def may_see(self, shop: str) -> bool:
        """Whether what belongs to a shop is the caller's business."""
        return not self.shop or self.shop == shop


class DynamoClients:
    """The clients; of a key only its SHA-256 is stored, which is enough as keys are random."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, client: str, role: str, shop: str = "", *, key: str = "") -> str:
        """Add a client and answer its key, which cannot be read again.

        Adding the same key again changes nothing. Raises ValueError for an unknown role, or for a
        shop's client without its shop.
        """
        if role not in SCOPES:
            raise ValueError(f"role must be one of {', '.join(SCOPES)}")
        if role in ("shop", "approver") and not shop:
            raise ValueError(f"a client with the role {role} needs its shop")
        if role == "approver" and "/" not in client:
            raise ValueError("an approver is named <customer>/<person>")
        key = key or f"ak_{secrets.token_urlsafe(32)}"
        actions = [
            self._table.put(
                keys.client(_digest(key)),
                {"kind": "client", "client": client, "role": role, "shop": shop},
            )
        ]
        if shop:
            actions.append(self._table.put(keys.shop(shop), {"shop": shop}))
        self._table.write(actions)
        return key

    def who(self, key: str) -> Caller | None:
        """Who holds the key, or None."""
        item = self._table.get(keys.client(_digest(key)))
        if item is None:
            return None
        scopes = frozenset(SCOPES[item["role"]].split())
        return Caller(item["client"], item["role"], item["shop"], scopes)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
