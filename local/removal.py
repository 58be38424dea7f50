"""Takes the stacks down again, in order, and says what stays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local import passes, states
from local.stack import STACK, Cloud, DeploymentFailed, Say

SECRETS = ("/auftakt/links", "/auftakt/carriers", "/auftakt/webhooks")
"""Where the steps keep secrets that they make or are given."""
MOST_NAMES = 10
STAYING = ("Retain", "RetainExceptOnCreate", "Snapshot")


def order(cloud: Cloud) -> list[str]:
    """The stacks that there are, the one on which the others stand last."""
    return sorted(passes.live(cloud), key=lambda name: (name == STACK, name))


def staying(cloud: Cloud, stack: str) -> Iterator[str]:
    """What of a stack a deletion leaves, as its template says."""
    if passes.live(cloud).get(stack) == "REVIEW_IN_PROGRESS":
        return
    template = passes.template(cloud, stack)
    for id, resource in resources(cloud, stack).items():
        if template["Resources"].get(id, {}).get("DeletionPolicy") in STAYING:
            yield _named(resource)


def delete(cloud: Cloud, say: Say) -> list[str]:
    """Delete every stack, and answer what stays of them."""
    stays: list[str] = []
    for stack in order(cloud):
        state = states.ended(cloud, stack) if stack in passes.live(cloud) else None
        if state is None:
            continue
        stays += staying(cloud, stack)
        _empty(cloud, stack)
        say(f"deleting the stack {stack}")
        try:
            states.delete(cloud, stack)
        except DeploymentFailed:
            stays += _without_the_rest(cloud, stack, say)
    return stays + secrets_left(cloud, leave=any("AWS::DynamoDB::Table" in each for each in stays))


def secrets_left(cloud: Cloud, *, leave: bool) -> list[str]:
    """What steps keep in the Parameter Store stays as long as the table does, and goes with it."""
    ssm = cloud.client("ssm")
    pages = ssm.get_paginator("get_parameters_by_path")
    names = [
        parameter["Name"]
        for path in SECRETS
        for page in pages.paginate(Path=path, Recursive=True)
        for parameter in page["Parameters"]
    ]
    if leave:
        return [f"AWS::SSM::Parameter {name}" for name in names]
    for start in range(0, len(names), MOST_NAMES):
        ssm.delete_parameters(Names=names[start : start + MOST_NAMES])
    return []


def _without_the_rest(cloud: Cloud, stack: str, say: Say) -> list[str]:
    """A second try that leaves what could not be deleted; it stays, and is named."""
    left = {
        id: resource
        for id, resource in resources(cloud, stack).items()
        if resource["ResourceStatus"] == "DELETE_FAILED"
    }
    if not left:
        raise DeploymentFailed(f"{stack} could not be deleted\n{states.failures(cloud, stack)}")
    say(f"{stack}: leaving {', '.join(left)}, which could not be deleted")
    states.delete(cloud, stack, leave=[*left])
    return [
        f"{_named(resource)}: {resource.get('ResourceStatusReason', 'it could not be deleted')}"
        for resource in left.values()
    ]


def resources(cloud: Cloud, stack: str) -> dict[str, dict[str, Any]]:
    """The resources of a stack that there are, by logical id."""
    pages = cloud.client("cloudformation").get_paginator("list_stack_resources")
    return {
        resource["LogicalResourceId"]: resource
        for page in pages.paginate(StackName=stack)
        for resource in page["StackResourceSummaries"]
        if resource["ResourceStatus"] != "DELETE_COMPLETE"
    }


def _named(resource: dict[str, Any]) -> str:
    return f"{resource['ResourceType']} {resource.get('PhysicalResourceId', '')}"


def _empty(cloud: Cloud, stack: str) -> None:
    """The buckets that go with their stack must be empty; they hold what nobody needs longer."""
    if passes.live(cloud).get(stack) == "REVIEW_IN_PROGRESS":
        return
    template, s3 = passes.template(cloud, stack), cloud.client("s3")
    for id, resource in resources(cloud, stack).items():
        made = template["Resources"].get(id, {})
        if made.get("Type") != "AWS::S3::Bucket" or made.get("DeletionPolicy") in STAYING:
            continue
        bucket = resource["PhysicalResourceId"]
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            keys = [{"Key": item["Key"]} for item in page.get("Contents", [])]
            if keys:
                s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})
