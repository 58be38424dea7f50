"""The steps' queues in SQS, for a redrive and for a later try."""

from __future__ import annotations

from typing import Any


class SqsQueues:
    """Queues by the name of the step that they wake; `prefix` is the URL up to that name."""

    def __init__(self, client: Any, prefix: str) -> None:
        self._client = client
        self._prefix = prefix

    def send(self, step: str, body: str) -> None:
        """Wake a step with a message."""
        self._client.send_message(QueueUrl=self._url(step), MessageBody=body)

    def delay(self, step: str, receipt: str, seconds: int) -> None:
        """Let a failed message be tried again after so many seconds."""
        self._client.change_message_visibility(
            QueueUrl=self._url(step), ReceiptHandle=receipt, VisibilityTimeout=seconds
        )

    def _url(self, step: str) -> str:
        return self._prefix + queue_name(step)


def queue_name(step: str) -> str:
    """`capture/start_intake` -> `capture-start_intake`."""
    return step.replace("/", "-")
