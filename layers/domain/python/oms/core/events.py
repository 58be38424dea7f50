"""Events: what happened to an aggregate, numbered without gaps and chained by hash."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar, get_args

import msgspec

from oms.core.formats import Upgrade, upgraded
from oms.core.refusals import Broken

GENESIS = "0" * 64


class DomainEvent(msgspec.Struct, frozen=True, tag_field="event", omit_defaults=True):
    """Something that happened to an aggregate; its tag is the event type.

    `upgrades` read what was written in earlier formats of the type (`oms.core.formats`).
    """

    upgrades: ClassVar[tuple[Upgrade, ...]] = ()

    @classmethod
    def newest(cls) -> int:
        """Number of the format that is written."""
        return len(cls.upgrades) + 1


class LogEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of an aggregate's log.

    `aggregate` is `order/ord_…` or `stock/<sku>`; `sequence` counts from 1 within it; `cause` is
    the id of what led to it (another event's, a request's); `data` is JSON in the type's format of
    that number (`oms.core.formats`); `hash` is the SHA-256, in hex, over the previous event's hash
    and this event's content.
    """

    id: str
    type: str
    aggregate: str
    shop: str
    sequence: int
    at: datetime
    actor: str
    cause: str
    format: int = 1
    data: msgspec.Raw
    hash: str = ""


Event = TypeVar("Event")
State = TypeVar("State")


class EventReader(Generic[Event]):
    """Reader of the events of a kind of aggregate, in whatever format they were written."""

    def __init__(self, types: Any) -> None:
        """`types` is an event, or the union of several."""
        every = get_args(types) or (types,)
        self._upgrades = {each.__struct_config__.tag: each.upgrades for each in every}
        self._decode = msgspec.json.Decoder(types).decode

    def read(self, entry: LogEntry) -> Event:
        """The event of an entry; raises msgspec.DecodeError for one of no type that is known."""
        upgrades = self._upgrades.get(entry.type, ())
        return self._decode(upgraded(bytes(entry.data), entry.format, upgrades))  # type: ignore[no-any-return]


def replay(
    log: Iterable[Any],
    first: type[DomainEvent],
    begun: Callable[[Any], State],
    applied: Callable[[State, Any], State],
) -> State:
    """The state that a log of events tells of: begun by the `first`, then after each, in order.

    Raises Broken for a log without a beginning.
    """
    state: State | None = None
    for event in log:
        if isinstance(event, first):
            state = begun(event)
        elif state is None:
            raise Broken(f"the log does not begin with {first.__struct_config__.tag}")
        else:
            state = applied(state, event)
    if state is None:
        raise Broken("the log is empty")
    return state


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
            str(event.format),
        )
    )
    return hashlib.sha256(content.encode() + b"\n" + bytes(event.data)).hexdigest()


def facts(event: LogEntry) -> dict[str, Any]:
    """The event's data as plain JSON values."""
    decoded: dict[str, Any] = msgspec.json.decode(event.data)
    return decoded
