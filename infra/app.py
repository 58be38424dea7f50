"""The CDK app: what all stands on, a stack for each stage, and the flows, made by loops."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import (
    App,
    CfnOutput,
    RemovalPolicy,
    Stack,
    Validations,
)
from aws_cdk import aws_lambda as lambda_
from cdk_nag import AwsSolutionsChecks
from constructs import Construct, Node

from infra import layers
from infra.edge import Edge
from infra.flows import FLOWS, Flow
from infra.ground import QUEUED, Ground, Mail, Names, layer_code
from infra.journey import JOURNEY, Authoriser, Http, Step, Task
from infra.letters import Letters
from infra.step import StepFunction
from infra.storage import Storage
from infra.watch import Watch

STACK = "Auftakt"
UNROUTED = "records/show_docs"
"""The step that answers requests of no route: the smallest one, which reads nothing."""


@dataclass(frozen=True)
class Choices:
    """What the merchant decides, from the context (`cdk.json`, or `-c name=value`)."""

    sender: str
    senders: tuple[str, ...]
    public_url: str | None
    vies_url: str | None
    test_payments: bool
    retention_days: int
    lock: str
    alarm_mail: str | None
    keep: bool
    built: bool
    compiled: bool

    @classmethod
    def from_context(cls, node: Node) -> Choices:
        return cls(
            sender=node.get_context("sender"),
            senders=tuple(filter(None, str(node.try_get_context("senders") or "").split(","))),
            public_url=node.try_get_context("public_url"),
            vies_url=node.try_get_context("vies_url"),
            test_payments=node.try_get_context("test_payments") == "allowed",
            retention_days=int(node.get_context("retention_days")),
            lock=node.get_context("lock"),
            alarm_mail=node.try_get_context("alarm_mail"),
            keep=str(node.get_context("keep")).lower() == "true",
            built=str(node.try_get_context("built")).lower() == "true",
            compiled=str(node.try_get_context("compiled")).lower() == "true",
        )


class Auftakt(Stack):
    """What all steps stand on, and what outlives them: table, documents, bus, API and alarms."""

    def __init__(self, app: App) -> None:
        super().__init__(app, STACK, description="Auftakt, order management for online shops")
        choices = self.choices = Choices.from_context(app.node)
        names = self.names = Names(self, STACK.lower())
        self.watch = Watch(self, mail=choices.alarm_mail)
        self.storage = Storage(
            self,
            keep=choices.keep,
            lock=choices.lock,
            retention_days=choices.retention_days,
        )
        (asked,) = [step for step in JOURNEY if isinstance(step.on, Authoriser)]
        (unrouted,) = [step for step in JOURNEY if step.name == UNROUTED]
        self.edge = Edge(
            self,
            name=names.prefix,
            authoriser=names.function(asked),
            unrouted=names.function(unrouted),
        )
        self.watch.everything(self.edge.failures)
        self.watch.queues(
            {step.name: names.queue_of(step) for step in QUEUED},
            {"in any order": names.letters(), "in turn": names.letters(in_turn=True)},
        )
        Letters(self, names, self.watch)
        self._export()
        self._outputs()

    def _export(self) -> None:
        """What other stacks build on, exported whether or not one does so at present.

        CloudFormation takes no export away while a stack still imports it, and what is imported
        may depend on what the merchant chose; so the exports do not.
        """
        storage, edge = self.storage, self.edge
        for value in (
            storage.table.table_name,
            storage.table.table_arn,
            storage.stream,
            storage.documents.bucket_name,
            storage.uploads.bucket_name,
            storage.bus.event_bus_name,
            storage.bus.event_bus_arn,
            edge.api.api_id,
            edge.api.api_endpoint,
            edge.asked,
            self.watch.topic.topic_arn,
        ):
            self.export_value(value)

    def _outputs(self) -> None:
        outputs = {
            "ApiUrl": self.edge.api.api_endpoint,
            "TableName": self.storage.table.table_name,
            "BusName": self.storage.bus.event_bus_name,
            "DocumentsBucket": self.storage.documents.bucket_name,
            "TopicArn": self.watch.topic.topic_arn,
        }
        outputs |= {f"{flow.title()}Arn": self.names.flow(flow) for flow in FLOWS}
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)


class Stage(Stack):
    """The steps of one stage of the journey; a stack holds at most 500 resources."""

    def __init__(self, app: App, stage: str, ground: Auftakt) -> None:
        name = f"{STACK}-{stage}"
        super().__init__(app, name, description=f"Auftakt, the steps of {stage}")
        self._ground, self._choices = ground, ground.choices
        self._names = Names(self, ground.names.prefix)
        shared = self._shared([step for step in JOURNEY if step.stage == stage])
        for step in JOURNEY:
            if step.stage == stage:
                StepFunction(self, step, shared)

    def _shared(self, steps: list[Step]) -> Ground:
        carried = {layer for step in steps for layer in (*layers.EVERY, *step.layers)}
        return Ground(
            names=self._names,
            storage=self._ground.storage,
            edge=self._ground.edge,
            watch=self._ground.watch,
            layers={name: self._layer(name) for name in sorted(carried)},
            flows={flow: self._names.flow(flow) for flow in FLOWS},
            mail=self._mail(),
            environment=self._environment(),
        )

    def _mail(self) -> Mail:
        """The identities are all, because in SES's sandbox those of the recipients count, too."""
        given = (self._choices.sender, *self._choices.senders)
        return Mail(
            resources=(
                self._names.arn("ses", "identity", "*"),
                self._names.arn("ses", "configuration-set", "*"),
            ),
            senders=tuple(each if "@" in each else f"*@{each}" for each in given),
        )

    def _environment(self) -> dict[str, str]:
        storage = self._ground.storage
        vies = {"VIES_URL": self._choices.vies_url} if self._choices.vies_url else {}
        tests = {"TEST_PAYMENTS": "allowed"} if self._choices.test_payments else {}
        given = self._choices.senders
        senders = {"SENDERS": ",".join(given)} if given else {}
        return {
            **vies,
            **tests,
            **senders,
            "TABLE": storage.table.table_name,
            "BUS": storage.bus.event_bus_name,
            "DOCUMENTS": storage.documents.bucket_name,
            "UPLOADS": storage.uploads.bucket_name,
            "QUEUES": self._names.queue_url(f"{self._names.prefix}-"),
            "PUBLIC_URL": self._choices.public_url or self._ground.edge.api.api_endpoint,
            "SENDER": self._choices.sender,
            "LOCK": self._choices.lock,
            "LOG_LEVEL": "INFO",
        }

    def _layer(self, name: str) -> lambda_.LayerVersion:
        """Each stack has its own: a new version may not take away one that another imports."""
        choices = self._choices
        return lambda_.LayerVersion(
            self,
            f"Layer-{name}",
            code=layer_code(name, built=choices.built, compiled=choices.compiled),
            compatible_runtimes=[lambda_.Runtime.PYTHON_3_13],
            compatible_architectures=[lambda_.Architecture.ARM_64],
            removal_policy=RemovalPolicy.DESTROY,
        )


class Routes(Stack):
    """The routes of the API, in one stack behind all steps.

    A route that moves to another step, or whose step moves to another stage, is changed in place;
    in the stacks of the stages it would be made a second time before the first one is gone.
    """

    def __init__(self, app: App, ground: Auftakt) -> None:
        super().__init__(app, f"{STACK}-routes", description="Auftakt, the routes of the API")
        names = Names(self, ground.names.prefix)
        routes = Construct(self, "Routes")
        for step in JOURNEY:
            if isinstance(step.on, Http):
                ground.edge.route(routes, step.name, step.on, names.function(step))


class Flows(Stack):
    """The state machines: changed last, when every step that they call is there."""

    def __init__(self, app: App, ground: Auftakt) -> None:
        super().__init__(app, f"{STACK}-flows", description="Auftakt, the state machines")
        names = Names(self, ground.names.prefix)
        for flow in FLOWS:
            tasks = [s for s in JOURNEY if isinstance(s.on, Task) and s.on.flow == flow]
            letters = names.letters()
            made = Flow(
                self,
                flow,
                name=f"{names.prefix}-{flow}",
                steps={step.verb_noun: names.function(step) for step in tasks},
                letters=(names.queue_url(letters), names.queue(letters)),
            )
            text = f"An execution of {flow} failed"
            ground.watch.alarm(made, "Failed", made.failures, text)


def stacks(app: App) -> None:
    """Every stack of the system, each after those that it builds on."""
    ground = Auftakt(app)
    stages = [Stage(app, name, ground) for name in dict.fromkeys(step.stage for step in JOURNEY)]
    behind = (Routes(app, ground), Flows(app, ground))
    for stage in stages:
        for each in behind:
            each.add_stack_dependency(stage)


def app(outdir: str | None = None, context: Mapping[str, object] | None = None) -> App:
    """The app with the context of `cdk.json` and what the caller adds to it."""
    settings = json.loads((layers.ROOT / "cdk.json").read_text())
    made = App(
        outdir=outdir, context={**settings["context"], **(context or {})}, analytics_reporting=False
    )
    stacks(made)
    Validations.of(made).add_plugins(AwsSolutionsChecks(made))
    return made


if __name__ == "__main__":
    app().synth()
