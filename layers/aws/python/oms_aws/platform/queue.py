"""The queue edge: one event of the bus for each call of the step, failures told one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from oms_aws.platform import tries
from oms_aws.platform.logs import logger
from oms_aws.platform.wiring import PlatformWiring, collaborators, named

BACKOFF_SECONDS = (2, 10, 60, 300)
"""How long a failed message waits before each further try; the last one repeats."""


class EventNotice(Struct, frozen=True, kw_only=True):
    """An event as it travels on the bus: a claim check, not the event's whole data.

    `redriven` counts how often a clerk has sent it back from the dead letters, `tried` how often a
    step that works in turn has put it off.
    """

    type: str
    aggregate: str
    id: str = ""
    shop: str = ""
    sequence: int = 0
    at: str = ""
    actor: str = ""
    cause: str = ""
    facts: dict[str, Any] = {}
    redriven: int = 0
    tried: int = 0

    @property
    def order_id(self) -> str:
        """The order that the event is of."""
        return self.aggregate.removeprefix("order/")


_decode = msgspec.json.Decoder(EventNotice).decode

Step = Callable[[EventNotice, Any], None]
Unfinished = Mapping[int, Exception]
"""The places of the signals of a delivery that are to come again, and why."""

Batch = Callable[[list[EventNotice], Any], Unfinished | None]
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def queue(
    step: Step | None = None, *, backoff: Sequence[int] = BACKOFF_SECONDS
) -> Callable[..., Any]:
    """Make a Lambda handler for an SQS event source of a step that takes one signal.

    A message that fails is tried again after `backoff`, until it becomes a dead letter with its
    reason; what would fail again does at once. The others of its batch are done.
    """

    def decorate(step: Step) -> Handler:
        kind = named(step)

        def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
            oms = collaborators(kind)
            records = tries.fewest_first(event["Records"])
            failed = [r["messageId"] for r in records if not _done(step, r, oms, backoff)]
            return {"batchItemFailures": [{"itemIdentifier": id} for id in failed]}

        return handler

    return decorate(step) if step else decorate


def batch(
    step: Batch | None = None, *, backoff: Sequence[int] = BACKOFF_SECONDS
) -> Callable[..., Any]:
    """Make a Lambda handler for an SQS event source of a step that takes all signals of a delivery.

    They are done together; those that the step names as unfinished fail as one signal does, and
    all of them when it raises. What was cut off before is done alone.
    """

    def decorate(step: Batch) -> Handler:
        kind = named(step)

        def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
            oms = collaborators(kind)
            records = tries.fewest_first(event["Records"])
            fresh = [record for record in records if not tries.suspect(record, oms)]
            together = [fresh] if fresh else []
            failed = [
                id
                for some in (*together, *([record] for record in records[len(fresh) :]))
                for id in _done_together(step, some, oms, backoff)
            ]
            return {"batchItemFailures": [{"itemIdentifier": id} for id in failed]}

        return handler

    return decorate(step) if step else decorate


def _done_together(
    step: Batch, records: list[dict[str, Any]], oms: PlatformWiring, backoff: Sequence[int]
) -> list[str]:
    """Do some messages at once: answers the ids of those that come again."""
    read: list[tuple[dict[str, Any], EventNotice]] = []
    failed: list[tuple[dict[str, Any], Exception]] = []
    for record in records:
        if tries.exhausted(record, oms):
            continue
        try:
            read.append((record, _decode(record["body"])))
        except msgspec.DecodeError as error:
            failed.append((record, error))
    try:
        unfinished = step([signal for _, signal in read], oms) or {}
        failed += [(read[place][0], error) for place, error in unfinished.items()]
        logger.info("done", extra={"signals": len(read) - len(unfinished)})
    except Exception as error:
        failed += [(record, error) for record, _ in read]
    return [r["messageId"] for r, why in failed if _again(r, why, oms, backoff)]


def _done(step: Step, record: dict[str, Any], oms: PlatformWiring, backoff: Sequence[int]) -> bool:
    """True if nothing is to be done about a message any more."""
    if tries.exhausted(record, oms):
        return True
    try:
        signal = _decode(record["body"])
        step(signal, oms)
    except Exception as error:
        return not _again(record, error, oms, backoff)
    logger.info("done", extra={"order": signal.order_id, "cause": signal.id, "type": signal.type})
    return True


def _again(
    record: dict[str, Any], error: Exception, oms: PlatformWiring, backoff: Sequence[int]
) -> bool:
    """True if a message that failed comes again; it does after a while."""
    tried = tries.failed(record, error, oms)
    if tried:
        seconds = backoff[min(tried, len(backoff)) - 1]
        oms.queues.delay(oms.settings.step, record["receiptHandle"], seconds)
    return bool(tried)
