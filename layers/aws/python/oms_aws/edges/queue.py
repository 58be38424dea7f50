"""The queue edge: one event of the bus for each call of the step, failures told one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from oms.refusals import Refusal
from oms_aws.logs import logger
from oms_aws.wiring import Ports, ports

BACKOFF_SECONDS = (2, 10, 60, 300)
"""How long a failed message waits before each further try; the last one repeats."""

AT_ONCE = 1
"""How long one waits that will fail again: it shall be a dead letter soon."""


class Signal(Struct, frozen=True, kw_only=True):
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


_decode = msgspec.json.Decoder(Signal).decode

Step = Callable[[Signal, Ports], None]
Batch = Callable[[list[Signal], Ports], None]
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def queue(
    step: Step | None = None, *, backoff: Sequence[int] = BACKOFF_SECONDS
) -> Callable[..., Any]:
    """Make a Lambda handler for an SQS event source of a step that takes one signal.

    A message that fails is tried again after `backoff`, and its reason kept for the dead letter
    that it may become; the others of its batch are done (partial batch response).
    """

    def decorate(step: Step) -> Handler:
        def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
            oms = ports()
            failed = [r["messageId"] for r in event["Records"] if not _done(step, r, oms, backoff)]
            return {"batchItemFailures": [{"itemIdentifier": id} for id in failed]}

        return handler

    return decorate(step) if step else decorate


def batch(step: Batch) -> Handler:
    """Make a Lambda handler for an SQS event source of a step that takes all signals of a delivery.

    They are done together, or all fail as one signal does.
    """

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        oms, read = ports(), []
        failed: list[tuple[dict[str, Any], Exception]] = []
        for record in event["Records"]:
            try:
                read.append((record, _decode(record["body"])))
            except msgspec.DecodeError as error:
                failed.append((record, error))
        try:
            step([signal for _, signal in read], oms)
            logger.info("done", extra={"signals": len(read)})
        except Exception as error:
            failed += [(record, error) for record, _ in read]
        for record, why in failed:
            _not_done(record, why, oms, BACKOFF_SECONDS)
        return {"batchItemFailures": [{"itemIdentifier": r["messageId"]} for r, _ in failed]}

    return handler


def _done(step: Step, record: dict[str, Any], oms: Ports, backoff: Sequence[int]) -> bool:
    try:
        signal = _decode(record["body"])
        step(signal, oms)
    except Exception as error:
        _not_done(record, error, oms, backoff)
        return False
    logger.info("done", extra={"order": signal.order_id, "cause": signal.id, "type": signal.type})
    return True


def _not_done(record: dict[str, Any], error: Exception, oms: Ports, backoff: Sequence[int]) -> None:
    """Keep why a message failed, and let it be tried again after a while."""
    tried = int(record["attributes"]["ApproximateReceiveCount"])
    told = {"message_id": record["messageId"], "tried": tried}
    logger.error("not done", exc_info=error, extra=told)
    reason = f"{type(error).__name__}: {error}"
    oms.dead_letters.note_failure(record["messageId"], reason, at=oms.now())
    final = isinstance(error, Refusal | msgspec.DecodeError)
    seconds = AT_ONCE if final else backoff[min(tried, len(backoff)) - 1]
    oms.queues.delay(oms.settings.step, record["receiptHandle"], seconds)
