"""What each grant of the journey allows: named actions on named resources, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_iam as iam

from infra.ground import QUEUED, Ground, Mail
from infra.journey import Grant, Room, Step
from infra.rooms import patterns, reached
from infra.storage import NUMBERS

CONSUME = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
DELAY = ("sqs:ChangeMessageVisibility",)
FOLLOW = ("dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream")
READ = ("dynamodb:GetItem", "dynamodb:BatchGetItem")
LIST = ("dynamodb:Query",)
WRITE = ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:ConditionCheckItem")
FORGET = ("dynamodb:DeleteItem",)
KEYS = "dynamodb:LeadingKeys"  # the partition keys that a request names, of the table or an index
CALLING = ("notices/tell_subscriber", "notices/serve_line")
FIND_STREAMS = ("dynamodb:ListStreams",)
SEND = ("sqs:SendMessage",)
LOG = ("logs:CreateLogStream", "logs:PutLogEvents")
TRACE = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")

SECRETS: Mapping[Grant, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "secrets:stripe": (("ssm:GetParameter",), ("stripe/secret-key", "stripe/webhook-secret")),
    "secrets:links": (("ssm:GetParameter",), ("links/key",)),
    "secrets:links:make": (("ssm:GetParameter", "ssm:PutParameter"), ("links/key",)),
    "secrets:carriers": (("ssm:GetParameter",), ("carriers/*",)),
    "secrets:carriers:keep": (("ssm:PutParameter",), ("carriers/*",)),
    "secrets:webhooks": (("ssm:GetParameter",), ("webhooks/*",)),
    "secrets:webhooks:keep": (
        ("ssm:GetParameter", "ssm:PutParameter", "ssm:DeleteParameter"),
        ("webhooks/*",),
    ),
}
"""What may be done with which parameters that hold secrets."""


def allow(actions: tuple[str, ...], *resources: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=list(actions), resources=list(resources))


def within(rooms: tuple[Room, ...], statement: iam.PolicyStatement) -> iam.PolicyStatement:
    """The statement for the keys of some rooms alone; raises ValueError without any."""
    if not rooms:
        raise ValueError("a grant on the table names its rooms")
    statement.add_condition("ForAllValues:StringLike", {KEYS: patterns(rooms)})
    statement.add_condition("Null", {KEYS: "false"})
    return statement


def granted(grant: Grant, step: Step, ground: Ground) -> list[iam.PolicyStatement]:
    """The statements behind a grant."""
    table = ground.storage.table.table_arn
    indexes = [f"{table}/index/{name}" for name in ground.storage.indexes]
    objects, uploads = ground.storage.objects, ground.storage.uploaded
    flows, names = ground.flows.values(), ground.names
    match grant:
        case "table:read" | "table:write" | "table:forget":
            return _of_table(grant, step, table, indexes)
        case "bus:put":
            return [allow(("events:PutEvents",), ground.storage.bus.event_bus_arn)]
        case "flow:start":
            return [allow(("states:StartExecution",), *flows)]
        case "flow:answer":
            return [allow(("states:SendTaskSuccess", "states:SendTaskFailure"), *flows)]
        case "documents:put":
            return [allow(("s3:PutObject", "s3:PutObjectRetention"), objects)]
        case "documents:read":
            return [allow(("s3:GetObject",), objects)]
        case "numbers:find":
            bucket = ground.storage.bucket
            finding = allow(("s3:ListBucket",), bucket)
            finding.add_condition("StringLike", {"s3:prefix": f"{NUMBERS}/*"})
            return [finding, allow(("s3:GetObject",), f"{bucket}/{NUMBERS}/*")]
        case "uploads:put":
            return [allow(("s3:PutObject",), uploads)]
        case "uploads:read":
            return [allow(("s3:GetObject",), uploads)]
        case "mail:send":
            return [_sending(ground.mail)]
        case "queue:redrive" | "queue:subscribers":
            woken = (s for s in QUEUED if grant == "queue:redrive" or s.name in CALLING)
            return [allow(SEND, *(names.queue(names.queue_of(step)) for step in woken))]
        case _:
            actions, named = SECRETS[grant]
            return [allow(actions, *(ground.secret(name) for name in named))]


def _of_table(
    grant: Grant, step: Step, table: str, indexes: list[str]
) -> list[iam.PolicyStatement]:
    if grant == "table:read":
        asked = allow(READ, table), allow(LIST, table, *indexes)
        return [within(reached(step, step.reads), each) for each in asked]
    if grant == "table:write":
        return [within(reached(step, step.writes), allow(WRITE, table))]
    return [within(("traces",), allow(FORGET, table))]


def _sending(mail: Mail) -> iam.PolicyStatement:
    sending = allow(("ses:SendEmail",), *mail.resources)
    sending.add_conditions({"StringLike": {"ses:FromAddress": [*mail.senders]}})
    return sending
