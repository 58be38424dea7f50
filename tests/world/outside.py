"""The services outside of the functions that moto does not play: bus, queues, flows and mail."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.world.blueprint import PREFIX, REGION, Blueprint, QueueMade


class Said(Exception):
    """A service's error answer."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.text = text


@dataclass
class Message:
    """A message in a queue."""

    id: str
    body: str
    sent_at: datetime
    visible_at: datetime
    received: int = 0
    group: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    source: str = ""


DROPPED_FOR = timedelta(minutes=5)
"""How long a FIFO queue drops what it has taken already."""


def ready(queue: list[Message], now: datetime) -> list[Message]:
    """What a queue would deliver: of a group, nothing while something of it is in flight."""
    busy = {m.group for m in queue if m.group and m.received and m.visible_at > now}
    return [m for m in queue if m.visible_at <= now and m.group not in busy]


@dataclass
class Mail:
    """A mail that SES took."""

    id: str
    to: str
    cause: str
    kind: str
    subject: str
    html: str
    text: str
    sender: str
    reply_to: str


@dataclass
class Outside:
    """Bus, queues and mail; flows are asked through the two callables."""

    blueprint: Blueprint
    now: Callable[[], datetime]
    start: Callable[[str, str, dict[str, Any]], None]
    answer: Callable[[str, Any], None]
    queues: dict[str, list[Message]] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)
    taken: dict[tuple[str, str, str], Message] = field(default_factory=dict)
    refusing_mail: bool | str = False
    losing: set[str] = field(default_factory=set)
    sent: int = 0
    counted: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.queues = {name: [] for name in self.blueprint.queues}

    def asked(self, service: str, operation: str, given: dict[str, Any]) -> dict[str, Any] | None:
        """A service's answer, or None for those that moto plays; raises Said."""
        match service, operation:
            case "events", "PutEvents":
                return self._put_events(given)
            case "sqs", "SendMessage":
                return {"MessageId": self._send(given).id}
            case "sqs", "SendMessageBatch":
                assert 0 < len(given["Entries"]) <= 10
                url = {"QueueUrl": given["QueueUrl"]}
                return {"Successful": [self._send({**url, **e}).id for e in given["Entries"]]}
            case "sqs", "ChangeMessageVisibility":
                self._delay(given)
                return {}
            case "sfn", "StartExecution":
                machine = given["stateMachineArn"].rpartition(":")[2]
                self.start(machine, given["name"], json.loads(given["input"]))
                return {"executionArn": f"{machine}:{given['name']}"}
            case "sfn", "SendTaskSuccess":
                self.answer(given["taskToken"], json.loads(given["output"]))
                return {}
            case "sesv2", "SendEmail":
                return self._mail(given)
        return None

    def send(
        self,
        queue: str,
        body: str,
        *,
        after: int = 0,
        group: str = "",
        attributes: dict[str, Any] | None = None,
    ) -> Message:
        """Put a message into a queue; raises Said when there is no such queue."""
        if queue not in self.queues:
            raise Said("AWS.SimpleQueueService.NonExistentQueue", queue)
        if queue in self.losing:
            return Message("lost", body, self.now(), self.now())
        self.sent += 1
        self.counted[queue] += 1
        visible_at = self.now() + timedelta(seconds=after)
        said = {name: str(each["StringValue"]) for name, each in (attributes or {}).items()}
        assert all(said.values())
        assert len(said) <= 10
        message = Message(
            f"{self.sent:08d}-msg", body, self.now(), visible_at, group=group, attributes=said
        )
        self.queues[queue].append(message)
        return message

    def _send(self, given: dict[str, Any]) -> Message:
        queue, body = _name(given["QueueUrl"]), given["MessageBody"]
        if not queue.endswith(".fifo"):
            assert "MessageGroupId" not in given
            said = given.get("MessageAttributes")
            return self.send(queue, body, after=given.get("DelaySeconds", 0), attributes=said)
        assert "DelaySeconds" not in given
        group = given["MessageGroupId"]
        assert group
        key = (queue, group, given.get("MessageDeduplicationId", body))
        known = self.taken.get(key)
        if known and known.sent_at > self.now() - DROPPED_FOR:
            return known
        self.taken[key] = self.send(queue, body, group=group)
        return self.taken[key]

    def made(self, queue: str) -> QueueMade:
        return self.blueprint.queues[queue]

    def _put_events(self, given: dict[str, Any]) -> dict[str, Any]:
        for entry in given["Entries"]:
            for rule in self.blueprint.rules:
                if rule.matches(entry["Source"], entry["DetailType"]):
                    self.send(rule.queue, json.dumps(json.loads(entry["Detail"])))
        answers = [{"EventId": str(number)} for number, _ in enumerate(given["Entries"])]
        return {"FailedEntryCount": 0, "Entries": answers}

    def _delay(self, given: dict[str, Any]) -> None:
        for message in self.queues[_name(given["QueueUrl"])]:
            if given["ReceiptHandle"] == f"{message.id}/{message.received}":
                message.visible_at = self.now() + timedelta(seconds=given["VisibilityTimeout"])

    def _mail(self, given: dict[str, Any]) -> dict[str, Any]:
        if self.refusing_mail in (True, *given["Destination"]["ToAddresses"]):
            raise Said("MessageRejected", "The address is on the suppression list.")
        tags = {tag["Name"]: tag["Value"] for tag in given["EmailTags"]}
        content = given["Content"]["Simple"]
        self.mails.append(
            Mail(
                id=f"mail-{len(self.mails) + 1}",
                to=given["Destination"]["ToAddresses"][0],
                cause=tags["cause"],
                kind=tags["kind"],
                subject=content["Subject"]["Data"],
                html=content["Body"]["Html"]["Data"],
                text=content["Body"]["Text"]["Data"],
                sender=given["FromEmailAddress"],
                reply_to=given["ReplyToAddresses"][0],
            )
        )
        return {"MessageId": self.mails[-1].id}


def arn(queue: str) -> str:
    return f"arn:aws:sqs:{REGION}:123456789012:{queue}"


def _name(url: str) -> str:
    name = url.rpartition("/")[2]
    assert name.startswith(PREFIX)
    return name
