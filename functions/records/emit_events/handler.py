"""Events of the log go to the bus once more: by their numbers, or all that were made in a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from msgspec.json import encode
from msgspec.structs import replace

from oms_aws.platform.history import Part, parts
from oms_aws.platform.queue import EventNotice, queue
from oms_aws.platform.stream import put
from oms_aws.records.wiring import RecordsWiring

AT_ONCE = 200
"""How many events a run puts; the rest is for the next ones."""


@queue
def handler(signal: EventNotice, oms: RecordsWiring) -> None:
    facts = signal.facts
    if "first" in facts:
        put(oms.history.numbered(signal.aggregate, facts["first"], facts["last"]), oms)
    elif "part" in facts:
        since, until = _time(facts)
        part, after = Part(*facts["part"]), facts.get("after", "")
        events, after = oms.history.made(part, since, until, after=after, limit=AT_ONCE)
        put(events, oms)
        _go_on(signal, [{"after": after}] if after else [], oms)
    else:
        _go_on(signal, ({"part": part} for part in parts(*_time(facts))), oms)


def _time(facts: dict[str, Any]) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(facts["since"]), datetime.fromisoformat(facts["until"])


def _go_on(
    signal: EventNotice, more: list[dict[str, Any]] | Iterator[dict[str, Any]], oms: RecordsWiring
) -> None:
    rest = [replace(signal, facts={**signal.facts, **each}) for each in more]
    oms.queues.send_many(oms.settings.step, [encode(each).decode() for each in rest])
