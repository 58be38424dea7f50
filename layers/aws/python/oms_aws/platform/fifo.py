"""The queue edge of steps that work in turn: of a group, nothing is done side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec.structs import asdict, replace

from oms.core.refusals import Refusal
from oms_aws.platform import tries
from oms_aws.platform.logs import logger
from oms_aws.platform.queue import BACKOFF_SECONDS, EventNotice, Handler
from oms_aws.platform.queues import Given
from oms_aws.platform.wiring import PlatformWiring, collaborators, named

_decode = msgspec.json.Decoder(list[EventNotice] | EventNotice).decode

Step = Callable[[list[EventNotice], Any], Mapping[int, Exception]]


def in_turn(*, again: str) -> Callable[[Step], Handler]:
    """Make a Lambda handler of a step that takes signals and answers why some of them failed.

    What fails steps aside, so that its group goes on without it: after a while the step `again`
    lines it up once more, until it becomes a dead letter with its reason. What was cut off before
    is done message by message.
    """

    def decorate(step: Step) -> Handler:
        kind = named(step)

        def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
            oms, records = collaborators(kind), event["Records"]
            fresh = [record for record in records if not tries.suspect(record, oms)]
            together = [fresh] if fresh else []
            rest = [[record] for record in records if record not in fresh]
            for some in (*together, *rest):
                _done(step, some, again, oms)
            return {"batchItemFailures": []}

        return handler

    return decorate


def _done(step: Step, records: list[dict[str, Any]], again: str, oms: PlatformWiring) -> None:
    signals: list[EventNotice] = []
    for record in records:
        if tries.exhausted(record, oms):
            continue
        try:
            signals += _signals(record["body"])
        except msgspec.DecodeError as error:
            tries.failed(record, error, oms)
    failed = step(signals, oms) if signals else {}
    for place, why in failed.items():
        _step_aside(signals[place], why, again, oms)
    logger.info("done", extra={"signals": len(signals), "aside": len(failed)})


def _signals(body: str) -> list[EventNotice]:
    """Notices in a message: those lined up together, or one that a clerk sent back."""
    decoded = _decode(body)
    return decoded if isinstance(decoded, list) else [decoded]


def _step_aside(signal: EventNotice, error: Exception, again: str, oms: PlatformWiring) -> None:
    """Line a signal up once more later, or give it up when that is of no use."""
    signal = replace(signal, tried=signal.tried + 1)
    told = {"order": signal.order_id, "cause": signal.id, "tried": signal.tried}
    logger.error("stepped aside", exc_info=error, extra=told)
    if isinstance(error, Refusal) or signal.tried >= oms.settings.tries:
        failure = {"Error": type(error).__name__, "Cause": str(error)}
        body = msgspec.json.encode({**asdict(signal), "failure": failure}).decode()
        oms.queues.give_up(body, Given(step=oms.settings.step, group=signal.shop))
    else:
        seconds = BACKOFF_SECONDS[min(signal.tried, len(BACKOFF_SECONDS)) - 1]
        oms.queues.send(again, msgspec.json.encode(signal).decode(), after=seconds)
