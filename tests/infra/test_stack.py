"""The system as a whole: what it keeps, how large it is, what it says."""

from __future__ import annotations

import hashlib
import json

import pytest

from infra import layers
from infra.journey import JOURNEY
from local import stack, synth
from tests.infra.deployed import Template

LIMIT = 500  # resources that CloudFormation takes in one stack
OUTPUTS = {"ApiUrl", "TableName", "BusName", "DocumentsBucket", "IntakeArn", "TopicArn"}


STACKS = stack.names(synth.outline())
every_stack = pytest.mark.parametrize("name", STACKS)


def test_the_stacks_come_in_the_order_in_which_they_need_each_other() -> None:
    stages = {f"Auftakt-{step.stage}" for step in JOURNEY}
    assert STACKS[0] == "Auftakt"
    assert {*STACKS} == {"Auftakt", "Auftakt-flows", "Auftakt-routes", *stages}
    assert {*STACKS[-2:]} == {"Auftakt-flows", "Auftakt-routes"}


@every_stack
def test_a_stack_has_room_for_more_steps(name: str) -> None:
    content = json.loads(stack.template(synth.outline(), name).read_text())
    assert len(content["Resources"]) < LIMIT * 0.8


@every_stack
def test_a_template_fits_the_limit_of_cloudformation(name: str) -> None:
    assert stack.template(synth.outline(), name).stat().st_size < 1_000_000


@every_stack
def test_only_what_outlives_the_steps_is_exported(name: str) -> None:
    content = json.loads(stack.template(synth.outline(), name).read_text())
    exports = [o for o in content.get("Outputs", {}).values() if "Export" in o]
    assert bool(exports) is (name == "Auftakt")


def test_the_system_tells_where_things_are(template: Template) -> None:
    assert template.outputs.keys() == OUTPUTS


def test_the_access_log_holds_no_token_of_a_link(template: Template) -> None:
    logged = json.loads(template.the("ApiGatewayV2::Stage")["AccessLogSettings"]["Format"])
    assert logged["route"] == "$context.routeKey"
    assert not any("path" in value.lower() for value in logged.values())


def test_there_are_no_custom_resources(template: Template) -> None:
    types = {resource["Type"] for resource in template.resources.values()}
    assert not [kind for kind in types if kind.startswith("Custom::") or "CustomResource" in kind]


def test_the_table_can_be_restored(template: Template) -> None:
    table = template.the("DynamoDB::Table")
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert table["DeletionProtectionEnabled"] is True


def test_the_indexes_are_changed_by_a_new_one_at_a_time(template: Template) -> None:
    """DynamoDB makes or drops one index an update, and changes the projection of none.

    So an index that must carry more is a new one under a new name: deploy the new index alone (it
    fills itself from the table), let the code read it, deploy, and only then drop the old one.
    `deploy --check` refuses anything else; whoever changes this table has done it that way.
    """
    table = template.the("DynamoDB::Table")
    indexes = {g["IndexName"]: g["Projection"] for g in table["GlobalSecondaryIndexes"]}
    assert indexes == {
        "gsi1": {
            "ProjectionType": "INCLUDE",
            "NonKeyAttributes": [
                *("external_number", "status", "created_at", "total", "currency"),
                *("body", "order_id", "filled"),
            ],
        },
        "gsi2": {
            "ProjectionType": "INCLUDE",
            "NonKeyAttributes": ["external_number", "status", "created_at", "total", "currency"],
        },
        "gsi3": {"ProjectionType": "KEYS_ONLY"},
    }


def test_documents_cannot_be_changed_or_seen_by_others(template: Template) -> None:
    (bucket,) = [b for b in template.of("S3::Bucket").values() if "ObjectLockEnabled" in b]
    rule = bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert bucket["ObjectLockEnabled"] is True
    assert rule == {"Mode": "GOVERNANCE", "Days": 3653}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    for policy in template.of("S3::BucketPolicy").values():
        assert "aws:SecureTransport" in json.dumps(policy)


def test_uploads_are_announced_and_gone_after_a_week(template: Template) -> None:
    (bucket,) = [b for b in template.of("S3::Bucket").values() if "ObjectLockEnabled" not in b]
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert (rule["ExpirationInDays"], rule["Status"]) == (7, "Enabled")
    announced = bucket["NotificationConfiguration"]["EventBridgeConfiguration"]
    assert announced == {"EventBridgeEnabled": True}
    assert all(bucket["PublicAccessBlockConfiguration"].values())


def test_what_is_kept_by_law_survives_the_stack(template: Template) -> None:
    tables = [r for r in template.resources.values() if r["Type"] == "AWS::DynamoDB::Table"]
    buckets = [r for r in template.resources.values() if r["Type"] == "AWS::S3::Bucket"]
    for resource in [*tables, *(b for b in buckets if "ObjectLockEnabled" in b["Properties"])]:
        assert resource["DeletionPolicy"] == "Retain"


def test_a_locked_layer_is_known_by_its_lock_built_or_not(template: Template) -> None:
    for layer in {layer for step in JOURNEY for layer in ("vendor", *step.layers)}:
        key = hashlib.sha256(layers.fingerprint(layer).encode()).hexdigest()
        assert f"{key}.zip" in template.text


def test_the_flow_is_logged_without_the_data_of_orders(template: Template) -> None:
    logging = template.the("StepFunctions::StateMachine")["LoggingConfiguration"]
    assert logging["Level"] == "ALL"
    assert not logging.get("IncludeExecutionData")


def test_the_hash_of_a_layer_depends_on_its_lock_alone() -> None:
    lock = (layers.source("vendor") / "requirements.lock").read_bytes()
    about = f"{layers.PYTHON} {layers.PLATFORM}".encode()
    assert layers.fingerprint("vendor") == hashlib.sha256(about + lock).hexdigest()
