"""Knows every state a stack can be in: waits it out, mends it, or names it with its remedy."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from local.stack import Cloud, DeploymentFailed, Say, describe

PATIENCE = 3600.0  # seconds; a table's new index fills itself in one update
AT_HAND = 60.0  # in the embedded cloud, where nobody else is at work
NEVER_LIVED = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "REVIEW_IN_PROGRESS"}
SETTLED = {
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
}
REMEDIES = {
    "ROLLBACK_COMPLETE": "its first creation failed; a deployment deletes it and makes it anew",
    "ROLLBACK_FAILED": "its first creation failed; a deployment deletes it and makes it anew",
    "CREATE_FAILED": "its first creation failed; a deployment deletes it and makes it anew",
    "REVIEW_IN_PROGRESS": "it is a change set that nobody executed; a deployment deletes it",
    "UPDATE_FAILED": "an update stopped half-way; a deployment rolls it back first",
    "UPDATE_ROLLBACK_FAILED": "a failed update could not be rolled back; a deployment goes on with "
    "that. Where it fails again, mend what it names (or leave it out: aws cloudformation "
    "continue-update-rollback --stack-name {stack} --resources-to-skip ...) and deploy again",
    "DELETE_FAILED": "a deletion did not finish: finish it with ./auftakt deploy --delete",
    "IMPORT_ROLLBACK_FAILED": "an import into it could not be undone: mend that in the console",
}


def name_of(state: str, stack: str) -> str | None:
    """What a state means and what is to be done; None where all is well."""
    if state in SETTLED:
        return None
    if state in REMEDIES:
        return f"{stack} is {state}: {REMEDIES[state].format(stack=stack)}"
    if state.endswith("_IN_PROGRESS"):
        return f"{stack} is {state}: somebody changes it; a deployment waits for the end of that"
    return f"{stack} is {state}, which is none of the states that are known"


def settle(cloud: Cloud, stack: str, say: Say) -> dict[str, Any] | None:
    """The stack as it stands once it can be changed; None when it is to be made anew.

    Raises DeploymentFailed, with the remedy, when that takes a person.
    """
    formation, tried = cloud.client("cloudformation"), set[str]()
    mends: dict[str, Callable[..., Any]] = {
        "UPDATE_ROLLBACK_FAILED": formation.continue_update_rollback,
        "UPDATE_FAILED": formation.rollback_stack,
    }
    while True:
        found = describe(cloud, stack)
        state = found["StackStatus"] if found else None
        if found is None or state is None or state == "DELETE_COMPLETE":
            return None
        if state in SETTLED:
            return found
        if state in tried:
            raise DeploymentFailed(f"{name_of(state, stack)}\n{failures(cloud, stack)}")
        tried.add(state)
        if state in NEVER_LIVED:
            say(f"deleting the stack {stack}, which is {state}")
            delete(cloud, stack)
        elif state in mends:
            say(f"mending the stack {stack}, which is {state}")
            mends[state](StackName=stack)
            ended(cloud, stack)
        elif state.endswith("_IN_PROGRESS"):
            say(f"waiting for the stack {stack}, which is {state}")
            ended(cloud, stack)
            tried.discard(state)
        else:
            raise DeploymentFailed(str(name_of(state, stack)))


def ended(cloud: Cloud, stack: str) -> str | None:
    """The state in which whatever is under way ends; None when the stack is gone."""
    patience = AT_HAND if cloud.hollow else PATIENCE
    limit, pause = time.monotonic() + patience, 0.05
    while time.monotonic() < limit:
        found = describe(cloud, stack)
        if found is None or found["StackStatus"] == "DELETE_COMPLETE":
            return None
        if not found["StackStatus"].endswith("IN_PROGRESS"):
            return str(found["StackStatus"])
        time.sleep(pause)
        pause = min(5.0, pause * 1.5)
    raise DeploymentFailed(f"{stack} is still under way after {patience:.0f} seconds")


def delete(cloud: Cloud, stack: str, *, leave: list[str] | None = None) -> None:
    """Delete a stack and wait for it; raises DeploymentFailed when something of it stays."""
    formation = cloud.client("cloudformation")
    formation.delete_stack(StackName=stack, **({"RetainResources": leave} if leave else {}))
    state = ended(cloud, stack)
    if state is not None:
        raise DeploymentFailed(f"{stack} {state}\n{failures(cloud, stack)}")


def failures(cloud: Cloud, stack: str) -> str:
    """What the last operation on a stack could not do, and why, in its order."""
    return "\n".join(
        f"{event['LogicalResourceId']} ({event['ResourceType']}): {event['ResourceStatusReason']}"
        for event in reversed([*_of_the_last(cloud, stack)])
        if event["ResourceStatus"].endswith("FAILED") and event.get("ResourceStatusReason")
    )


def _of_the_last(cloud: Cloud, stack: str) -> Iterator[dict[str, Any]]:
    pages = cloud.client("cloudformation").get_paginator("describe_stack_events")
    for page in pages.paginate(StackName=stack):
        for event in page["StackEvents"]:
            yield event
            begun = event["ResourceStatus"] in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS")
            if begun and event["ResourceType"] == "AWS::CloudFormation::Stack":
                return
