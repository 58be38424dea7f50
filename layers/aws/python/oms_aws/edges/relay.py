"""The stream edge: event items of the table become entries on the bus, in order."""

from __future__ import annotations

from typing import Any

import msgspec

from oms_aws.logs import logger
from oms_aws.table import unmarshal
from oms_aws.wiring import Ports, ports

ENTRIES_A_CALL = 10
CARRIED = ("id", "type", "aggregate", "shop", "sequence", "at", "actor", "cause")


def relayed(records: list[dict[str, Any]]) -> dict[str, Any]:
    """Put each record's event on the bus.

    From the first entry that the bus did not take, the batch comes again; an event may so be put
    twice, which its listeners allow for.
    """
    oms = ports()
    for start in range(0, len(records), ENTRIES_A_CALL):
        some = records[start : start + ENTRIES_A_CALL]
        answer = oms.bus.put_events(Entries=[_entry(record, oms) for record in some])
        for record, result in zip(some, answer["Entries"], strict=True):
            if result.get("ErrorCode"):
                sequence = record["dynamodb"]["SequenceNumber"]
                logger.warning("not relayed", extra={"why": result["ErrorCode"]})
                return {"batchItemFailures": [{"itemIdentifier": sequence}]}
    logger.info("relayed", extra={"events": len(records)})
    return {"batchItemFailures": []}


def _entry(record: dict[str, Any], oms: Ports) -> dict[str, Any]:
    item = unmarshal(record["dynamodb"]["NewImage"])
    detail = {name: item[name] for name in CARRIED}
    detail["facts"] = msgspec.Raw(item["facts"].encode())
    return {
        "EventBusName": oms.settings.bus,
        "Source": "auftakt",
        "DetailType": item["type"],
        "Detail": msgspec.json.encode(detail).decode(),
    }
