"""The AWS clients that all worlds of a process share: making one costs more than its calls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from types import SimpleNamespace
from typing import Any, Protocol
from unittest.mock import patch

import boto3

from oms_aws.platform import wiring
from tests.world import quick
from tests.world.outside import Said

PLAYED = {"sesv2": "sesv2", "sqs": "sqs", "stepfunctions": "sfn", "events": "events"}
"""The services that a world plays where moto does not, by the names it knows them by."""


class Watcher(Protocol):
    """A world: it hears of each call before and after AWS, and answers some itself."""

    def before_call(self, model: Any, params: Any) -> Any:
        """What is answered instead of AWS, or None."""

    def after_call(self) -> None:
        """The call took effect."""

    def answered(self, service: str, operation: str, given: dict[str, Any]) -> Any:
        """What a service that moto does not play answers, or None; raises Said."""


_as_wired = wiring.client.__wrapped__
_watchers: list[Watcher] = []


@contextmanager
def shared() -> Iterator[None]:
    """Hand the clients of all worlds to whoever asks the wiring for one."""
    with patch.object(boto3, "DEFAULT_SESSION", _session()), patch.object(wiring, "client", client):
        yield


@contextmanager
def watched(by: Watcher) -> Iterator[None]:
    """Let a world hear of every call, until it is gone."""
    _watchers.append(by)
    try:
        yield
    finally:
        _watchers.pop()


@cache
def _session() -> boto3.Session:
    return boto3.Session()


@cache
def client(service: str) -> Any:
    """The client as the wiring makes it."""
    made = _as_wired(service)
    made._user_agent_creator = SimpleNamespace(to_string=lambda: "tests")
    if service == "dynamodb":
        made._resolve_endpoint_ruleset = lambda *_, **__: (made.meta.endpoint_url, {}, {})
    events = made.meta.events
    events.register_first("before-call", lambda model, params, **_: _before(model, params))
    events.register_last("after-call", _after)
    if service in PLAYED:
        events.register("before-parameter-build", _keep_given)
        events.register_last("before-call", partial(_play, PLAYED[service]))
    return made


def _before(model: Any, params: Any) -> Any:
    if not _watchers:
        return None
    if (said := _watchers[-1].before_call(model, params)) is not None:
        return said
    if model.service_model.service_name == "dynamodb":
        found = quick.answer(model.name, params["body"])
        return None if found is None else _as_answered(found)
    return None


def _as_answered(answer: dict[str, Any]) -> tuple[SimpleNamespace, dict[str, Any]]:
    said = {"HTTPStatusCode": 200, "RetryAttempts": 0}
    return SimpleNamespace(status_code=200), {**answer, "ResponseMetadata": said}


def _after(**_: Any) -> None:
    if _watchers:
        _watchers[-1].after_call()


def _keep_given(params: Any, context: dict[str, Any], **_: Any) -> None:
    context["given"] = params


def _play(service: str, model: Any, context: dict[str, Any], **_: Any) -> Any:
    try:
        answer = _watchers[-1].answered(service, model.name, context["given"])
    except Said as error:
        said = {"Code": error.code, "Message": error.text}
        return SimpleNamespace(status_code=400), {"Error": said, "ResponseMetadata": {}}
    return None if answer is None else _as_answered(answer)
