"""What each grant of the journey allows: named actions on named resources, and nothing else."""

from __future__ import annotations

from aws_cdk import aws_iam as iam

from infra.ground import QUEUED, Ground, Mail
from infra.journey import Grant
from infra.storage import NUMBERS

CONSUME = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
DELAY = ("sqs:ChangeMessageVisibility",)
FOLLOW = ("dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream")
FIND_STREAMS = ("dynamodb:ListStreams",)
SEND = ("sqs:SendMessage",)
LOG = ("logs:CreateLogStream", "logs:PutLogEvents")
TRACE = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")


def allow(actions: tuple[str, ...], *resources: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=list(actions), resources=list(resources))


def granted(grant: Grant, ground: Ground) -> list[iam.PolicyStatement]:
    """The statements behind a grant."""
    table = ground.storage.table.table_arn
    indexes = [f"{table}/index/{name}" for name in ground.storage.indexes]
    objects, uploads = ground.storage.objects, ground.storage.uploaded
    flows, names = ground.flows.values(), ground.names
    match grant:
        case "table:read":
            return [
                allow(("dynamodb:GetItem", "dynamodb:BatchGetItem"), table),
                allow(("dynamodb:Query",), table, *indexes),
            ]
        case "table:write":
            writes = ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:ConditionCheckItem")
            return [allow(writes, table)]
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
        case "secrets:stripe":
            return [allow(("ssm:GetParameter",), *ground.stripe)]
        case "queue:redrive":
            return [allow(SEND, *(names.queue(names.queue_of(step)) for step in QUEUED))]


def _sending(mail: Mail) -> iam.PolicyStatement:
    sending = allow(("ses:SendEmail",), *mail.resources)
    sending.add_conditions({"StringLike": {"ses:FromAddress": [*mail.senders]}})
    return sending
