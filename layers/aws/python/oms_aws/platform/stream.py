"""The stream edge: event items of the table become entries on the bus, in order."""

from __future__ import annotations

from typing import Any

import msgspec

from oms.core.refusals import NotNow
from oms_aws.platform.attributes import unmarshal
from oms_aws.platform.logs import logger
from oms_aws.platform.wiring import PlatformWiring, collaborators

ENTRIES_A_CALL = 10
CARRIED = ("id", "type", "aggregate", "shop", "sequence", "at", "actor", "cause")


def relayed(records: list[dict[str, Any]]) -> dict[str, Any]:
    """Put each record's event on the bus.

    Raises NotNow when the bus refuses an entry: the batch then comes again, so an event may be put
    twice, which its listeners allow for.
    """
    oms = collaborators(PlatformWiring)
    put([unmarshal(record["dynamodb"]["NewImage"]) for record in records], oms)
    logger.info("relayed", extra={"events": len(records)})
    return {"batchItemFailures": []}


def put(items: list[dict[str, Any]], oms: PlatformWiring) -> None:
    """Put events on the bus, as the table has them; raises NotNow when it refuses one."""
    for start in range(0, len(items), ENTRIES_A_CALL):
        some = items[start : start + ENTRIES_A_CALL]
        answer = oms.bus.put_events(Entries=[_entry(item, oms) for item in some])
        refused = [entry["ErrorCode"] for entry in answer["Entries"] if entry.get("ErrorCode")]
        if refused:
            raise NotNow(f"the bus refused {len(refused)} events: {refused[0]}")


def _entry(item: dict[str, Any], oms: PlatformWiring) -> dict[str, Any]:
    detail = {name: item[name] for name in CARRIED}
    detail["facts"] = msgspec.Raw(item["facts"].encode())
    return {
        "EventBusName": oms.settings.bus,
        "Source": "auftakt",
        "DetailType": item["type"],
        "Detail": msgspec.json.encode(detail).decode(),
    }
