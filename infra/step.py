"""One line of the journey becomes a function, its queue, DLQ and alarm, and grants by name."""

from __future__ import annotations

from typing import cast

from aws_cdk import Acknowledgment, Duration, RemovalPolicy, Validations
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct, IConstruct

from infra.grants import (
    CONSUME,
    DELAY,
    FIND_STREAMS,
    FOLLOW,
    LOG,
    SEND,
    TRACE,
    allow,
    granted,
)
from infra.ground import Ground, code
from infra.journey import Authoriser, DeadLetters, Http, Queue, Step, Stream
from infra.layers import EVERY, ROOT
from infra.letters import IN_GROUPS, RETENTION
from infra.storage import DOCUMENTS, NUMBERS, UPLOADS

SPARE = 30
"""Seconds that a delivery is invisible beyond the longest run of its step."""
MOST_RECEIVES = 1_000
"""As often as SQS allows."""
MOST_RULE_TRIES = 185
LONGEST_RULE_TRY = Duration.hours(24)
"""As often and as long as EventBridge allows."""
NO_RESOURCES = "AWS gives the permission to write traces and to find streams on all or not at all."
OBJECTS = "A document's name is made when it is put; the bucket is named."
NUMBERED = "Which numbers are on paper is what it looks for; bucket and folder are named."
SES = "arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>"
SSM = "arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>"
CARRIERS = "A secret for each carrier, which comes when it comes; their folder is named."
ENDPOINTS = "Endpoints have a parameter each, named by their id."
RECIPIENTS = "SES asks for recipients' identities and default sets, too; the sender is a condition."
RUNTIME = "The locked packages are built and tested for Python 3.13."


class StepFunction(Construct):
    """A step as it is deployed."""

    def __init__(self, scope: Construct, step: Step, ground: Ground) -> None:
        super().__init__(scope, step.name.replace("/", "-"))
        self.step, self._ground = step, ground
        self._name = ground.names.of(step)
        self._may = iam.PolicyDocument()
        self._role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={"Step": self._may},
        )
        _acknowledge(self._role, "IAM5[Resource::*]", NO_RESOURCES)
        self.function = self._function()
        self._grant()
        self._wake()

    def _function(self) -> lambda_.Function:
        step, ground = self.step, self._ground
        log = logs.LogGroup(
            self,
            "Log",
            log_group_name=f"/aws/lambda/{self._name}",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self._may.add_statements(allow(LOG, log.log_group_arn), allow(TRACE, "*"))
        function = lambda_.Function(
            self,
            "Function",
            function_name=self._name,
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            handler="handler.handler",
            code=code(ROOT / "functions" / step.name),
            layers=[ground.layers[name] for name in (*EVERY, *step.layers)],
            timeout=Duration.seconds(step.seconds),
            memory_size=step.memory,
            tracing=lambda_.Tracing.ACTIVE,
            environment={**ground.environment, **self._environment()},
            log_group=log,
            # Nothing but the statements of this file: no grant of the CDK's adds to them.
            role=self._role.without_policy_updates(),
        )
        _acknowledge(function, "L1", RUNTIME)
        return function

    def _environment(self) -> dict[str, str]:
        variables = {
            "STEP": self.step.name,
            "SECONDS": str(self.step.seconds),
            "POWERTOOLS_SERVICE_NAME": self.step.name,
        }
        if isinstance(self.step.on, Queue):
            variables["TRIES"] = str(self.step.on.tries)
        if any(grant.startswith("flow:") for grant in self.step.may):
            variables |= {name.upper(): arn for name, arn in self._ground.flows.items()}
        if any(grant.startswith("secrets:") for grant in self.step.may):
            variables["SECRETS"] = f"/{self._ground.names.prefix}"
        return variables

    def _wake(self) -> None:
        """Connects what wakes the step; a flow calls its steps by their names."""
        watch, name = self._ground.watch, self.step.name
        match self.step.on:
            case Queue() as on:
                self._deliver(self._queue(on), on)
            case Stream() as on:
                self._follow(on)
                watch.lagging(self, name, self.function)
            case DeadLetters():
                self._collect()
                watch.failing(self, name, self.function)
            case Authoriser():
                self._ground.edge.let_ask(self.function)
                watch.failing(self, name, self.function)
            case Http():
                self._ground.edge.let_call(self.function)

    def _letters(self, *, in_turn: bool = False) -> sqs.IQueue:
        """The dead letters of all steps, by name."""
        names, id = self._ground.names, "LettersInTurn" if in_turn else "Letters"
        known = self.node.try_find_child(id)
        arn = names.queue(names.letters(in_turn=in_turn))
        return cast(sqs.IQueue, known) if known else sqs.Queue.from_queue_arn(self, id, arn)

    def _queue(self, on: Queue) -> sqs.Queue:
        """The step counts its own tries and gives up: most receives are for what never comes to it.

        What a throttled function did not take is free again soon after a run of it would be over.
        """
        self._may.add_statements(allow(SEND, self._letters().queue_arn))
        queue = sqs.Queue(
            self,
            "Queue",
            queue_name=self._ground.names.queue_of(self.step),
            retention_period=RETENTION,
            visibility_timeout=Duration.seconds(self.step.seconds + SPARE),
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self._letters(in_turn=on.in_turn), max_receive_count=MOST_RECEIVES
            ),
            enforce_ssl=True,
            **(IN_GROUPS if on.in_turn else {}),
        )
        if on.events:
            self._collect_events(queue, on.events)
        if on.arrives:
            self._collect_uploads(queue, on.arrives)
        if on.every:
            self._strike(queue, on.every)
        self._ground.watch.waiting(self, self.step.name, queue)
        return queue

    def _collect_events(self, queue: sqs.Queue, types: tuple[str, ...]) -> None:
        events.Rule(
            self,
            "Events",
            event_bus=self._ground.storage.bus,
            event_pattern=events.EventPattern(
                source=["auftakt"], detail_type=None if "*" in types else [*types]
            ),
            targets=[self._told(queue, events.RuleTargetInput.from_event_path("$.detail"))],
        )

    def _told(self, queue: sqs.Queue, message: events.RuleTargetInput) -> targets.SqsQueue:
        """A queue as a rule's target: tried for a day, then a dead letter."""
        return targets.SqsQueue(
            queue,
            message=message,
            retry_attempts=MOST_RULE_TRIES,
            max_event_age=LONGEST_RULE_TRY,
            dead_letter_queue=self._letters(),
        )

    def _strike(self, queue: sqs.Queue, minutes: int) -> None:
        """The clock's message: as any other it is tried again, and becomes a dead letter."""
        struck = {
            "type": "Clock.Struck",
            "aggregate": f"clock/{self.step.verb_noun}",
            "id": events.EventField.from_path("$.id"),
            "at": events.EventField.from_path("$.time"),
        }
        events.Rule(
            self,
            "Clock",
            schedule=events.Schedule.rate(Duration.minutes(minutes)),
            targets=[self._told(queue, events.RuleTargetInput.from_object(struck))],
        )

    def _collect_uploads(self, queue: sqs.Queue, folder: str) -> None:
        """S3 tells the account's own bus of new objects; the queue gets them in our envelope."""
        told = {
            "type": "Upload.Arrived",
            "aggregate": events.EventField.from_path("$.detail.object.key"),
            "id": events.EventField.from_path("$.id"),
            "at": events.EventField.from_path("$.time"),
        }
        events.Rule(
            self,
            "Uploads",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={
                    "bucket": {"name": [self._ground.storage.uploads.bucket_name]},
                    "object": {"key": [{"prefix": folder}]},
                },
            ),
            targets=[self._told(queue, events.RuleTargetInput.from_object(told))],
        )

    def _deliver(self, queue: sqs.Queue, on: Queue) -> None:
        self._may.add_statements(allow((*CONSUME, *DELAY), queue.queue_arn))
        lambda_.EventSourceMapping(
            self,
            "Delivery",
            target=self.function,
            event_source_arn=queue.queue_arn,
            batch_size=on.batch,
            max_concurrency=on.side_by_side,
            report_batch_item_failures=True,
        )

    def _follow(self, on: Stream) -> None:
        stream, letters = self._ground.storage.stream, self._letters()
        self._may.add_statements(
            allow(FOLLOW, stream), allow(FIND_STREAMS, "*"), allow(SEND, letters.queue_arn)
        )
        news = {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"kind": {"S": ["event"]}}}}
        lambda_.EventSourceMapping(
            self,
            "Delivery",
            target=self.function,
            event_source_arn=stream,
            filters=[lambda_.FilterCriteria.filter(news)],
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            batch_size=on.batch,
            bisect_batch_on_error=True,
            report_batch_item_failures=True,
            retry_attempts=100,
            on_failure=sources.SqsDlq(letters),
        )

    def _grant(self) -> None:
        for grant in self.step.may:
            self._may.add_statements(*granted(grant, self.step, self._ground))
        if any(grant.startswith("documents:") for grant in self.step.may):
            _acknowledge(self._role, f"IAM5[Resource::{DOCUMENTS}/*]", OBJECTS)
        if "numbers:find" in self.step.may:
            _acknowledge(self._role, f"IAM5[Resource::{DOCUMENTS}/{NUMBERS}/*]", NUMBERED)
        if any(grant.startswith("uploads:") for grant in self.step.may):
            _acknowledge(self._role, f"IAM5[Resource::{UPLOADS}/*]", OBJECTS)
        for kind, why in (("carriers", CARRIERS), ("webhooks", ENDPOINTS)):
            if any(grant.startswith(f"secrets:{kind}") for grant in self.step.may):
                secrets = f"{SSM}:parameter/{self._ground.names.prefix}/{kind}/*"
                _acknowledge(self._role, f"IAM5[Resource::{secrets}]", why)
        if "mail:send" in self.step.may:
            for kind in ("identity", "configuration-set"):
                _acknowledge(self._role, f"IAM5[Resource::{SES}:{kind}/*]", RECIPIENTS)

    def _collect(self) -> None:
        both = {"Delivery": self._letters(), "DeliveryInTurn": self._letters(in_turn=True)}
        self._may.add_statements(allow(CONSUME, *(queue.queue_arn for queue in both.values())))
        for name, queue in both.items():
            lambda_.EventSourceMapping(
                self,
                name,
                target=self.function,
                event_source_arn=queue.queue_arn,
                report_batch_item_failures=True,
            )


def _acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    Validations.of(construct).acknowledge(Acknowledgment(id=f"AwsSolutions-{rule}", reason=reason))
