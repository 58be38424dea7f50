"""The steps' queues in SQS: to wake a step, to try a message later, or to give one up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from oms.core.refusals import NotNow

IN_TURN = ".fifo"
NO_GROUP = "none"
LETTERS = "dead-letters"
LONGEST = 1_000
MOST_A_CALL = 10
_UNSENDABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What SQS takes in no message."""


class Given(Struct, frozen=True, kw_only=True):
    """Note to the dead letters on a message: the step that gave it up, and why.

    `message` and `sent` are its id and the time at which it was sent (milliseconds) when it first
    came to the step, `group` is what it has to be in turn with.
    """

    step: str
    reason: str = ""
    message: str = ""
    sent: str = ""
    group: str = ""

    def attributes(self) -> dict[str, dict[str, str]]:
        """It as attributes of a message, in which SQS takes no empty ones."""
        said = {name: _UNSENDABLE.sub(" ", value)[:LONGEST] for name, value in asdict(self).items()}
        return {
            name.title(): {"DataType": "String", "StringValue": value}
            for name, value in said.items()
            if value
        }


class SqsQueues:
    """Queues by the name of the step that they wake; `prefix` is the URL up to that name."""

    def __init__(self, client: Any, prefix: str) -> None:
        self._client = client
        self._prefix = prefix

    def send(self, step: str, body: str, *, after: int = 0) -> None:
        """Wake a step with a message, after so many seconds."""
        self._client.send_message(QueueUrl=self._url(step), MessageBody=body, DelaySeconds=after)

    def send_many(self, step: str, bodies: Sequence[str]) -> None:
        """Wake a step with several small messages; raises NotNow when some could not be sent."""
        for start in range(0, len(bodies), MOST_A_CALL):
            some = bodies[start : start + MOST_A_CALL]
            answer = self._client.send_message_batch(
                QueueUrl=self._url(step),
                Entries=[{"Id": str(n), "MessageBody": body} for n, body in enumerate(some)],
            )
            if refused := answer.get("Failed"):
                raise NotNow(f"{len(refused)} messages were not taken: {refused[0].get('Code')}")

    def line_up(self, step: str, body: str, *, group: str, once: str = "") -> None:
        """Wake a step that works in turn with a message, behind those of its group.

        The same message, or another one with the same `once`, is dropped for five minutes.
        """
        named = {"MessageDeduplicationId": once} if once else {}
        self._client.send_message(
            QueueUrl=self._url(step) + IN_TURN,
            MessageBody=body,
            MessageGroupId=group or NO_GROUP,
            **named,
        )

    def give_up(self, body: str, given: Given) -> None:
        """Make a message a dead letter at once."""
        self._client.send_message(
            QueueUrl=self._prefix + LETTERS, MessageBody=body, MessageAttributes=given.attributes()
        )

    def delay(self, step: str, receipt: str, seconds: int) -> None:
        """Let a failed message be tried again after so many seconds."""
        self._client.change_message_visibility(
            QueueUrl=self._url(step), ReceiptHandle=receipt, VisibilityTimeout=seconds
        )

    def _url(self, step: str) -> str:
        return self._prefix + queue_name(step)


def queue_name(step: str) -> str:
    """`orders/start_intake` -> `orders-start_intake`."""
    return step.replace("/", "-")
