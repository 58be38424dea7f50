"""Tries of a message as its step counts them: a throttled delivery is none, a crash is one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from oms.core.refusals import Refusal
from oms_aws.platform.logs import logger
from oms_aws.platform.mail import OutcomeUnknown
from oms_aws.platform.queues import Given
from oms_aws.platform.wiring import PlatformWiring

Record = dict[str, Any]

# SQS counts every delivery as received, also one that Lambda refused. So a failure is counted when
# it is caught. What is cut off (time-out, crash) cannot count: of a message that was received more
# often than its step has tries, each begin is counted before it, and such messages are done alone.


def suspect(record: Record, oms: PlatformWiring) -> bool:
    """True if a message was received more often than its step may fail at it."""
    return received(record) > oms.settings.tries


def received(record: Record) -> int:
    """Number of deliveries of a message, whether or not they reached a function."""
    return int(record["attributes"]["ApproximateReceiveCount"])


def fewest_first(records: Iterable[Record]) -> list[Record]:
    """Records by deliveries: one that kills its function takes none with it that is new."""
    return sorted(records, key=received)


def exhausted(record: Record, oms: PlatformWiring) -> bool:
    """Count that a suspect message is begun; too often begun, it is given up instead."""
    if not suspect(record, oms):
        return False
    begun = oms.dead_letters.note_begin(record["messageId"], at=oms.now())
    if begun <= oms.settings.tries:
        return False
    give_up(record, oms.dead_letters.reason(record["messageId"]), oms)
    return True


def failed(record: Record, error: Exception, oms: PlatformWiring) -> int:
    """Keep why a message failed: answers how often it did by now, or 0 when it is given up."""
    reason = f"{type(error).__name__}: {error}"
    tried = oms.dead_letters.note_failure(record["messageId"], reason, at=oms.now())
    logger.error("not done", exc_info=error, extra={"message_id": record["messageId"], "n": tried})
    if not _final(error) and tried < oms.settings.tries:
        return tried
    give_up(record, reason, oms)
    return 0


def _final(error: Exception) -> bool:
    """True if it would fail again in the same way, however often it is tried."""
    if isinstance(error, OutcomeUnknown):
        return error.final
    return isinstance(error, Refusal | msgspec.DecodeError)


def give_up(record: Record, reason: str, oms: PlatformWiring) -> None:
    """Send a message to the dead letters, with all that is known of it.

    Whoever is cut off behind this sends it twice, and it is one letter all the same.
    """
    given = Given(
        step=oms.settings.step,
        reason=reason,
        message=record["messageId"],
        sent=record["attributes"]["SentTimestamp"],
        group=record["attributes"].get("MessageGroupId", ""),
    )
    oms.queues.give_up(record["body"], given)
