"""Each function signs as its own role, and what a role is not granted it cannot do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.identities import Identities
from oms_aws.platform import keys
from tests.cloud.system import System, aws

pytestmark = pytest.mark.cloud

Do = Callable[[Any], Any]


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    made = System(tmp_path_factory.mktemp("roles") / "state")
    made.up()
    yield made
    made.call("down")


class Role:
    """The AWS clients that a step's function has."""

    def __init__(self, system: System, step: str) -> None:
        self._base = system.up()["api"]
        name = f"auftakt-{step.replace('/', '-')}"
        functions = aws(system, "lambda")
        function = functions.get_function(FunctionName=name)["Configuration"]
        # A role's credentials are known from its function's first call on.
        functions.invoke(FunctionName=name, Payload=b"{}")
        self.environment: dict[str, str] = function["Environment"]["Variables"]
        self._given = Identities(system.state / "identities").drawn(function)

    @property
    def table(self) -> str:
        return self.environment["TABLE"]

    def client(self, service: str, **more: str) -> Any:
        given = {
            "aws_access_key_id": self._given["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": self._given["AWS_SECRET_ACCESS_KEY"],
            "aws_session_token": self._given["AWS_SESSION_TOKEN"],
        }
        place = {"endpoint_url": self._base, "region_name": "eu-central-1"}
        return boto3.client(service, **place, **{**given, **more})


def item(key: keys.Key, **more: str) -> dict[str, Any]:
    return {name: {"S": value} for name, value in {**key._asdict(), **more}.items()}


def refused(do: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as said:
        do()
    code: str = said.value.response["Error"]["Code"]
    return code


def denied(do: Callable[[], Any]) -> bool:
    return refused(do) in ("AccessDeniedException", "AccessDenied", "403")


ORDER, KEY = keys.order("ord_1"), keys.client("0" * 64)


def put(role: Role, key: keys.Key) -> Any:
    return role.client("dynamodb").put_item(TableName=role.table, Item=item(key))


def test_orders_travel_and_no_role_lacks_anything(system: System) -> None:
    """From capture to the archive, with invoices, webhooks and mails, each step as its role."""
    done = system.call("demo", "--orders", "6", "--exit", "--json")
    told = json.loads(done.stdout)
    assert told["unfinished"] == []
    assert (told["documents"] > 0, told["mails"] > 0, told["webhooks"] > 0) == (True,) * 3
    assert told["verify"]["ok"]
    lines = (system.state / "logs" / "functions.jsonl").read_text().splitlines()
    calls = [json.loads(line) for line in lines]
    asked = {call["step"] for call in calls}
    assert asked >= {
        "orders/receive_order", "records/relay_events", "sourcing/route_order",
        "fulfilment/ship_parcels", "billing/render_document", "notices/tell_customer",
        "notices/tell_subscriber", "records/archive_order", "returns/receive_return",
        "returns/follow_return", "returns/take_withdrawal", "returns/follow_withdrawal",
    }  # fmt: skip
    assert [call for call in calls if "AccessDenied" in call["text"]] == []
    letters = aws(system, "sqs").get_queue_attributes(
        QueueUrl=f"{system.up()['api']}/000000000000/auftakt-dead-letters",
        AttributeNames=["ApproximateNumberOfMessages"],
    )
    assert letters["Attributes"]["ApproximateNumberOfMessages"] == "0"


def test_functions_sign_as_their_roles(system: System) -> None:
    for step in ("orders/receive_order", "notices/tell_customer"):
        arn = Role(system, step).client("sts").get_caller_identity()["Arn"]
        assert f"/auftakt-{step.replace('/', '-')}" in arn
        assert ":assumed-role/" in arn


def test_page_reaches_its_rooms_alone(system: System) -> None:
    page = Role(system, "screening/ask_address")
    table = page.client("dynamodb")
    name = page.table
    assert "Item" not in table.get_item(TableName=name, Key=item(ORDER))
    assert denied(lambda: table.get_item(TableName=name, Key=item(KEY)))
    assert denied(lambda: put(page, KEY))
    assert denied(lambda: put(page, keys.carrier("dhl")))
    assert denied(lambda: table.scan(TableName=name))
    assert denied(lambda: table.delete_item(TableName=name, Key=item(ORDER)))


def test_one_strange_key_among_many_is_refused(system: System) -> None:
    page = Role(system, "screening/ask_address")
    table, name = page.client("dynamodb"), page.table

    def read(*wanted: keys.Key) -> Any:
        return table.batch_get_item(RequestItems={name: {"Keys": [item(key) for key in wanted]}})

    def write(*wanted: keys.Key) -> Any:
        puts = [{"Put": {"TableName": name, "Item": item(key)}} for key in wanted]
        return table.transact_write_items(TransactItems=puts)

    assert read(ORDER, keys.seller("berg-beutel"))["Responses"][name]
    assert denied(lambda: read(ORDER, KEY))
    assert denied(lambda: write(ORDER, KEY))
    assert "Item" not in table.get_item(TableName=name, Key=item(ORDER))

    def query(pk: str) -> Any:
        values = {":pk": {"S": pk}}
        condition = "pk = :pk"
        return table.query(
            TableName=name, KeyConditionExpression=condition, ExpressionAttributeValues=values
        )

    assert query(ORDER.pk)["Items"] == []
    assert denied(lambda: query(keys.api_key("").pk))


def test_the_authoriser_makes_no_key(system: System) -> None:
    role = Role(system, "master/authorise_client")
    assert denied(lambda: put(role, KEY))
    assert denied(lambda: put(role, keys.api_key("key_1")))
    assert put(role, keys.key_use("key_1"))


REFUSED: dict[str, tuple[str, Do]] = {
    "queue of another step": (
        "orders/receive_order",
        lambda role: role.client("sqs").send_message(
            QueueUrl=f"{role.environment['QUEUES']}billing-issue_invoice.fifo",
            MessageBody="{}",
            MessageGroupId="x",
        ),
    ),
    "writing of a reader": ("orders/read_order", lambda role: put(role, ORDER)),
    "mail of a step that sends none": (
        "orders/receive_order",
        lambda role: role.client("sesv2").send_email(
            FromEmailAddress=role.environment["SENDER"],
            Destination={"ToAddresses": ["a@b.example"]},
            Content={"Simple": {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x"}}}},
        ),
    ),
    "mail from another sender": (
        "notices/tell_customer",
        lambda role: role.client("sesv2").send_email(
            FromEmailAddress="chief@bank.example",
            Destination={"ToAddresses": ["a@b.example"]},
            Content={"Simple": {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x"}}}},
        ),
    ),
    "archive of a step that keeps nothing": (
        "orders/receive_order",
        lambda role: role.client("s3").put_object(
            Bucket=role.environment["DOCUMENTS"], Key="x", Body=b"x"
        ),
    ),
    "deleting from the archive": (
        "billing/render_document",
        lambda role: role.client("s3").delete_object(Bucket=role.environment["DOCUMENTS"], Key="x"),
    ),
    "events of a step that puts none": (
        "orders/receive_order",
        lambda role: role.client("events").put_events(
            Entries=[
                {
                    "Source": "auftakt",
                    "DetailType": "Order.Created",
                    "Detail": "{}",
                    "EventBusName": role.environment["BUS"],
                }
            ]
        ),
    ),
    "starting a flow": (
        "orders/receive_order",
        lambda role: role.client("stepfunctions").start_execution(
            stateMachineArn="arn:aws:states:eu-central-1:000000000000:stateMachine:auftakt-intake"
        ),
    ),
    "secrets of the payment provider": (
        "orders/receive_order",
        lambda role: role.client("ssm").get_parameter(Name="/auftakt/stripe/secret-key"),
    ),
    "another role's rights": (
        "orders/receive_order",
        lambda role: role.client("iam").list_roles(),
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_a_role_was_not_granted_is_refused(system: System, what: str) -> None:
    step, do = REFUSED[what]
    role = Role(system, step)
    assert denied(lambda: do(role))


def test_forged_and_unsigned_requests_are_refused(system: System) -> None:
    role = Role(system, "orders/read_order")
    wrong = {"aws_secret_access_key": "guessed"}
    tables = role.client("dynamodb", **wrong)
    get = {"TableName": role.table, "Key": item(ORDER)}
    assert "Signature" in refused(lambda: tables.get_item(**get))
    no_token = role.client("dynamodb", aws_session_token="another")
    assert refused(lambda: no_token.get_item(**get))
