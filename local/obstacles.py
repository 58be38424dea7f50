"""Finds what CloudFormation would refuse, from the templates alone, before anything is changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

Template = dict[str, Any]
Holder = tuple[str, str]
"""A stack, and the logical id of a resource in it."""

MOST_RESOURCES = 500
NAMED = {
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::IAM::Role": "RoleName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SES::ConfigurationSet": "Name",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::Scheduler::Schedule": "Name",
    "AWS::Scheduler::ScheduleGroup": "Name",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
}
HOLDS_DATA = {"AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue"}
REPLACING = {
    "AWS::DynamoDB::Table": ("TableName", "KeySchema", "LocalSecondaryIndexes"),
    "AWS::S3::Bucket": ("BucketName",),
}
EMPTIED = ("QueueName", "FifoQueue")
"""What makes another queue of a queue: CloudFormation makes that, and deletes the one with the
messages."""


def identity(stack: str, resource: Mapping[str, Any]) -> str | None:
    """Of what there can be one only, whatever it is called in its template."""
    kind, properties = str(resource["Type"]), resource.get("Properties", {})
    if kind == "AWS::ApiGatewayV2::Route":
        return f"route {route_place(properties['RouteKey'])}"
    if kind == "AWS::Lambda::EventSourceMapping":
        ends = [properties.get("EventSourceArn"), properties.get("FunctionName")]
        return f"mapping in {stack} of {json.dumps(ends, sort_keys=True)}"
    name = properties.get(NAMED.get(kind, ""))
    return f"{kind} {json.dumps(name, sort_keys=True)}" if name else None


def route_place(key: str) -> str:
    """What a route's path means: how its variables are called makes no other route of it."""
    return re.sub(r"{[^}]*}", "{}", key)


def holders(templates: Mapping[str, Template]) -> Iterator[tuple[str, Holder]]:
    """Every identity, and who has it."""
    for stack, template in templates.items():
        for id, resource in template["Resources"].items():
            if claim := identity(stack, resource):
                yield claim, (stack, id)


def mentioned(value: Any) -> set[str]:
    """The logical ids that a part of a template refers to."""
    match value:
        case {"Ref": str(id)}:
            return {id}
        case {"Fn::GetAtt": [str(id), *_]}:
            return {id}
        case dict():
            found = {each for part in value.values() for each in mentioned(part)}
            needs = value.get("DependsOn", [])
            found |= {needs} if isinstance(needs, str) else {n for n in needs if isinstance(n, str)}
            return found | _substituted(value.get("Fn::Sub"))
        case list():
            return {each for part in value for each in mentioned(part)}
    return set()


def _substituted(value: Any) -> set[str]:
    text = value[0] if isinstance(value, list) and value else value
    return {*re.findall(r"\$\{([A-Za-z0-9]+)", text)} if isinstance(text, str) else set()


def imported(template: Template) -> set[str]:
    """The exports that a template builds on."""
    return {*_imports(template)}


def _imports(value: Any) -> Iterator[str]:
    match value:
        case {"Fn::ImportValue": str(name)}:
            yield name
        case dict():
            for part in value.values():
                yield from _imports(part)
        case list():
            for part in value:
                yield from _imports(part)


def exported(template: Template) -> dict[str, Any]:
    """The exports of a template, and what they are made of."""
    return {
        out["Export"]["Name"]: out["Value"]
        for out in template.get("Outputs", {}).values()
        if "Export" in out
    }


def found(deployed: Mapping[str, Template], wanted: Mapping[str, Template]) -> Iterator[str]:
    """Why the wanted templates cannot follow the deployed ones, each with its remedy."""
    yield from _twice(wanted)
    yield from _not_exported(wanted)
    yield from _changed_exports(deployed, wanted)
    yield from _moved_data(deployed, wanted)
    for stack in deployed.keys() & wanted.keys():
        old, new = deployed[stack]["Resources"], wanted[stack]["Resources"]
        for id in old.keys() & new.keys():
            yield from _replaced(stack, id, old[id], new[id])
            if old[id]["Type"] == new[id]["Type"] == "AWS::DynamoDB::Table":
                yield from _reindexed(stack, old[id]["Properties"], new[id]["Properties"])


def _twice(wanted: Mapping[str, Template]) -> Iterator[str]:
    seen: dict[str, Holder] = {}
    for claim, holder in holders(wanted):
        if claim in seen:
            yield f"{holder[0]}: {claim} is there twice, as {seen[claim][1]} and {holder[1]}"
        seen[claim] = holder


def _not_exported(wanted: Mapping[str, Template]) -> Iterator[str]:
    exports: set[str] = set()
    for stack, template in wanted.items():
        for name in sorted(imported(template) - exports):
            yield f"{stack}: imports {name}, which no stack before it exports"
        exports |= exported(template).keys()


def _changed_exports(
    deployed: Mapping[str, Template], wanted: Mapping[str, Template]
) -> Iterator[str]:
    used = {name for template in deployed.values() for name in imported(template)}
    for stack in deployed.keys() & wanted.keys():
        old, new = exported(deployed[stack]), exported(wanted[stack])
        for name in sorted(used & old.keys() & new.keys()):
            if old[name] != new[name]:
                yield (
                    f"{stack}: the export {name} gets another value while it is imported: "
                    "export the new value under a new name"
                )


def _moved_data(deployed: Mapping[str, Template], wanted: Mapping[str, Template]) -> Iterator[str]:
    claims = dict(holders(wanted))
    for claim, (stack, id) in holders(deployed):
        new = claims.get(claim, (stack, id))
        kind = deployed[stack]["Resources"][id]["Type"]
        if new != (stack, id) and kind in HOLDS_DATA:
            yield (
                f"{stack}: {claim} would be made anew as {new[1]} and lose what is in it: "
                f"keep its logical id {id}, or give the new one another name"
            )


def _replaced(stack: str, id: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    if old["Type"] != new["Type"]:
        yield f"{stack}: {id} turns from {old['Type']} into {new['Type']}: give it another id"
        return
    for name in REPLACING.get(old["Type"], ()):
        if old["Properties"].get(name) != new["Properties"].get(name):
            yield (
                f"{stack}: {id} would be replaced by an empty one, because its {name} changes: "
                "make another one beside it and move the data"
            )


def losses(
    deployed: Mapping[str, Template], wanted: Mapping[str, Template]
) -> Iterator[tuple[str, str]]:
    """The queues that would be replaced, as `stack.id`, and why: their messages would be lost."""
    for stack in sorted(deployed.keys() & wanted.keys()):
        old, new = deployed[stack]["Resources"], wanted[stack]["Resources"]
        for id in sorted(old.keys() & new.keys()):
            if {old[id]["Type"], new[id]["Type"]} != {"AWS::SQS::Queue"}:
                continue
            before, after = (each[id].get("Properties", {}) for each in (old, new))
            changed = [name for name in EMPTIED if before.get(name) != after.get(name)]
            if changed:
                yield f"{stack}.{id}", " and ".join(changed)


def _reindexed(stack: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    before, after = _indexes(old), _indexes(new)
    for name in sorted(before.keys() & after.keys()):
        if before[name] != after[name]:
            yield (
                f"{stack}: the index {name} changes its keys or its projection, which DynamoDB "
                "does not: make a new index under another name, and drop the old one later"
            )
    moved = sorted(before.keys() ^ after.keys())
    if len(moved) > 1:
        yield (
            f"{stack}: the indexes {', '.join(moved)} come or go in one deployment: "
            "DynamoDB makes or drops one at a time, so deploy once for each"
        )


def _indexes(table: Mapping[str, Any]) -> dict[str, Any]:
    return {
        index["IndexName"]: (index["KeySchema"], index["Projection"])
        for index in table.get("GlobalSecondaryIndexes", [])
    }


def too_large(templates: Mapping[str, Template]) -> Iterator[str]:
    """Stacks that have too many resources while the old ones are still there."""
    for stack, template in templates.items():
        if len(template["Resources"]) > MOST_RESOURCES:
            yield f"{stack}: {len(template['Resources'])} resources, of {MOST_RESOURCES} allowed"
