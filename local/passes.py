"""Carries out a plan: change sets pass by pass, and the leaving queues drained in between."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local import states
from local.plan import Plan, parsed
from local.stack import STACK, Cloud, DeploymentFailed, Say, assets_bucket

WHOLE_TEMPLATE = 51_200  # bytes that CloudFormation takes directly
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
WAITING = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)
DRAIN_SECONDS = 900.0
LEFT = """\
{left} messages still lie in the queues of what leaves: {queues}.
The old steps go on working on them. Deploy again when they are done."""


def live(cloud: Cloud) -> dict[str, str]:
    """The stacks of the system that there are, and their states."""
    pages = cloud.client("cloudformation").get_paginator("describe_stacks").paginate()
    return {
        stack["StackName"]: stack["StackStatus"]
        for page in pages
        for stack in page["Stacks"]
        if stack["StackStatus"] != "DELETE_COMPLETE" and _ours(cloud, stack)
    }


def _ours(cloud: Cloud, stack: Mapping[str, Any]) -> bool:
    """By name and description: what somebody else called similarly is nothing to us."""
    name, about = str(stack["StackName"]), stack.get("Description")
    if name == STACK or not name.startswith(f"{STACK}-"):
        return name == STACK
    if not about and stack["StackStatus"] != "REVIEW_IN_PROGRESS":
        about = template(cloud, name).get("Description")
    return not about or str(about).startswith(f"{STACK}, ")


def deployed(cloud: Cloud) -> dict[str, dict[str, Any]]:
    """The templates of the stacks that live, the one on which the others stand first."""
    names = [name for name, state in live(cloud).items() if state not in states.NEVER_LIVED]
    return {name: template(cloud, name) for name in sorted(names)}  # the ground's is the shortest


def template(cloud: Cloud, stack: str) -> dict[str, Any]:
    """A stack's template as it was deployed last."""
    return parsed(cloud.client("cloudformation").get_template(StackName=stack)["TemplateBody"])


def carry_out(
    plan: Plan, assembly: Path, cloud: Cloud, say: Say, *, patience: float | None = DRAIN_SECONDS
) -> bool:
    """Pass after pass; false when there was nothing to change.

    What leaves has `patience` seconds to be done with its messages; None waits for nothing.
    """
    if plan.refusals:
        raise DeploymentFailed("\n".join(plan.refusals))
    changer = Changer(assembly, cloud, say)
    for name, template in plan.release.items():
        if template is None:
            say(f"deleting the stack {name}, which stands in the way")
            states.delete(cloud, name)
        else:
            changer.change(name, template, "making room in")
    done = [changer.change(name, template) for name, template in plan.expand.items()]
    for name, template in plan.quieten.items():
        changer.change(name, template, "stopping the news of what leaves")
    if plan.queues and patience is not None and not _drained(plan, cloud, say, patience):
        return True
    for name in plan.leaving:
        say(f"deleting the stack {name}, of which nothing is left")
        states.delete(cloud, name)
    done += [changer.change(name, plan.contract[name], "tidying") for name in plan.contract]
    return any(done) or bool(plan.release or plan.leaving)


def _drained(plan: Plan, cloud: Cloud, say: Say, patience: float) -> bool:
    """Whether all that leaves is done with its messages."""
    formation, sqs = cloud.client("cloudformation"), cloud.client("sqs")
    queues = {
        id: formation.describe_stack_resource(StackName=stack, LogicalResourceId=id)[
            "StackResourceDetail"
        ]["PhysicalResourceId"]
        for stack, id in plan.queues
    }
    limit, calm, pause = time.monotonic() + patience, 0, min(5.0, patience / 20)
    while True:
        left = {id: waiting(sqs, url) for id, url in queues.items()}
        calm = 0 if any(left.values()) else calm + 1
        if calm > 1:  # the numbers are approximate: twice is believed
            return True
        if time.monotonic() >= limit and any(left.values()):
            names = ", ".join(id for id, number in left.items() if number)
            say(LEFT.format(left=sum(left.values()), queues=names))
            return False
        time.sleep(pause)


def waiting(sqs: Any, url: str) -> int:
    """The messages of a queue, those under way and the delayed ones with them."""
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[*WAITING])["Attributes"]
    return sum(int(found.get(name, 0)) for name in WAITING)


class Changer:
    """Brings one stack after the other to a template."""

    def __init__(self, assembly: Path, cloud: Cloud, say: Say) -> None:
        self._assembly, self._cloud, self._say = assembly, cloud, say
        self._formation = cloud.client("cloudformation")

    def change(self, stack: str, template: Mapping[str, Any], doing: str = "") -> bool:
        """Create or update the stack by a change set; false when that changes nothing."""
        existing = states.settle(self._cloud, stack, self._say)
        content = json.dumps(template).encode()
        name = f"auftakt-{hashlib.sha256(content).hexdigest()[:12]}-{time.time_ns()}"
        kind = "UPDATE" if existing else "CREATE"
        self._formation.create_change_set(
            StackName=stack,
            ChangeSetName=name,
            ChangeSetType=kind,
            Capabilities=CAPABILITIES,
            **self._template(stack, content),
        )
        if not _ready(self._formation, stack, name):
            return False
        self._say(f"{doing or ('updating' if existing else 'creating')} the stack {stack}")
        self._formation.execute_change_set(StackName=stack, ChangeSetName=name)
        state = states.ended(self._cloud, stack)
        if state != f"{kind}_COMPLETE":
            raise DeploymentFailed(f"{stack} {state}\n{states.failures(self._cloud, stack)}")
        return True

    def _template(self, stack: str, content: bytes) -> dict[str, str]:
        """The template itself, or where it lies if it is too large for that."""
        if len(content) <= WHOLE_TEMPLATE:
            return {"TemplateBody": content.decode()}
        s3 = self._cloud.client("s3")
        bucket = assets_bucket(self._assembly, self._cloud)
        key = f"auftakt/{hashlib.sha256(content).hexdigest()}.json"
        s3.put_object(Bucket=bucket, Key=key, Body=content)
        return {"TemplateURL": f"{s3.meta.endpoint_url}/{bucket}/{key}"}


def _ready(formation: Any, stack: str, name: str) -> bool:
    pause = 0.05
    while True:
        made = formation.describe_change_set(StackName=stack, ChangeSetName=name)
        if made["Status"] == "CREATE_COMPLETE":
            return True
        if made["Status"] == "FAILED":
            reason = made.get("StatusReason", "")
            formation.delete_change_set(StackName=stack, ChangeSetName=name)
            if "didn't contain changes" in reason or "No updates" in reason:
                return False
            raise DeploymentFailed(f"{stack}: {reason}")
        time.sleep(pause)
        pause = min(2.0, pause * 1.5)
