"""A deployment's life: made, changed, renamed, moved, failed, and taken down again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App

from infra.app import stacks
from local import deploy, deployment, passes, paths, removal, stack, states, synth
from local.plan import plan
from local.stack import Cloud, DeploymentFailed

pytestmark = pytest.mark.cloud

ADDRESS = "https://oms.shop.example"
Edit = Callable[[dict[str, dict[str, Any]]], None]


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """An embedded cloud in which nothing is deployed."""
    state = tmp_path_factory.mktemp("lifecycle") / "state"
    environment = {**os.environ, "AUFTAKT_STATE": str(state)}
    (state / "logs").mkdir(parents=True)
    command = [sys.executable, "-m", "local.cloud"]
    with (state / "logs" / "cloud.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=paths.ROOT, env=environment, stdout=log, stderr=log)
    limit = time.monotonic() + 60
    while not (state / "running.json").exists():
        assert process.poll() is None, (state / "logs" / "cloud.log").read_text()
        assert time.monotonic() < limit
        time.sleep(0.05)
    port = json.loads((state / "running.json").read_text())["port"]
    made = deployment.embedded(f"http://127.0.0.1:{port}")
    deployment.bootstrap(made)
    yield made
    process.send_signal(signal.SIGTERM)
    process.wait(20)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The app in another context."""
    folder = tmp_path_factory.mktemp("elsewhere")
    settings = json.loads((paths.ROOT / "cdk.json").read_text())["context"]
    app = App(outdir=str(folder), context={**settings, "public_url": ADDRESS})
    stacks(app)
    app.synth()
    return folder


def bring(assembly: Path, cloud: Cloud, *, patience: float = 5.0) -> tuple[bool, list[str]]:
    """A deployment as on AWS: whether it changed anything, and what it said."""
    told: list[str] = []
    for name in passes.live(cloud):
        states.settle(cloud, name, told.append)
    way = plan(passes.deployed(cloud), stack.templates(assembly))
    stack.publish(assembly, cloud)
    return passes.carry_out(way, assembly, cloud, told.append, patience=patience), told


def edited(assembly: Path, folder: Path, edit: Edit) -> Path:
    """A copy of an app whose templates are changed."""
    shutil.copytree(assembly, folder, ignore=shutil.ignore_patterns("asset.*"))
    for asset in assembly.glob("asset.*"):
        (folder / asset.name).symlink_to(asset)
    templates = stack.templates(folder)
    edit(templates)
    for name, template in templates.items():
        stack.template(folder, name).write_text(json.dumps(template))
    return folder


def renamed(templates: dict[str, dict[str, Any]], step: str, new: str) -> None:
    """What the templates say when a step is called otherwise: its resources, and who names them."""
    stage, verb = step.split("/")
    pairs = {
        f"{stage}-{verb}": f"{stage}-{new}",
        f"{stage}{verb.replace('_', '')}": f"{stage}{new.replace('_', '')}",
        step: f"{stage}/{new}",
    }
    for name, template in templates.items():
        text = json.dumps(template)
        for old, now in pairs.items():
            text = text.replace(old, now)
        templates[name] = json.loads(text)


def moved(templates: dict[str, dict[str, Any]], step: str, stage: str) -> None:
    """What they say when a step moves to another stage, and so to another stack."""
    old, verb = step.split("/")
    human, now = f"{old}{verb.replace('_', '')}", f"{stage}{verb.replace('_', '')}"
    source, target = (templates[f"Auftakt-{each}"]["Resources"] for each in (old, stage))
    for id in [id for id in source if id.startswith(human)]:
        target[id] = source.pop(id)
    for name, template in templates.items():
        text = json.dumps(template).replace(f"{old}-{verb}", f"{stage}-{verb}")
        templates[name] = json.loads(text.replace(human, now).replace(step, f"{stage}/{verb}"))


def routed(cloud: Cloud) -> dict[str, str]:
    """The routes of the API, each with the name of the function that answers it."""
    http = cloud.client("apigatewayv2")
    api = stack.outputs(cloud)["ApiUrl"].split("//")[1].split(".")[0]
    found: dict[str, str] = {}
    for page in http.get_paginator("get_routes").paginate(ApiId=api):
        for route in page["Items"]:
            id = route["Target"].removeprefix("integrations/")
            uri = http.get_integration(ApiId=api, IntegrationId=id)["IntegrationUri"]
            assert route["RouteKey"] not in found
            found[route["RouteKey"]] = uri.rpartition(":")[2]
    return found


def functions(cloud: Cloud) -> set[str]:
    pages = cloud.client("lambda").get_paginator("list_functions").paginate()
    return {function["FunctionName"] for page in pages for function in page["Functions"]}


def queues(cloud: Cloud) -> set[str]:
    pages = cloud.client("sqs").get_paginator("list_queues").paginate()
    return {url.rpartition("/")[2] for page in pages for url in page.get("QueueUrls", [])}


def test_what_a_deployment_would_do_is_said_before(cloud: Cloud) -> None:
    wanted = stack.templates(synth.outline())
    found = deploy.survey(cloud, wanted, ("orders@berg-beutel.example",))
    assert found.stops == []
    assert len(found.does) == len(wanted)
    assert passes.live(cloud) == {}


def test_it_is_made_and_then_there_is_nothing_to_do(cloud: Cloud) -> None:
    assert bring(synth.outline(), cloud)[0] is True
    assert {*passes.live(cloud)} == {*stack.names(synth.outline())}
    assert {*passes.live(cloud).values()} == {"CREATE_COMPLETE"}
    assert bring(synth.outline(), cloud) == (False, [])
    found = deploy.survey(cloud, stack.templates(synth.outline()), ())
    assert (found.stops, found.does) == ([], [])
    assert "change nothing" in found.text()


def test_another_context_is_an_update_and_so_is_the_way_back(cloud: Cloud, elsewhere: Path) -> None:
    for assembly, address in ((elsewhere, ADDRESS), (synth.outline(), None)):
        bring(assembly, cloud)
        name = "auftakt-notices-tell_customer"
        configured = cloud.client("lambda").get_function_configuration(FunctionName=name)
        expected = address or stack.outputs(cloud)["ApiUrl"]
        assert configured["Environment"]["Variables"]["PUBLIC_URL"] == expected


def test_a_step_is_renamed_and_moved_with_its_routes(cloud: Cloud, tmp_path: Path) -> None:
    before = routed(cloud)

    def edit(templates: dict[str, dict[str, Any]]) -> None:
        renamed(templates, "orders/receive_order", "take_order")
        moved(templates, "sourcing/read_stock", "fulfilment")

    bring(edited(synth.outline(), tmp_path / "new", edit), cloud)
    after = routed(cloud)
    assert after.keys() == before.keys()
    changed = {route: after[route] for route in after if after[route] != before[route]}
    assert changed == {
        "POST /v1/orders": "auftakt-orders-take_order",
        "GET /v1/stock/{sku}": "auftakt-fulfilment-read_stock",
    }
    assert {*after.values()} <= functions(cloud)
    gone = {"auftakt-orders-receive_order", "auftakt-sourcing-read_stock"}
    assert not gone & functions(cloud)
    bring(synth.outline(), cloud)
    assert routed(cloud) == before


def test_a_renamed_step_is_done_with_its_messages_before_it_goes(
    cloud: Cloud, tmp_path: Path
) -> None:
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName="auftakt-payments-dun_customer")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="{}", DelaySeconds=900)
    new = edited(
        synth.outline(), tmp_path / "new", lambda t: renamed(t, "payments/dun_customer", "remind")
    )
    _, told = bring(new, cloud, patience=0.2)
    assert "1 messages still lie" in told[-1]
    assert {"auftakt-payments-dun_customer", "auftakt-payments-remind"} <= queues(cloud)
    rules = cloud.client("events").list_rule_names_by_target(TargetArn=_arn(sqs, url))
    assert rules["RuleNames"] == []
    sqs.purge_queue(QueueUrl=url)
    bring(new, cloud)
    assert "auftakt-payments-dun_customer" not in queues(cloud)
    assert bring(new, cloud) == (False, [])
    bring(synth.outline(), cloud)


def _arn(sqs: Any, url: str) -> str:
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return str(found["Attributes"]["QueueArn"])


def test_a_stage_may_go_as_a_whole(cloud: Cloud, tmp_path: Path) -> None:
    def edit(templates: dict[str, dict[str, Any]]) -> None:
        fulfilment = templates["Auftakt-fulfilment"]["Resources"]
        templates["Auftakt-records"]["Resources"] |= {
            id: resource
            for id, resource in fulfilment.items()
            if id not in templates["Auftakt-records"]["Resources"]
        }
        templates["Auftakt-fulfilment"]["Resources"] = {}

    new = edited(synth.outline(), tmp_path / "new", edit)
    way = plan(passes.deployed(cloud), {
        name: each for name, each in stack.templates(new).items() if each["Resources"]
    })  # fmt: skip
    assert way.leaving == () or way.release
    passes.carry_out(way, new, cloud, lambda text: None, patience=5.0)
    assert "Auftakt-fulfilment" not in passes.live(cloud)
    assert {*routed(cloud).values()} <= functions(cloud)
    bring(synth.outline(), cloud)
    assert {*passes.live(cloud)} == {*stack.names(synth.outline())}
    assert {*routed(cloud).values()} <= functions(cloud)


def test_an_update_that_fails_is_rolled_back_and_can_be_made_good(
    cloud: Cloud, tmp_path: Path
) -> None:
    def edit(templates: dict[str, dict[str, Any]]) -> None:
        resources = templates["Auftakt-routes"]["Resources"]
        (route,) = [
            each
            for each in resources.values()
            if each.get("Properties", {}).get("RouteKey") == "GET /docs"
        ]
        resources["Second"] = route

    new = edited(synth.outline(), tmp_path / "new", edit)
    way = plan(passes.deployed(cloud), stack.templates(new))
    assert any("route GET /docs is there twice" in each for each in way.refusals)
    changer = passes.Changer(new, cloud, lambda text: None)
    with pytest.raises(DeploymentFailed, match=r"UPDATE_ROLLBACK_COMPLETE\n.*already exists"):
        changer.change("Auftakt-routes", stack.templates(new)["Auftakt-routes"])
    assert passes.live(cloud)["Auftakt-routes"] == "UPDATE_ROLLBACK_COMPLETE"
    assert bring(synth.outline(), cloud) == (False, [])


def test_an_export_in_use_is_kept_until_nobody_imports_it(cloud: Cloud, tmp_path: Path) -> None:
    """The public address as it once was: an export that was there only while it was needed."""

    def edit(templates: dict[str, dict[str, Any]]) -> None:
        outputs = templates["Auftakt"]["Outputs"]
        (name,) = [each for each in outputs if each.endswith("ApiEndpointFBC1E0AF")]
        export = outputs.pop(name)["Export"]["Name"]
        for each in templates["Auftakt"]["Resources"].values():
            if each["Type"] == "AWS::Logs::LogGroup":
                each["Properties"]["RetentionInDays"] = 60
        text = json.dumps({k: t for k, t in templates.items() if k != "Auftakt"})
        imported = json.dumps({"Fn::ImportValue": export})
        assert imported in text
        templates.update(json.loads(text.replace(imported, json.dumps(ADDRESS))))

    new = edited(synth.outline(), tmp_path / "new", edit)
    ground = stack.templates(new)["Auftakt"]
    with pytest.raises(DeploymentFailed, match="in use by"):
        passes.Changer(new, cloud, lambda text: None).change("Auftakt", ground)
    bring(new, cloud)
    assert bring(new, cloud) == (False, [])
    bring(synth.outline(), cloud)


def test_it_is_taken_down_in_order_and_says_what_stays(cloud: Cloud) -> None:
    uploads = cloud.client("s3")
    for name, kind in _buckets(cloud).items():
        if kind == "uploads":
            uploads.put_object(Bucket=name, Key="stock/upl_1", Body=b"sku,on_hand\n")
    assert removal.order(cloud)[-1] == "Auftakt"
    secret = "/auftakt/carriers/dhl"
    ssm = cloud.client("ssm")
    ssm.put_parameter(Name=secret, Value="a-secret-of-dhl", Type="SecureString")
    told: list[str] = []
    stays = removal.delete(cloud, told.append)
    assert passes.live(cloud) == {}
    stays.sort()
    kinds = ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SSM::Parameter"]
    assert [each.split()[0] for each in stays] == kinds
    table, bucket, parameter = (each.split()[1] for each in stays)
    assert parameter == secret
    assert removal.secrets_left(cloud, leave=False) == []
    assert ssm.get_parameters(Names=[secret])["Parameters"] == []
    assert table in cloud.client("dynamodb").list_tables()["TableNames"]
    left = [each["Name"] for each in uploads.list_buckets()["Buckets"]]
    assert bucket in left
    assert len(left) == 2  # and that of the assets


def _buckets(cloud: Cloud) -> dict[str, str]:
    found = removal.resources(cloud, "Auftakt")
    return {
        each["PhysicalResourceId"]: "uploads" if "Uploads" in id else "documents"
        for id, each in found.items()
        if each["ResourceType"] == "AWS::S3::Bucket"
    }
