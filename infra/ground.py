"""What every step stands on: the shared parts, and the names by which stacks know each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import ArnFormat, AssetHashType, IgnoreMode, Stack
from aws_cdk import aws_lambda as lambda_

from infra import layers
from infra.edge import Edge
from infra.journey import JOURNEY, Queue, Step
from infra.storage import Storage
from infra.watch import Watch

IN_TURN = ".fifo"
"""What the names of FIFO queues end in."""
LEFT_OUT = ["__pycache__/", "*.pyc", "event.json"]


@dataclass(frozen=True)
class Names:
    """The physical names of functions, queues and flows, and their ARNs made from them.

    Stacks refer to each other's parts by name: an export that another stack imports can neither be
    changed nor removed, and a step must be free to go.
    """

    stack: Stack
    prefix: str

    def of(self, step: Step | str) -> str:
        """`orders/start_intake` -> `auftakt-orders-start_intake`."""
        name = step if isinstance(step, str) else step.name
        return f"{self.prefix}-{name.replace('/', '-')}"

    def queue_of(self, step: Step) -> str:
        """The name of the queue that wakes a step."""
        return self.of(step) + _ending(step)

    def letters(self, *, in_turn: bool = False) -> str:
        """The name of the queue of all steps' dead letters; a FIFO queue needs a FIFO one."""
        return f"{self.prefix}-dead-letters{IN_TURN if in_turn else ''}"

    def function(self, step: Step | str) -> str:
        return self.arn("lambda", "function", self.of(step), colon=True)

    def flow(self, flow: str) -> str:
        return self.arn("states", "stateMachine", f"{self.prefix}-{flow}", colon=True)

    def queue(self, name: str) -> str:
        return self.stack.format_arn(service="sqs", resource=name)

    def queue_url(self, name: str) -> str:
        stack = self.stack
        return f"https://sqs.{stack.region}.{stack.url_suffix}/{stack.account}/{name}"

    def arn(self, service: str, resource: str, name: str, *, colon: bool = False) -> str:
        form = ArnFormat.COLON_RESOURCE_NAME if colon else ArnFormat.SLASH_RESOURCE_NAME
        return self.stack.format_arn(
            service=service, resource=resource, resource_name=name, arn_format=form
        )


def _ending(step: Step) -> str:
    return IN_TURN if isinstance(step.on, Queue) and step.on.in_turn else ""


QUEUED: tuple[Step, ...] = tuple(step for step in JOURNEY if isinstance(step.on, Queue))
"""The steps with a queue of their own."""


@dataclass(frozen=True)
class Mail:
    """What sending a mail touches in SES, and the addresses (or `*@domain`) it may come from."""

    resources: tuple[str, ...]
    senders: tuple[str, ...]


@dataclass(frozen=True)
class Ground:
    """`flows` holds the ARN of every state machine."""

    names: Names
    storage: Storage
    edge: Edge
    watch: Watch
    layers: Mapping[str, lambda_.ILayerVersion]
    flows: Mapping[str, str]
    mail: Mail
    environment: Mapping[str, str]

    def secret(self, name: str) -> str:
        """The ARN of a parameter that holds a secret; `*` in its name stands for any."""
        return self.names.arn("ssm", "parameter", f"{self.names.prefix}/{name}")


def code(folder: Path) -> lambda_.Code:
    """A folder of the tree as an asset; its hash must not change with what Python leaves behind."""
    return lambda_.Code.from_asset(str(folder), exclude=LEFT_OUT, ignore_mode=IgnoreMode.GIT)


def layer_code(name: str, *, built: bool, compiled: bool) -> lambda_.Code:
    """A layer as an asset, hashed by what it is made from: its template does not wait for it.

    What is built goes to Lambda as it is, bytecode and all.
    """
    return lambda_.Code.from_asset(
        str(layers.built(name) if built else layers.source(name)),
        asset_hash=layers.fingerprint(name, compiled=compiled),
        asset_hash_type=AssetHashType.CUSTOM,
        exclude=[] if built else LEFT_OUT,
        ignore_mode=IgnoreMode.GIT,
    )
