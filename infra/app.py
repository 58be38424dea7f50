"""The CDK app: one stack, made from the journey by loops."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import (
    App,
    ArnFormat,
    AssetHashType,
    CfnOutput,
    IgnoreMode,
    RemovalPolicy,
    Stack,
    Validations,
)
from aws_cdk import aws_lambda as lambda_
from cdk_nag import AwsSolutionsChecks
from constructs import Node

from infra import layers
from infra.edge import Edge
from infra.flows import FLOWS, Flow
from infra.ground import LEFT_OUT, Ground
from infra.journey import JOURNEY, Authoriser, Http, Task
from infra.step import StepFunction
from infra.storage import Storage
from infra.watch import Watch


@dataclass(frozen=True)
class Choices:
    """What the merchant decides, from the context (`cdk.json`, or `-c name=value`)."""

    sender: str
    public_url: str | None
    retention_days: int
    lock: str
    alarm_mail: str | None
    keep: bool
    built: bool

    @classmethod
    def from_context(cls, node: Node) -> Choices:
        return cls(
            sender=node.get_context("sender"),
            public_url=node.try_get_context("public_url"),
            retention_days=int(node.get_context("retention_days")),
            lock=node.get_context("lock"),
            alarm_mail=node.try_get_context("alarm_mail"),
            keep=str(node.get_context("keep")).lower() == "true",
            built=str(node.try_get_context("built")).lower() == "true",
        )


class Auftakt(Stack):
    """The whole system."""

    def __init__(self, app: App) -> None:
        super().__init__(app, "Auftakt", description="Auftakt, order management for online shops")
        choices = self._choices = Choices.from_context(app.node)
        self._prefix = self.stack_name.lower()
        self.watch = Watch(self, mail=choices.alarm_mail)
        self.storage = Storage(
            self,
            keep=choices.keep,
            lock=choices.lock,
            retention_days=choices.retention_days,
        )
        self.edge = Edge(self, name=self._prefix)
        self.ground = self._ground()
        self.steps = [StepFunction(self, step, self.ground) for step in JOURNEY]
        for step in self.steps:
            step.connect()
        self.flows = {name: self._flow(name) for name in FLOWS}
        self._routes()
        self.watch.everything(
            self.edge.failures, {name: flow.failures for name, flow in self.flows.items()}
        )
        self.watch.queues(self.ground.queues, self.ground.letters)
        self._outputs()

    def _ground(self) -> Ground:
        sender = self._choices.sender
        identities = (sender, sender.partition("@")[2])
        return Ground(
            prefix=self._prefix,
            storage=self.storage,
            watch=self.watch,
            layers={name: self._layer(name) for name in (*layers.OWN, *layers.LOCKED)},
            flows={
                flow: self._arn("states", "stateMachine", f"{self._prefix}-{flow}", colon=True)
                for flow in FLOWS
            },
            senders=tuple(self._arn("ses", "identity", identity) for identity in identities),
            environment=self._environment(),
        )

    def _environment(self) -> dict[str, str]:
        queues = f"https://sqs.{self.region}.{self.url_suffix}/{self.account}/{self._prefix}-"
        return {
            "TABLE": self.storage.table.table_name,
            "BUS": self.storage.bus.event_bus_name,
            "DOCUMENTS": self.storage.documents.bucket_name,
            "QUEUES": queues,
            "PUBLIC_URL": self._choices.public_url or self.edge.api.api_endpoint,
            "SENDER": self._choices.sender,
            "RETENTION_DAYS": str(self._choices.retention_days),
            "LOG_LEVEL": "INFO",
        }

    def _layer(self, name: str) -> lambda_.LayerVersion:
        """Hashed by what it is made from, so that the template is the same before it is built."""
        folder = layers.built(name) if self._choices.built else layers.source(name)
        return lambda_.LayerVersion(
            self,
            f"Layer-{name}",
            code=lambda_.Code.from_asset(
                str(folder),
                asset_hash=layers.fingerprint(name),
                asset_hash_type=AssetHashType.CUSTOM,
                exclude=[] if self._choices.built else LEFT_OUT,
                ignore_mode=IgnoreMode.GIT,
            ),
            compatible_runtimes=[lambda_.Runtime.PYTHON_3_13],
            compatible_architectures=[lambda_.Architecture.ARM_64],
            removal_policy=RemovalPolicy.DESTROY,
        )

    def _arn(self, service: str, resource: str, name: str, *, colon: bool = False) -> str:
        form = ArnFormat.COLON_RESOURCE_NAME if colon else ArnFormat.SLASH_RESOURCE_NAME
        return self.format_arn(
            service=service, resource=resource, resource_name=name, arn_format=form
        )

    def _flow(self, name: str) -> Flow:
        states = (Task(name), Task(name, waits=True))
        tasks = [made for made in self.steps if made.step.on in states]
        return Flow(
            self,
            name,
            name=f"{self._prefix}-{name}",
            steps={made.step.verb_noun: made.function for made in tasks},
            letters=self.ground.letters[FLOWS[name].starter],
        )

    def _routes(self) -> None:
        for made in self.steps:
            if isinstance(made.step.on, Authoriser):
                self.edge.ask(made.function)
        for made in self.steps:
            if isinstance(made.step.on, Http):
                self.edge.route(made.step, made.step.on, made.function)

    def _outputs(self) -> None:
        outputs = {
            "ApiUrl": self.edge.api.api_endpoint,
            "TableName": self.storage.table.table_name,
            "BusName": self.storage.bus.event_bus_name,
            "DocumentsBucket": self.storage.documents.bucket_name,
            "TopicArn": self.watch.topic.topic_arn,
        }
        outputs |= {
            f"{name.title()}Arn": flow.machine.state_machine_arn
            for name, flow in self.flows.items()
        }
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)


def app(outdir: str | None = None, context: Mapping[str, object] | None = None) -> App:
    """The app with the context of `cdk.json` and what the caller adds to it."""
    settings = json.loads((layers.ROOT / "cdk.json").read_text())
    made = App(
        outdir=outdir, context={**settings["context"], **(context or {})}, analytics_reporting=False
    )
    Auftakt(made)
    Validations.of(made).add_plugins(AwsSolutionsChecks(made))
    return made


if __name__ == "__main__":
    app().synth()
