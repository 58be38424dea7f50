"""A state machine as Step Functions runs it: the deployed definition, one task at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.world.blueprint import step_named

State = dict[str, Any]


@dataclass(frozen=True)
class Rest:
    """The execution goes on at a time."""

    until: datetime


@dataclass(frozen=True)
class Await:
    """The execution goes on when the token is answered."""

    token: str


Steps = Generator[Rest | Await, None, Any]


class Failure(Exception):
    """A task that failed, or an execution that did."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause

    @property
    def facts(self) -> dict[str, str]:
        return {"Error": self.error, "Cause": self.cause}


class Execution:
    """One run; `wake` moves it on by one task, and says what it waits for then."""

    def __init__(self, world: Any, name: str, machine: State, given: dict[str, Any]) -> None:
        self.name = name
        self.given = given
        self.state = "running"
        self.output: Any = None
        self.transitions = 0
        self._world = world
        self._steps = self._machine(machine, given)
        self.waits: Rest | Await = Rest(world.now())

    @property
    def ready(self) -> bool:
        """Whether there is something to do now."""
        if self.state != "running":
            return False
        return self._due(self.waits)

    def wake(self) -> None:
        """Do the next task."""
        try:
            self.waits = next(self._steps)
        except StopIteration as end:
            self.state, self.output = "succeeded", end.value
        except Failure as failure:
            self.state, self.output = "failed", failure.facts

    # -- states -------------------------------------------------------------------------------

    def _machine(self, machine: State, given: Any) -> Steps:
        name: str | None = machine["StartAt"]
        value = given
        while name:
            self.transitions += 1
            state = machine["States"][name]
            name, value = yield from self._state(state, value)
        return value

    def _state(self, state: State, value: Any) -> Generator[Any, None, tuple[str | None, Any]]:
        try:
            match state["Type"]:
                case "Task":
                    result = yield from self._retried(state, value)
                case "Parallel":
                    result = yield from self._parallel(state, value)
                case "Choice":
                    return self._choice(state, value), value
                case "Succeed":
                    return None, value
                case "Fail":
                    raise Failure(read(state["ErrorPath"], value), read(state["CausePath"], value))
        except Failure as failure:
            for catch in state.get("Catch", ()):
                if "States.ALL" in catch["ErrorEquals"]:
                    return catch["Next"], _placed(catch, value, failure.facts)
            raise
        return state.get("Next"), _placed(state, value, result)

    def _parallel(self, state: State, value: Any) -> Steps:
        branches = [self._machine(branch, value) for branch in state["Branches"]]
        results: dict[int, Any] = {}
        waits: dict[int, Rest | Await] = {}
        while len(results) < len(branches):
            ready = [
                n
                for n in range(len(branches))
                if n not in results and (n not in waits or self._due(waits[n]))
            ]
            if not ready:
                yield next(waits[n] for n in waits if n not in results)
                continue
            chosen = self._world.chance.choice(ready)
            try:
                waits[chosen] = next(branches[chosen])
            except StopIteration as end:
                results[chosen] = end.value
            yield Rest(self._world.now())
        return [results[n] for n in range(len(branches))]

    def _due(self, waits: Rest | Await) -> bool:
        if isinstance(waits, Rest):
            return bool(waits.until <= self._world.now())
        return waits.token in self._world.answers

    def _choice(self, state: State, value: Any) -> str:
        for rule in state["Choices"]:
            if read(rule["Variable"], value) == rule["StringEquals"]:
                return str(rule["Next"])
        raise Failure("States.NoChoiceMatched", json.dumps(value))

    def _retried(self, state: State, value: Any) -> Steps:
        tried: dict[int, int] = {}
        while True:
            yield Rest(self._world.now())
            try:
                return (yield from self._task(state, value))
            except Failure:
                pause = _pause(state.get("Retry", []), tried)
                if pause is None:
                    raise
            self.transitions += 1
            yield Rest(self._world.now() + timedelta(seconds=pause))

    def _task(self, state: State, value: Any) -> Steps:
        resource = state["Resource"]
        if ":lambda:" in resource and ":function:" in resource:
            return self._called(resource, value)
        if resource.endswith("lambda:invoke.waitForTaskToken"):
            token = self._world.new_token()
            parameters = _filled(state["Parameters"], value, token)
            self._called(parameters["FunctionName"], parameters["Payload"])
            yield Await(token)
            return self._world.answers[token]
        assert resource.endswith("sqs:sendMessage"), resource
        parameters = _filled(state["Parameters"], value, "")
        queue = parameters["QueueUrl"].rsplit("/", 1)[-1]
        body, said = json.dumps(parameters["MessageBody"]), parameters["MessageAttributes"]
        self._world.outside.send(queue, body, attributes=said)
        return {}

    def _called(self, resource: str, given: Any) -> Any:
        step = step_named(resource.rsplit(":", 1)[-1])
        try:
            return json.loads(json.dumps(self._world.invoke(step, json.loads(json.dumps(given)))))
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt | AssertionError):
                raise
            raise Failure(type(error).__name__, str(error)) from error


def _pause(retries: list[State], tried: dict[int, int]) -> float | None:
    for number, retry in enumerate(retries):
        if {"States.TaskFailed", "States.ALL"} & set(retry["ErrorEquals"]):
            n = tried.get(number, 0)
            if n >= retry.get("MaxAttempts", 3):
                return None
            tried[number] = n + 1
            seconds: float = retry.get("IntervalSeconds", 1) * retry.get("BackoffRate", 2) ** n
            return seconds
    return None


def read(path: str, value: Any) -> Any:
    """What a path such as `$.failure.Error` names."""
    for part in path.removeprefix("$").strip(".").split("."):
        value = value[part] if part else value
    return value


def _placed(state: State, value: Any, result: Any) -> Any:
    path = state.get("ResultPath", "$")
    if path is None:
        return value
    if path == "$":
        return result
    return {**value, path.removeprefix("$."): result}


def _filled(template: Any, value: Any, token: str) -> Any:
    if not isinstance(template, dict):
        return template
    filled: dict[str, Any] = {}
    for name, given in template.items():
        if name.endswith(".$"):
            filled[name.removesuffix(".$")] = _expression(given, value, token)
        else:
            filled[name] = _filled(given, value, token)
    return filled


def _expression(text: str, value: Any, token: str) -> Any:
    if text == "$$.Task.Token":
        return token
    if call := re.fullmatch(r"States\.Format\('(.*)', (\$\S*)\)", text):
        return call[1].replace("{}", str(read(call[2], value)))
    return read(text, value)
