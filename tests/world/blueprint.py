"""The deployed stack as plain data, read from the synthesised template."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from infra.journey import JOURNEY
from local import stack, synth
from tests.world.roles import Roles

ACCOUNT = "123456789012"
REGION = "eu-central-1"
PUBLIC_URL = "http://127.0.0.1:4600"
PREFIX = "auftakt-"
_PSEUDO = {
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::Partition": "aws",
}


@dataclass(frozen=True)
class QueueMade:
    """A queue as the template makes it; times in seconds."""

    name: str
    step: str
    visibility: int
    tries: int
    batch: int
    letters: str
    in_turn: bool


@dataclass(frozen=True)
class Rule:
    """A rule of the bus: events of these types (None for all) go to a queue."""

    source: str
    types: frozenset[str] | None
    queue: str
    folder: str = ""

    def matches(self, source: str, type: str) -> bool:
        return source == self.source and (self.types is None or type in self.types)


class Blueprint:
    """What the world is built from."""

    def __init__(self, template: dict[str, Any]) -> None:
        self._resources: dict[str, Any] = template["Resources"]
        self.table = self._the("DynamoDB::Table")
        self.bucket, self.uploads = self._buckets()
        self.environment = {
            step_named(properties["FunctionName"]): self._variables(properties)
            for properties in self._all("Lambda::Function").values()
            if "FunctionName" in properties
        }
        self.flows = {
            properties["StateMachineName"]: json.loads(self.text(properties["DefinitionString"]))
            for properties in self._all("StepFunctions::StateMachine").values()
        }
        self.roles = Roles(
            {
                step_named(properties["FunctionName"]): self._statements(properties)
                for properties in self._all("Lambda::Function").values()
                if "FunctionName" in properties
            }
        )
        self.rules = list(self._rules())
        self.queues = {queue.name: queue for queue in self._queues()}

    @property
    def table_name(self) -> str:
        return self.table[0]

    def _variables(self, properties: dict[str, Any]) -> dict[str, str]:
        given = properties["Environment"]["Variables"]
        variables = {name: self.text(value) for name, value in given.items()}
        return {**variables, "PUBLIC_URL": PUBLIC_URL}

    def _statements(self, function: dict[str, Any]) -> list[dict[str, Any]]:
        role = self._properties(function["Role"]["Fn::GetAtt"][0])
        return [s for policy in role["Policies"] for s in policy["PolicyDocument"]["Statement"]]

    def _rules(self) -> Iterator[Rule]:
        for properties in self._all("Events::Rule").values():
            if "EventPattern" not in properties:
                continue
            pattern = properties["EventPattern"]
            (source,) = pattern["source"]
            types = pattern.get("detail-type")
            for target in properties["Targets"]:
                queue = self._properties(target["Arn"]["Fn::GetAtt"][0])["QueueName"]
                folder = ""
                if source == "aws.s3":
                    ((prefix,),) = pattern["detail"]["object"].values()
                    folder = prefix["prefix"]
                else:
                    assert target["InputPath"] == "$.detail"
                yield Rule(source, frozenset(types) if types else None, queue, folder)

    def _queues(self) -> Iterator[QueueMade]:
        batches = {}
        for properties in self._all("Lambda::EventSourceMapping").values():
            if "Fn::GetAtt" in properties["EventSourceArn"] and "BatchSize" in properties:
                batches[properties["EventSourceArn"]["Fn::GetAtt"][0]] = properties["BatchSize"]
        for id, properties in self._all("SQS::Queue").items():
            redrive = properties.get("RedrivePolicy")
            name = properties["QueueName"]
            yield QueueMade(
                name=name,
                step=step_named(name) if redrive else "records/keep_dead_letter",
                visibility=properties["VisibilityTimeout"],
                tries=redrive["maxReceiveCount"] if redrive else 0,
                batch=batches.get(id, 10),
                letters=self._letters(redrive) if redrive else "",
                in_turn=properties.get("FifoQueue", False),
            )

    def _letters(self, redrive: dict[str, Any]) -> str:
        return self.text(redrive["deadLetterTargetArn"]).rsplit(":", 1)[-1]

    def text(self, value: Any) -> str:
        """A value of the template with its references put in."""
        match value:
            case str():
                return value
            case {"Ref": str(name)}:
                return _PSEUDO.get(name) or self._named(name)
            case {"Fn::GetAtt": [str(name), str(attribute)]}:
                return f"{name}.{attribute}"
            case {"Fn::Join": [str(glue), list(parts)]}:
                return glue.join(self.text(part) for part in parts)
        raise ValueError(value)

    def _named(self, id: str) -> str:
        resource = self._resources[id]
        return id.lower() if resource["Type"] == "AWS::S3::Bucket" else id

    def _properties(self, id: str) -> dict[str, Any]:
        found: dict[str, Any] = self._resources[id]["Properties"]
        return found

    def _all(self, kind: str) -> dict[str, dict[str, Any]]:
        return {
            id: resource.get("Properties", {})
            for id, resource in self._resources.items()
            if resource["Type"] == f"AWS::{kind}"
        }

    def _buckets(self) -> tuple[tuple[str, dict[str, Any]], str]:
        """The bucket of documents, which locks them, and the name of the one of uploads."""
        found = self._all("S3::Bucket")
        (documents,) = [pair for pair in found.items() if "ObjectLockEnabled" in pair[1]]
        (uploads,) = [id for id, bucket in found.items() if "ObjectLockEnabled" not in bucket]
        return documents, uploads.lower()

    def _the(self, kind: str) -> tuple[str, dict[str, Any]]:
        ((id, properties),) = self._all(kind).items()
        return id, properties


def step_named(name: str) -> str:
    """`auftakt-orders-start_intake` -> `orders/start_intake`."""
    return name.removeprefix(PREFIX).removesuffix(".fifo").replace("-", "/", 1)


@cache
def blueprint() -> Blueprint:
    """The system as it would be deployed now."""
    made = Blueprint(stack.whole(synth.outline()))
    assert {step.name for step in JOURNEY} == made.environment.keys()
    return made
