"""`auftakt deploy`: brings the same app into the AWS account that the environment leads to."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from local import paths, stack, synth
from local.stack import Cloud, DeploymentFailed
from local.up import say

BOOTSTRAP = "/cdk-bootstrap/hnb659fds/version"
HOW_TO_BOOTSTRAP = """\
The account {account} has no CDK bootstrap in {region} (parameter {name} is missing).
It is made once per account and region: npx aws-cdk bootstrap aws://{account}/{region}"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--context", "-c", action="append", default=[], metavar="NAME=VALUE",
        help="such as sender=orders@shop.example or public_url=https://orders.shop.example",
    )  # fmt: skip
    parser.add_argument("--region", help="instead of the environment's")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")


def run(args: argparse.Namespace) -> int:
    """Build the layers, synthesise, publish, change the stacks; print where things are."""
    context = synth.parse_context(args.context)
    if args.dry_run:
        return dry_run(synth.assembly(context))
    cloud = account(args.region)
    bootstrapped(cloud)
    say("building the layers for Lambda")
    subprocess.run([sys.executable, "-m", "infra.layers"], cwd=paths.ROOT, check=True)
    assembly = synth.assembly({**context, "built": "true"})
    try:
        say(f"{stack.publish(assembly, cloud)} new assets published")
        if not stack.change(assembly, cloud, say):
            say("nothing has changed")
    except DeploymentFailed as failed:
        raise SystemExit(f"the deployment failed: {failed}") from None
    for name, value in stack.outputs(cloud).items():
        sys.stdout.write(f"{name} = {value}\n")
    return 0


def dry_run(assembly: Path) -> int:
    """What a deployment would consist of, without asking any account."""
    nowhere = Cloud(None, "<account>", "<region>")
    found = stack.assets(assembly, nowhere)
    for asset in found:
        sys.stdout.write(f"publish {asset.source.name} as s3://{asset.bucket}/{asset.key}\n")
    for name in stack.names(assembly):
        resources = json.loads(stack.template(assembly, name).read_text())["Resources"].values()
        sys.stdout.write(f"create or update the stack {name} by a change set, with\n")
        for kind, number in sorted(Counter(each["Type"] for each in resources).items()):
            sys.stdout.write(f"{number:5} {kind}\n")
    return 0


def account(region: str | None) -> Cloud:
    """The AWS account that the environment's credentials belong to."""
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    session = boto3.Session(region_name=region)
    if session.region_name is None:
        raise SystemExit("no region: give --region or set AWS_REGION")
    try:
        identity: dict[str, Any] = session.client("sts").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise SystemExit(
            f"AWS does not know who you are: {error}\n"
            "Sign in first (aws sso login, or AWS_PROFILE, or AWS_ACCESS_KEY_ID and its secret)."
        ) from None
    say(f"deploying to account {identity['Account']}, region {session.region_name}")
    return Cloud(session, identity["Account"], session.region_name)


def bootstrapped(cloud: Cloud) -> None:
    """Ends with advice when the account lacks what a CDK deployment needs."""
    if not cloud.client("ssm").get_parameters(Names=[BOOTSTRAP])["Parameters"]:
        facts = {"account": cloud.account, "region": cloud.region, "name": BOOTSTRAP}
        raise SystemExit(HOW_TO_BOOTSTRAP.format(**facts))
