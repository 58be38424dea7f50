"""The dead-letter edge: a message of a dead-letter queue becomes a dead letter with its reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from oms_aws.dead_letters import NO_REASON, DeadLetter
from oms_aws.edges.subscribers import given_up
from oms_aws.logs import logger
from oms_aws.queues import IN_TURN
from oms_aws.wiring import Ports

SUFFIX = "-dlq"


def kept(record: dict[str, Any], oms: Ports) -> None:
    """Keep a dead letter, one for each signal that it brings; keeping it twice changes nothing."""
    step = _step(record["eventSourceARN"], oms)
    sent = int(record["attributes"]["SentTimestamp"])
    id = f"dl_{sent:013d}_{record['messageId']}"
    bodies = _bodies(record["body"])
    for number, body in enumerate(bodies):
        reason, tries = _failure(record, body, oms)
        letter = DeadLetter(
            id=id if len(bodies) == 1 else f"{id}_{number}",
            step=step,
            reason=reason,
            body=body,
            tries=tries,
            received_at=datetime.fromtimestamp(sent / 1000, UTC).isoformat(),
            group=record["attributes"].get("MessageGroupId"),
        )
        if step == "notices/tell_subscriber":
            given_up(body, reason, oms)
        oms.dead_letters.keep(letter)
        said = {"step": step, "letter": letter.id, "reason": reason}
        logger.warning("dead letter", extra=said)


def _step(arn: str, oms: Ports) -> str:
    """`…:auftakt-capture-start_intake-dlq` -> `capture/start_intake`."""
    prefix = oms.settings.queues.rsplit("/", 1)[-1]
    name = arn.rsplit(":", 1)[-1].removesuffix(IN_TURN).removeprefix(prefix).removesuffix(SUFFIX)
    return name.replace("-", "/", 1)


def _bodies(body: str) -> list[str]:
    """What a message brings: signals that were lined up together each fail for themselves."""
    try:
        signals = json.loads(body)
    except ValueError:
        return [body]
    return [json.dumps(signal) for signal in signals] if isinstance(signals, list) else [body]


def _failure(record: dict[str, Any], body: str, oms: Ports) -> tuple[str, int]:
    """Why, and after how many tries: what the step noted, or what the message says of itself."""
    received = int(record["attributes"]["ApproximateReceiveCount"])
    noted = oms.dead_letters.reason(record["messageId"])
    if noted != NO_REASON:
        return noted, received
    try:
        signal = json.loads(body)
        failure = signal["failure"]
    except (ValueError, KeyError, TypeError):
        return noted, received
    reason = f"{failure.get('Error', 'failed')}: {failure.get('Cause', '')}"[:2000]
    return reason, signal.get("tried") or received
