"""The dead-letter edge: a message that was given up becomes a dead letter with its reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from oms_aws.platform.dead_letters import NO_REASON, DeadLetter
from oms_aws.platform.logs import logger
from oms_aws.platform.queue import EventNotice
from oms_aws.platform.queues import IN_TURN
from oms_aws.records.wiring import RecordsWiring

UNKNOWN = "unknown"
EARLIER, LATER = timedelta(minutes=2), timedelta(minutes=1)
"""How long an event may be on its way into the stream, and how far clocks may differ."""


GivenUp = Callable[[str, str], None]
"""Takes note that a message was given up: its body, and why."""


def kept(record: dict[str, Any], oms: RecordsWiring, listeners: Mapping[str, GivenUp]) -> None:
    """Keep a dead letter, one for each signal that it brings; keeping it twice changes nothing.

    `listeners` are told what their step gave up.
    """
    given, sent = _given(record), int(record["attributes"]["SentTimestamp"])
    step = _step(record, given, oms)
    sent = int(given.get("Sent") or sent)
    id = f"dl_{sent:013d}_{given.get('Message') or record['messageId']}"
    bodies = _bodies(_brought(record["body"]))
    for number, body in enumerate(bodies):
        reason, tries = _failure(record, given, body, oms)
        letter = DeadLetter(
            id=id if len(bodies) == 1 else f"{id}_{number}",
            step=step,
            reason=reason,
            body=body,
            tries=tries,
            received_at=datetime.fromtimestamp(sent / 1000, UTC).isoformat(),
            group=given.get("Group") or record["attributes"].get("MessageGroupId"),
        )
        if step in listeners:
            listeners[step](body, reason)
        oms.dead_letters.keep(letter)
        said = {"step": step, "letter": letter.id, "reason": reason}
        logger.warning("dead letter", extra=said)


def relayed_again(letter: DeadLetter) -> EventNotice:
    """Notice that has the events of a batch of the stream emitted again that was given up.

    The letter holds no event but when the stream took the first and the last of them; they were
    made a little earlier.
    """
    batch = json.loads(letter.body)["DDBStreamBatchInfo"]
    since, until = (
        datetime.fromisoformat(batch[name]).astimezone(UTC)
        for name in ("approximateArrivalOfFirstRecord", "approximateArrivalOfLastRecord")
    )
    window = {"since": (since - EARLIER).isoformat(), "until": (until + LATER).isoformat()}
    return EventNotice(id=letter.id, type="Emit", aggregate="log/", facts=window)


def _given(record: dict[str, Any]) -> dict[str, str]:
    """Facts that whoever gave the message up has said of it."""
    said = record.get("messageAttributes") or {}
    return {name: str(value["stringValue"]) for name, value in said.items()}


def _step(record: dict[str, Any], given: dict[str, str], oms: RecordsWiring) -> str:
    """The step that it goes back to: as is said, or by the queue or function that it was for.

    `…:auftakt-orders-start_intake` -> `orders/start_intake`. SQS names the queue that a message
    was received from too often, a rule its target, and the reading of a stream its function.
    """
    if "Step" in given:
        return given["Step"]
    source = record["attributes"].get("DeadLetterQueueSourceArn") or given.get("TARGET_ARN")
    arn = source or _read(record["body"]).get("requestContext", {}).get("functionArn")
    if not arn:
        return UNKNOWN
    prefix = oms.settings.queues.rsplit("/", 1)[-1]
    name = arn.removesuffix(":$LATEST").rsplit(":", 1)[-1].removesuffix(IN_TURN)
    return str(name.removeprefix(prefix)).replace("-", "/", 1)


def _read(body: str) -> dict[str, Any]:
    try:
        read = json.loads(body)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _brought(body: str) -> str:
    """The message that a rule could not deliver, which keeps the whole event, or the body."""
    event = _read(body)
    if not {"detail", "detail-type", "source"} <= event.keys():
        return body
    detail, told = event["detail"], {"id": event.get("id", ""), "at": event.get("time", "")}
    match event["source"]:
        case "aws.s3":
            key = detail["object"]["key"]
            return json.dumps({"type": "Upload.Arrived", "aggregate": key, **told})
        case "aws.events":
            return json.dumps({"type": "Clock.Struck", "aggregate": "clock/", **told})
    return json.dumps(detail)


def _bodies(body: str) -> list[str]:
    """Bodies in a message: signals that were lined up together each fail for themselves."""
    try:
        signals = json.loads(body)
    except ValueError:
        return [body]
    return [json.dumps(signal) for signal in signals] if isinstance(signals, list) else [body]


def _failure(
    record: dict[str, Any], given: dict[str, str], body: str, oms: RecordsWiring
) -> tuple[str, int]:
    """Reason, and number of tries: what the step noted, or what the message says of itself."""
    received = int(record["attributes"]["ApproximateReceiveCount"])
    noted, tries = oms.dead_letters.failure(given.get("Message") or record["messageId"])
    if noted != NO_REASON or tries:
        return noted, tries
    if "ERROR_CODE" in given:
        return f"{given['ERROR_CODE']}: {given.get('ERROR_MESSAGE', '')}"[:2000], received
    signal = _read(body)
    failure = signal.get("failure")
    if not isinstance(failure, dict):
        return given.get("Reason") or noted, received
    reason = f"{failure.get('Error', 'failed')}: {failure.get('Cause', '')}"[:2000]
    return reason, signal.get("tried") or received
