"""A day that is over is sealed: one hash in the archive speaks for all that happened on it."""

from __future__ import annotations

from msgspec.json import encode

from oms.records.seal import due
from oms_aws.platform.logs import logger
from oms_aws.platform.queue import EventNotice, queue
from oms_aws.records.wiring import RecordsWiring


@queue
def handler(signal: EventNotice, oms: RecordsWiring) -> None:
    """Seal one day, and leave those behind it to the next run; twice seals nothing twice."""
    last, chain = oms.seals.last()
    day = due(last, oms.now())
    if day is None:
        return
    made = oms.seals.seal(day, chain)
    logger.info("sealed", extra={"day": day, "events": len(made.entries), "root": made.root})
    if due(day, oms.now()):
        oms.queues.send(oms.settings.step, encode(signal).decode())
