"""The steps' queues in SQS: to wake a step, to try a message later, or to give one up."""

from __future__ import annotations

from typing import Any

IN_TURN = ".fifo"
NO_GROUP = "none"


class SqsQueues:
    """Queues by the name of the step that they wake; `prefix` is the URL up to that name."""

    def __init__(self, client: Any, prefix: str) -> None:
        self._client = client
        self._prefix = prefix

    def send(self, step: str, body: str, *, after: int = 0) -> None:
        """Wake a step with a message, after so many seconds."""
        self._client.send_message(QueueUrl=self._url(step), MessageBody=body, DelaySeconds=after)

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

    def give_up(self, step: str, body: str, *, group: str) -> None:
        """Make a message of a step that works in turn a dead letter at once."""
        self._client.send_message(
            QueueUrl=f"{self._url(step)}-dlq{IN_TURN}",
            MessageBody=body,
            MessageGroupId=group or NO_GROUP,
        )

    def delay(self, step: str, receipt: str, seconds: int, *, in_turn: bool = False) -> None:
        """Let a failed message be tried again after so many seconds."""
        self._client.change_message_visibility(
            QueueUrl=self._url(step) + (IN_TURN if in_turn else ""),
            ReceiptHandle=receipt,
            VisibilityTimeout=seconds,
        )

    def _url(self, step: str) -> str:
        return self._prefix + queue_name(step)


def queue_name(step: str) -> str:
    """`capture/start_intake` -> `capture-start_intake`."""
    return step.replace("/", "-")
