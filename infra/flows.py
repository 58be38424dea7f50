"""The state machines: where one order waits for answer after answer, and an operator can look."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import Acknowledgment, RemovalPolicy, Stack, Validations
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.grants import SEND, allow

State = dict[str, Any]
QUARTER = 90 * 24 * 60 * 60
RETRY = [
    {
        "ErrorEquals": [
            "Lambda.ServiceException",
            "Lambda.AWSLambdaException",
            "Lambda.SdkClientException",
            "Lambda.TooManyRequestsException",
        ],
        "IntervalSeconds": 1,
        "BackoffRate": 2,
        "MaxAttempts": 6,
        "JitterStrategy": "FULL",
    },
    {
        "ErrorEquals": ["States.TaskFailed"],
        "IntervalSeconds": 2,
        "BackoffRate": 2,
        "MaxAttempts": 3,
        "JitterStrategy": "FULL",
    },
]
CATCH = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "keep_failure"}]
ENDED = {"refuse": "ended", "cancelled": "ended"}
CHECKS = ("check_address", "check_payment", "check_price", "check_credit", "check_fraud")


@dataclass(frozen=True)
class Parts:
    """What a definition is made of: its steps' ARNs by verb_noun, and a queue for failures.

    `starter` is the step that a failure goes back to.
    """

    steps: Mapping[str, str]
    letters: str
    partition: str
    starter: str

    def task(self, name: str, **more: object) -> State:
        return {"Type": "Task", "Resource": self.steps[name], "Retry": RETRY, **more}

    def integration(self, name: str) -> str:
        return f"arn:{self.partition}:states:::{name}"


def intake(parts: Parts) -> State:
    """From a durable order to fulfilments, in 10 transitions when nothing holds it.

    Only the order's id travels. `reserve_stock` stands here twice, because one Choice after the
    verdict is a transition less for every order than a second one after the reservation.
    """
    task = parts.task
    branches = [{"StartAt": name, "States": {name: task(name, End=True)}} for name in CHECKS]
    reserve = {"Catch": CATCH, "ResultPath": None}
    return {
        "StartAt": "check",
        "States": {
            "check": {
                "Type": "Parallel",
                "Branches": branches,
                "ResultPath": "$.findings",
                "Catch": CATCH,
                "Next": "settle_checks",
            },
            "settle_checks": task("settle_checks", Catch=CATCH, Next="verdict"),
            "verdict": _choice({"pass": "reserve_stock", "hold": "reserve_held", **ENDED}),
            "reserve_stock": task("reserve_stock", **reserve, Next="route_order"),
            "reserve_held": task("reserve_stock", **reserve, Next="await_release"),
            "await_release": _wait(parts, "await_release", Next="released"),
            "released": _choice({"pass": "reserve_stock", **ENDED}),
            "route_order": task("route_order", Catch=CATCH, End=True),
            "ended": {"Type": "Succeed"},
            **_failure(parts, "Order.Created"),
        },
    }


def _wait(parts: Parts, name: str, **more: object) -> State:
    """The step gets a token; the flow goes on when somebody answers it."""
    return {
        "Type": "Task",
        "Resource": parts.integration("lambda:invoke.waitForTaskToken"),
        "Parameters": {
            "FunctionName": parts.steps[name],
            "Payload": {"order_id.$": "$.order_id", "token.$": "$$.Task.Token"},
        },
        "TimeoutSeconds": QUARTER,
        "Retry": RETRY,
        "Catch": CATCH,
        **more,
    }


def _choice(ways: Mapping[str, str]) -> State:
    """An unknown verdict fails the execution: no default may hide it."""
    rules = [
        {"Variable": "$.verdict", "StringEquals": verdict, "Next": state}
        for verdict, state in ways.items()
    ]
    return {"Type": "Choice", "Choices": rules}


def _failure(parts: Parts, cause: str) -> State:
    """What could not be done becomes a dead letter of the step that starts the flow."""
    letter = {
        "type": cause,
        "aggregate.$": "States.Format('order/{}', $.order_id)",
        "facts": {"order_id.$": "$.order_id"},
        "failure.$": "$.failure",
    }
    return {
        "keep_failure": {
            "Type": "Task",
            "Resource": parts.integration("sqs:sendMessage"),
            "Parameters": {
                "QueueUrl": parts.letters,
                "MessageBody": letter,
                "MessageAttributes": {"Step": {"DataType": "String", "StringValue": parts.starter}},
            },
            "ResultPath": None,
            "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 5}],
            "Next": "failed",
        },
        "failed": {
            "Type": "Fail",
            "ErrorPath": "$.failure.Error",
            "CausePath": "$.failure.Cause",
        },
    }


@dataclass(frozen=True)
class Plan:
    """A flow's definition, and the step that starts it, to which a failure goes back."""

    definition: Callable[[Parts], State]
    starter: str


FLOWS: dict[str, Plan] = {"intake": Plan(intake, "orders/start_intake")}


class Flow(Construct):
    """One Standard state machine; its name is given, because its steps must know its ARN first."""

    def __init__(
        self,
        scope: Construct,
        flow: str,
        *,
        name: str,
        steps: Mapping[str, str],
        letters: tuple[str, str],
    ) -> None:
        """`steps` are the functions' ARNs by verb_noun, `letters` a queue's URL and ARN."""
        super().__init__(scope, flow)
        url, queue = letters
        plan = FLOWS[flow]
        parts = Parts(steps, url, Stack.of(self).partition, plan.starter)
        definition = json.dumps(plan.definition(parts))  # the CDK's own drops `null`
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            state_machine_name=name,
            definition_body=sfn.DefinitionBody.from_string(definition),
            role=self._role([*steps.values()], queue),
            logs=sfn.LogOptions(destination=self._log(name), level=sfn.LogLevel.ALL),
        )
        Validations.of(self.machine).acknowledge(
            Acknowledgment(
                id="AwsSolutions-SF2",
                reason="Every step traces itself; tracing the machine too doubles the segments.",
            )
        )

    def _role(self, functions: list[str], letters: str) -> iam.Role:
        may = [allow(("lambda:InvokeFunction",), *functions), allow(SEND, letters)]
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("states.amazonaws.com"),
            inline_policies={"Flow": iam.PolicyDocument(statements=may)},
        )
        Validations.of(role).acknowledge(
            Acknowledgment(
                id="AwsSolutions-IAM5[Resource::*]",
                reason="CloudWatch's log delivery permissions know no resources.",
            )
        )
        return role

    def _log(self, name: str) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            "Log",
            log_group_name=f"/aws/vendedlogs/states/{name}",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.DESTROY,
        )

    @property
    def failures(self) -> cloudwatch.Metric:
        return self.machine.metric_failed(statistic="Sum")
