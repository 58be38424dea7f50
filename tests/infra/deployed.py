"""The synthesised template, asked by kind of resource and by step."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from infra.journey import Queue, Step

Resource = dict[str, Any]


def ending(step: Step) -> str:
    """What the names of a step's queues end in."""
    return ".fifo" if isinstance(step.on, Queue) and step.on.in_turn else ""


class Template:
    """The resources of the stack, by their kind and by the step they belong to."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.text = json.dumps(content)
        self.resources: dict[str, Resource] = content["Resources"]
        self.outputs: dict[str, Resource] = content["Outputs"]

    def of(self, kind: str) -> dict[str, Resource]:
        """Logical id -> properties, of every resource of that kind."""
        return dict(self._of(kind))

    def _of(self, kind: str) -> Iterator[tuple[str, Resource]]:
        for name, resource in self.resources.items():
            if resource["Type"] == f"AWS::{kind}":
                yield name, resource.get("Properties", {})

    def the(self, kind: str) -> Resource:
        """The only resource of that kind."""
        (only,) = self.of(kind).values()
        return only

    def function(self, step: Step) -> tuple[str, Resource]:
        """The function of a step, and its logical id."""
        return self._named("Lambda::Function", "FunctionName", step)

    def queue(self, step: Step, suffix: str = "") -> tuple[str, Resource]:
        return self._named("SQS::Queue", "QueueName", step, suffix + ending(step))

    def _named(
        self, kind: str, attribute: str, step: Step, suffix: str = ""
    ) -> tuple[str, Resource]:
        name = f"auftakt-{step.stage}-{step.verb_noun}{suffix}"
        (found,) = [item for item in self.of(kind).items() if item[1][attribute] == name]
        return found

    def may(self, step: Step) -> list[Resource]:
        """The statements of the step's role."""
        role = self.function(step)[1]["Role"]["Fn::GetAtt"][0]
        policies = self.resources[role]["Properties"]["Policies"]
        return [s for policy in policies for s in policy["PolicyDocument"]["Statement"]]
