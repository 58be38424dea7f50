"""The audience of events: a role is told of what it may read in the API, and of no more."""

from __future__ import annotations

from typing import Any

from oms_aws.platform.clients import SCOPES

OF_FULFILMENTS = frozenset(
    {
        "Fulfilment.Released",
        "Fulfilment.RecallRequested",
        "Fulfilment.RecallAccepted",
        "Fulfilment.RecallRefused",
        "Fulfilment.Packed",
        "Shipment.Confirmed",
        "Shipment.Tracked",
        "Shipment.Failed",
        "Shipment.Overdue",
        "Shipment.Returned",
        "Shipment.Delivered",
        "Order.PersonErased",
    }
)
"""What a warehouse is told of an order: what it sees of its fulfilments, and no other event."""

SHOWN_OF_FULFILMENTS = frozenset(
    {
        "fulfilment", "location", "recall", "reason", "at", "parcels", "carrier",
        "tracking_numbers", "parcel", "status", "text", "until", "erased_at",
    }
)  # fmt: skip


def readers(type: str) -> frozenset[str]:
    """The scopes of which one must be had to read an event of this type."""
    match type.partition("."):
        case ("Stock", _, "Changed" | "Buffered") | ("Incoming", _, _):
            return frozenset({"stock:read"})
        case ("Return", _, _):
            return frozenset({"returns:read"})
        case ("Withdrawal", _, _):
            return frozenset({"withdrawals:read"})
        case ("Bill", _, _):
            return frozenset({"documents:read"})
        case ("Export", _, _):
            return frozenset({"exports:write"})
        case ("Webhook", _, "Test" | "Paused" | "Resumed"):
            return frozenset({"webhooks:write"})
    orders = frozenset({"orders:read"})
    return orders | {"fulfilments:read"} if type in OF_FULFILMENTS else orders


def may_hear(role: str, type: str) -> bool:
    """True if a role may be told of events of this type."""
    return not readers(type).isdisjoint(SCOPES.get(role, "").split())


def shown(role: str, type: str, data: dict[str, Any]) -> dict[str, Any]:
    """Part of an event's data for a role: a warehouse does not get what orders alone say."""
    if type not in OF_FULFILMENTS or "orders:read" in SCOPES[role].split():
        return data
    kept = {name: value for name, value in data.items() if name in SHOWN_OF_FULFILMENTS}
    if "recall" in kept:
        kept["recall"] = {name: value for name, value in kept["recall"].items() if name != "by"}
    return kept


def actor_shown(role: str, actor: str) -> str:
    """Actor as a role is told: without `orders:read` by their role alone."""
    return actor if "orders:read" in SCOPES[role].split() else actor.partition(":")[0]
