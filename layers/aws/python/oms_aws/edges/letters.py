"""The dead-letter edge: a message of a dead-letter queue becomes a dead letter with its reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from oms_aws.dead_letters import NO_REASON, DeadLetter
from oms_aws.edges.subscribers import given_up
from oms_aws.logs import logger
from oms_aws.wiring import Ports

SUFFIX = "-dlq"


def kept(record: dict[str, Any], oms: Ports) -> None:
    """Keep a dead letter; keeping it twice changes nothing."""
    step = _step(record["eventSourceARN"], oms)
    sent = int(record["attributes"]["SentTimestamp"])
    reason = _reason(record, oms)
    letter = DeadLetter(
        id=f"dl_{sent:013d}_{record['messageId']}",
        step=step,
        reason=reason,
        body=record["body"],
        tries=int(record["attributes"]["ApproximateReceiveCount"]),
        received_at=datetime.fromtimestamp(sent / 1000, UTC).isoformat(),
    )
    if step == "notices/tell_subscriber":
        given_up(record["body"], reason, oms)
    oms.dead_letters.keep(letter)
    logger.warning("dead letter", extra={"step": step, "letter": letter.id, "reason": reason})


def _step(arn: str, oms: Ports) -> str:
    """`…:auftakt-capture-start_intake-dlq` -> `capture/start_intake`."""
    prefix = oms.settings.queues.rsplit("/", 1)[-1]
    name = arn.rsplit(":", 1)[-1].removeprefix(prefix).removesuffix(SUFFIX)
    return name.replace("-", "/", 1)


def _reason(record: dict[str, Any], oms: Ports) -> str:
    """Why: what the step noted, or what a failed flow says of itself."""
    noted = oms.dead_letters.reason(record["messageId"])
    if noted != NO_REASON:
        return noted
    try:
        failure = json.loads(record["body"])["failure"]
    except (ValueError, KeyError, TypeError):
        return noted
    return f"{failure.get('Error', 'failed')}: {failure.get('Cause', '')}"[:2000]
