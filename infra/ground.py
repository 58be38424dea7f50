"""What every step stands on: the shared parts of the stack, and the queues as they are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aws_cdk import IgnoreMode
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs

from infra.storage import Storage
from infra.watch import Watch

LEFT_OUT = ["__pycache__/", "*.pyc", "event.json"]


@dataclass(frozen=True)
class Ground:
    """`flows` holds the ARN of every state machine, `senders` those of the mail identities."""

    prefix: str
    storage: Storage
    watch: Watch
    layers: Mapping[str, lambda_.ILayerVersion]
    flows: Mapping[str, str]
    senders: tuple[str, ...]
    environment: Mapping[str, str]
    queues: dict[str, sqs.Queue] = field(default_factory=dict)
    letters: dict[str, sqs.Queue] = field(default_factory=dict)


def code(folder: Path) -> lambda_.Code:
    """A folder of the tree as an asset; its hash must not change with what Python leaves behind."""
    return lambda_.Code.from_asset(str(folder), exclude=LEFT_OUT, ignore_mode=IgnoreMode.GIT)
