"""Events of an order as callers see them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from oms.core.events import LogEntry, facts


def entries_seen(entries: Iterable[LogEntry]) -> list[dict[str, Any]]:
    """Entries of a log: who, what, when, why, and the hash that chains them."""
    return [
        {
            "id": event.id,
            "type": event.type,
            "sequence": event.sequence,
            "at": event.at,
            "actor": event.actor,
            "cause": event.cause,
            "format": event.format,
            "data": {name: value for name, value in facts(event).items() if name != "event"},
            "hash": event.hash,
        }
        for event in entries
    ]
