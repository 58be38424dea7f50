"""A step may do what its line of the journey says, on what it is said, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from infra.journey import JOURNEY, Grant, Queue, Step
from oms_aws.platform.mail import LONGEST
from tests.infra.deployed import Resource, Template

BASIC = {
    "logs:CreateLogStream", "logs:PutLogEvents",
    "xray:PutTraceSegments", "xray:PutTelemetryRecords",
}  # fmt: skip
CONSUME = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
ALLOWED: dict[Grant, set[str]] = {
    "table:read": {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"},
    "table:write": {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:ConditionCheckItem"},
    "bus:put": {"events:PutEvents"},
    "flow:start": {"states:StartExecution"},
    "flow:answer": {"states:SendTaskSuccess", "states:SendTaskFailure"},
    "documents:put": {"s3:PutObject", "s3:PutObjectRetention"},
    "documents:read": {"s3:GetObject"},
    "numbers:find": {"s3:ListBucket", "s3:GetObject"},
    "uploads:put": {"s3:PutObject"},
    "uploads:read": {"s3:GetObject"},
    "mail:send": {"ses:SendEmail"},
    "queue:redrive": {"sqs:SendMessage"},
    "queue:subscribers": {"sqs:SendMessage"},
    "secrets:stripe": {"ssm:GetParameter"},
    "secrets:links": {"ssm:GetParameter"},
    "secrets:links:make": {"ssm:GetParameter", "ssm:PutParameter"},
    "secrets:carriers": {"ssm:GetParameter"},
    "secrets:carriers:keep": {"ssm:PutParameter"},
    "secrets:webhooks": {"ssm:GetParameter"},
    "table:forget": {"dynamodb:DeleteItem"},
    "secrets:webhooks:keep": {"ssm:GetParameter", "ssm:PutParameter", "ssm:DeleteParameter"},
}
BY_TRIGGER = {
    "Queue": CONSUME | {"sqs:ChangeMessageVisibility", "sqs:SendMessage"},
    "DeadLetters": CONSUME,
    "Stream": {
        "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream",
        "dynamodb:ListStreams", "sqs:SendMessage",
    },
}  # fmt: skip
WITHOUT_RESOURCES = {
    "xray:PutTraceSegments", "xray:PutTelemetryRecords", "dynamodb:ListStreams",
}  # fmt: skip


def listed(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def actions(statements: list[Resource]) -> set[str]:
    return {action for statement in statements for action in listed(statement["Action"])}


def allowing(template: Template) -> Iterator[Resource]:
    """Every statement that allows something, in a role, a policy or on a resource."""
    for resource in template.resources.values():
        properties = resource.get("Properties", {})
        documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
        documents += [properties["PolicyDocument"]] if "PolicyDocument" in properties else []
        for document in documents:
            yield from (s for s in document["Statement"] if s["Effect"] == "Allow")


def test_no_statement_allows_more_than_it_names(template: Template) -> None:
    for statement in allowing(template):
        for action in listed(statement["Action"]):
            assert "*" not in action
            assert action not in {"dynamodb:Scan", "s3:DeleteObject"}
            if action == "dynamodb:DeleteItem":
                assert statement["Condition"]["ForAllValues:StringLike"] == {
                    "dynamodb:LeadingKeys": ["FOUND#email#*", "FOUND#statement#*"]
                }


def test_a_step_may_do_exactly_what_its_line_says(template: Template, step: Step) -> None:
    wanted = BASIC | BY_TRIGGER.get(type(step.on).__name__, set())
    for grant in step.may:
        wanted |= ALLOWED[grant]
    assert actions(template.may(step)) == wanted


def test_only_permissions_without_resources_are_given_on_all(
    template: Template, step: Step
) -> None:
    for statement in template.may(step):
        if "*" in listed(statement["Resource"]):
            assert set(listed(statement["Action"])) <= WITHOUT_RESOURCES


def test_a_step_takes_events_from_its_own_queue_alone(template: Template, step: Step) -> None:
    if isinstance(step.on, Queue):
        own, _ = template.queue(step)
        for statement in template.may(step):
            if "sqs:ReceiveMessage" in listed(statement["Action"]):
                assert statement["Resource"] == {"Fn::GetAtt": [own, "Arn"]}


def test_a_step_with_a_queue_may_give_up_what_fails(template: Template, step: Step) -> None:
    if isinstance(step.on, Queue):
        sending = [s for s in template.may(step) if "sqs:SendMessage" in listed(s["Action"])]
        named = [arn for s in sending for arn in listed(s["Resource"])]
        assert any(arn.endswith(":auftakt-dead-letters']]}") for arn in named)


def test_roles_have_no_managed_policies(template: Template) -> None:
    for role in template.of("IAM::Role").values():
        assert "ManagedPolicyArns" not in role


def test_mail_is_bound_to_its_senders_not_to_identities(template: Template) -> None:
    sending = [s for s in allowing(template) if s["Action"] == "ses:SendEmail"]
    assert sending
    for statement in sending:
        resources = str(statement["Resource"])
        # In the sandbox SES checks the recipient's identity as well, and always the set.
        assert ":identity/*" in resources
        assert ":configuration-set/*" in resources
        assert statement["Condition"]["StringLike"]["ses:FromAddress"]


def test_no_step_that_sends_mail_runs_longer_than_its_claim_says() -> None:
    mailing = [step for step in JOURNEY if "mail:send" in step.may]
    assert mailing
    assert all(step.seconds < LONGEST.total_seconds() for step in mailing)


def test_steps_that_call_endpoints_wake_those_alone(template: Template) -> None:
    told = {"notices-tell_subscriber", "notices-serve_line", "dead-letters"}
    for step in JOURNEY:
        if "queue:subscribers" in step.may:
            resources = {
                str(resource)
                for statement in template.may(step)
                if "sqs:SendMessage" in listed(statement["Action"])
                for resource in listed(statement["Resource"])
            }
            assert resources
            for resource in resources:
                assert any(name in resource for name in told), (step.name, resource)
