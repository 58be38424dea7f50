"""The queue of dead letters: what any step, rule or flow gave up, in one place for all of them."""

from __future__ import annotations

from typing import Any

from aws_cdk import Acknowledgment, Duration, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.grants import SEND
from infra.ground import Names
from infra.watch import Watch

RETENTION = Duration.days(14)
IN_GROUPS: dict[str, Any] = {
    "fifo": True,
    "content_based_deduplication": True,
    "deduplication_scope": sqs.DeduplicationScope.MESSAGE_GROUP,
    "fifo_throughput_limit": sqs.FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
}
"""What makes a queue FIFO, with as much throughput as its groups allow."""

LAST = "It is the dead-letter queue itself."


class Letters(Construct):
    """One queue for all, as each is polled whether or not it holds something; and a FIFO one."""

    def __init__(self, scope: Construct, names: Names, watch: Watch) -> None:
        super().__init__(scope, "Letters")
        self._names, self._watch = names, watch
        queue = self._queue("DeadLetters", names.letters())
        self._queue("DeadLettersInTurn", names.letters(in_turn=True), **IN_GROUPS)
        queue.add_to_resource_policy(
            iam.PolicyStatement(
                actions=[*SEND],
                resources=[queue.queue_arn],
                principals=[iam.ServicePrincipal("events.amazonaws.com")],
                conditions={"ArnLike": {"aws:SourceArn": names.arn("events", "rule", "*")}},
            )
        )

    def _queue(self, id: str, name: str, **order: Any) -> sqs.Queue:
        queue = sqs.Queue(
            self,
            id,
            queue_name=name,
            retention_period=RETENTION,
            visibility_timeout=Duration.minutes(2),
            enforce_ssl=True,
            **order,
        )
        reason = Acknowledgment(id="AwsSolutions-SQS3", reason=LAST)
        Validations.of(queue).acknowledge(reason)
        self._watch.letters(self, f"{id}Alarm", queue)
        return queue
