"""`auftakt deploy`: brings the same app into the AWS account that the environment leads to."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from infra import layers
from local import allowances, passes, paths, removal, stack, states, synth
from local.plan import Plan, plan, told
from local.stack import Cloud, DeploymentFailed
from local.up import say

BARE = """\
NO PYTHON {python} CAN BE FOUND OR FETCHED, so the layers go without bytecode and Lambda compiles
every module in each cold start: about 1,098 ms of CPU instead of 306 for an order taken.
Install Python {python} (or let uv reach its downloads) and deploy again."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--context", "-c", action="append", default=[], metavar="NAME=VALUE",
        help="such as sender=orders@shop.example or public_url=https://orders.shop.example",
    )  # fmt: skip
    parser.add_argument("--region", help="instead of the environment's")
    parser.add_argument("--dry-run", action="store_true", help="only say what it consists of")
    parser.add_argument(
        "--check", action="store_true", help="look at the account and say what would be done"
    )
    parser.add_argument(
        "--lose", action="append", default=[], metavar="STACK.QUEUE",
        help="consent to the loss of a queue's messages, as --check names it",
    )  # fmt: skip
    parser.add_argument("--delete", action="store_true", help="take the stacks down again")
    parser.add_argument("--yes", action="store_true", help="with --delete: really")


def run(args: argparse.Namespace) -> int:
    """Look at everything first; then build, publish, change the stacks, say where things are."""
    context = synth.parse_context(args.context)
    if args.dry_run:
        return dry_run(synth.assembly(context))
    cloud = account(args.region)
    try:
        if args.delete:
            return delete(cloud, really=args.yes)
        act = check if args.check else deploy
        return act(cloud, context, args.lose)
    except DeploymentFailed as failed:
        raise SystemExit(f"the deployment failed: {failed}") from None


def deploy(cloud: Cloud, context: Mapping[str, str], consented: Sequence[str] = ()) -> int:
    """Bring the account to what the tree says."""
    assembly = built(context)
    wanted = stack.templates(assembly)
    _stop_at([*allowances.bootstrap(cloud)])
    for name in passes.live(cloud):
        states.settle(cloud, name, say)
    way = plan(passes.deployed(cloud), wanted, consented)
    _stop_at([*way.refusals])
    for mind in allowances.limits(cloud, wanted, senders(context)):
        say(f"mind: {mind}")
    say(f"{stack.publish(assembly, cloud)} new assets published")
    if not passes.carry_out(way, assembly, cloud, say):
        say("nothing has changed")
    for name, value in stack.outputs(cloud).items():
        sys.stdout.write(f"{name} = {value}\n")
    return 0


def built(context: Mapping[str, str]) -> Path:
    """The app with its layers built for Lambda, with bytecode where that can be made."""
    say("building the layers for Lambda")
    python = layers.interpreter()
    if python is None:
        say(BARE.format(python=layers.PYTHON))
    layers.build_layers(python)
    return synth.assembly({**context, "built": "true", **_compiled(python)})


def _compiled(python: str | None) -> dict[str, str]:
    return {"compiled": "true"} if python else {}


def check(cloud: Cloud, context: Mapping[str, str], consented: Sequence[str] = ()) -> int:
    """Everything that a deployment would run into, and what it would do, without doing it."""
    python = layers.interpreter(fetch=False)
    wanted = stack.templates(synth.assembly({**context, **_compiled(python)}))
    found = survey(cloud, wanted, senders(context), consented)
    if python is None:
        found.minds.append(f"no Python {layers.PYTHON} is installed: a deployment fetches it")
    sys.stdout.write(found.text())
    return 1 if found.stops else 0


class Survey:
    """What a deployment would find: what stops it, what to mind, and what it would do."""

    def __init__(self, stops: list[str], minds: list[str], does: list[str]) -> None:
        self.stops, self.minds, self.does = stops, minds, does

    def text(self) -> str:
        """One line each, what stops it first."""
        parts = {"STOP": self.stops, "mind": self.minds, "would": self.does or ["change nothing"]}
        return "".join(f"{word:6} {each}\n" for word, lines in parts.items() for each in lines)


def survey(
    cloud: Cloud,
    wanted: Mapping[str, Any],
    senders: tuple[str, ...],
    consented: Sequence[str] = (),
) -> Survey:
    """Looks at the account, its stacks and its limits, and changes nothing."""
    live = passes.live(cloud)
    named = [states.name_of(state, name) for name, state in live.items()]
    minds = [text for text in named if text]
    stuck = ("DELETE_FAILED", "IMPORT_ROLLBACK_FAILED")
    stops = [text for text in minds if any(f" is {state}:" in text for state in stuck)]
    way: Plan = plan(passes.deployed(cloud), wanted, consented)
    return Survey(
        stops=[*allowances.bootstrap(cloud), *stops, *way.refusals],
        minds=[
            *(text for text in minds if text not in stops),
            *allowances.limits(cloud, wanted, senders),
        ],
        does=[*told(way)],
    )


def senders(context: Mapping[str, str]) -> tuple[str, ...]:
    """The addresses and domains that mails come from."""
    settings = json.loads((paths.ROOT / "cdk.json").read_text())["context"]
    given = {**settings, **context}
    further = str(given.get("senders") or "").split(",")
    return tuple(filter(None, (str(given["sender"]), *further)))


def delete(cloud: Cloud, *, really: bool) -> int:
    """Take the stacks down, or only say what that would mean."""
    if not really:
        for name in removal.order(cloud):
            sys.stdout.write(f"would delete the stack {name}\n")
            for kept in removal.staying(cloud, name):
                sys.stdout.write(f"       and leave {kept}\n")
        sys.stdout.write("Nothing has been deleted: say --delete --yes to do it.\n")
        return 0
    for kept in removal.delete(cloud, say):
        sys.stdout.write(f"stays: {kept}\n")
    return 0


def _stop_at(reasons: list[str]) -> None:
    if reasons:
        raise DeploymentFailed("\n".join(reasons))


def dry_run(assembly: Path) -> int:
    """What a deployment would consist of, without asking any account."""
    nowhere = Cloud(None, "<account>", "<region>")
    found = stack.assets(assembly, nowhere)
    for asset in found:
        sys.stdout.write(f"publish {asset.source.name} as s3://{asset.bucket}/{asset.key}\n")
    for name, template in stack.templates(assembly).items():
        resources = template["Resources"].values()
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
    say(f"account {identity['Account']}, region {session.region_name}")
    return Cloud(session, identity["Account"], session.region_name)
