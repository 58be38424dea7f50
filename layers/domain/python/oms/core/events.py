"""Events: what happened to an aggregate, numbered without gaps and chained by hash."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import msgspec

GENESIS = "0" * 64


class LogEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of an aggregate's log.

    `aggregate` is `order/ord_…` or `stock/<sku>`; `sequence` counts from 1 within it; `cause` is
    the id of what led to it (another event's, a request's); `data` is JSON; `hash` is the SHA-256,
    in hex, over the previous event's hash and this event's content.
    """

    id: str
    type: str
    aggregate: str
    shop: str
    sequence: int
    at: datetime
    actor: str
    cause: str
    data: msgspec.Raw
    hash: str = ""


def chained(event: LogEntry, previous: str) -> LogEntry:
    """The event with its hash, given the hash of the event before it (`GENESIS` for the first)."""
    return msgspec.structs.replace(event, hash=digest(event, previous))


def digest(event: LogEntry, previous: str) -> str:
    """SHA-256 in hex over the previous hash and every field of the event but its own hash."""
    content = "\n".join(
        (
            previous,
            event.id,
            event.type,
            event.aggregate,
            event.shop,
            str(event.sequence),
            event.at.isoformat(),
            event.actor,
            event.cause,
        )
    )
    return hashlib.sha256(content.encode() + b"\n" + bytes(event.data)).hexdigest()


def facts(event: LogEntry) -> dict[str, Any]:
    """The event's data as plain JSON values."""
    decoded: dict[str, Any] = msgspec.json.decode(event.data)
    return decoded
