"""Functions of a world: loaded as Lambda loads them, on moto, in a time that tests set."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from infra.journey import JOURNEY, Http, Step
from oms_aws.platform import wiring
from oms_aws.platform.outgoing import Poster
from oms_aws.platform.wiring import Settings
from tests.world import clients
from tests.world.blueprint import Blueprint
from tests.world.faults import Crash, Trap
from tests.world.releases import release_of_tomorrow
from tests.world.subscriber import Subscriber
from tests.world.wiring import Wiring

ROOT = Path(__file__).resolve().parents[2]
MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SERVICES = ("dynamodb", "s3", "sesv2", "sqs", "stepfunctions", "events", "ssm")


@dataclass
class Frame:
    """An invocation under way."""

    step: str
    calls: list[str] = field(default_factory=list)


class Clocked(Wiring):
    """The ports of a function that lives in the world's time."""

    def __init__(
        self, settings: Settings, clock: Callable[[], datetime], outgoing: Poster | None = None
    ) -> None:
        super().__init__(settings)
        self._clock = clock
        if outgoing is not None:
            self.outgoing = outgoing

    def now(self) -> datetime:
        return self._clock()


class Functions:
    """The functions of a deployment, called as Lambda does, in a time that tests set."""

    def __init__(self, made: Blueprint) -> None:
        self.blueprint = made
        self.time = MORNING
        self.traps: list[Trap] = []
        self.down: set[str] = set()
        self.newer: Collection[str] = ()
        self.traced: dict[str, list[str]] = defaultdict(list)
        self.invocations: Counter[str] = Counter()
        self.subscriber = Subscriber()
        self._frames: list[Frame] = []
        self._ports: dict[str, Clocked] = {}
        self._clients = {service: clients.client(service) for service in SERVICES}

    # -- time ---------------------------------------------------------------------------------

    def now(self) -> datetime:
        return self.time

    def pass_time(self, **much: float) -> None:
        self.time += timedelta(**much)

    # -- AWS calls ----------------------------------------------------------------------------

    def client(self, service: str) -> Any:
        """A client as the steps have it."""
        return self._clients[service]

    def before_call(self, model: Any, params: Any) -> Any:
        """What is answered instead of AWS, or None; raises Crash where a trap was set."""
        if not self._frames:
            return None
        frame = self._frames[-1]
        frame.calls.append(model.name)
        if model.service_model.service_name == "dynamodb":
            self.blueprint.roles.judge(frame.step, model.name, params["body"])
        self._spring(frame, after=False)
        if model.service_model.service_name in self.down:
            said = {"Code": "ServiceUnavailable", "Message": "The service does not answer."}
            return SimpleNamespace(status_code=503), {"Error": said, "ResponseMetadata": {}}
        return None

    def after_call(self) -> None:
        """The call took effect; raises Crash where a trap was set."""
        if self._frames:
            self._spring(self._frames[-1], after=True)

    def _spring(self, frame: Frame, *, after: bool) -> None:
        for trap in self.traps:
            here = trap.step == frame.step and trap.call == len(frame.calls)
            if here and trap.after == after and not trap.sprung:
                trap.sprung = True
                raise Crash(f"{frame.step} at call {trap.call}, {frame.calls[-1]}")

    # -- functions ----------------------------------------------------------------------------

    def invoke(self, step: str, event: Any) -> Any:
        """Call a step as Lambda does; a crash takes what the process remembered with it."""
        frame = Frame(step)
        self.invocations[step] += 1
        self._frames.append(frame)
        held = list(wiring.held)
        wiring.held[:] = [self.ports(step)]
        try:
            with release_of_tomorrow() if step in self.newer else nullcontext():
                return handler(step)(event, CONTEXT)
        except Crash:
            self._ports.pop(step, None)
            raise
        finally:
            wiring.held[:] = held
            self._frames.pop()
            if len(frame.calls) > len(self.traced[step]):
                self.traced[step] = frame.calls

    def ports(self, step: str) -> Clocked:
        """What the step is wired to."""
        if step not in self._ports:
            for name, value in self.blueprint.environment[step].items():
                os.environ[name] = value
            self._ports[step] = Clocked(Settings.from_env(), self.now, self.subscriber)
        return self._ports[step]


STEPS = tuple(step.name for step in JOURNEY)
CONTEXT = SimpleNamespace(
    function_name="step", memory_limit_in_mb=512, invoked_function_arn="arn", aws_request_id="id"
)


@cache
def handler(step: str) -> Callable[[Any, Any], Any]:
    """The handler of a step, loaded as Lambda loads it: from its folder."""
    name = f"functions.{step.replace('/', '.')}.handler"
    path = ROOT / "functions" / step / "handler.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    found: Callable[[Any, Any], Any] = module.handler
    return found


@cache
def step_of(route: str) -> Step:
    """The step that serves a route."""
    (found,) = [s for s in JOURNEY if isinstance(s.on, Http) and route in s.on.routes]
    return found
