"""The function host runs, bounds, ends and reports functions as Lambda does."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local import cloud
from local.bridge import Answer, Bridge
from local.pool import Plan

Run = Callable[..., Answer]
BOUND = 3

HANDLERS = {
    "stage/echo": """
import os
def handler(event, context):
    print("heard", event)
    return {"event": event, "step": os.environ["STEP"], "own": os.environ.get("OWN"),
            "public": os.environ["PUBLIC_URL"], "leaked": os.environ.get("LEAKED"),
            "name": context.function_name, "memory": context.memory_limit_in_mb,
            "left": context.get_remaining_time_in_millis(), "request": context.aws_request_id}
""",
    "stage/refuse": """
import os
def handler(event, context):
    if event.get("pid"):
        return os.getpid()
    raise LookupError("no such order")
""",
    "stage/sleep": """
import os, time
def handler(event, context):
    print("going to sleep")
    time.sleep(event["seconds"])
    return os.getpid()
""",
    "stage/die": """
import os
def handler(event, context):
    print("farewell", flush=True)
    os._exit(3)
""",
    "stage/tell": """
from oms_aws.platform.logs import logger
def handler(event, context):
    logger.debug("every detail")
    logger.info("an outcome")
    logger.warning("a surprise")
""",
    "stage/odd": "def handler(event, context):\n    return object()\n",
    "stage/broken": "import nothing_of_that_name\n",
}


class Setting:
    """A host over a folder of handlers."""

    def __init__(self, folder: Path, **more: str) -> None:
        self.folder = folder
        for step, code in HANDLERS.items():
            self.write(step, code)
        environment = {"PUBLIC_URL": "http://here", "AWS_DEFAULT_REGION": "eu-central-1", **more}
        self.log = folder / "functions.jsonl"
        self.bridge = Bridge(
            Plan(folder, self.log, environment, per_function=BOUND, in_all=4, behind=4)
        )
        self.bridge.open.set()

    def write(self, step: str, code: str) -> None:
        handler = self.folder / step / "handler.py"
        handler.parent.mkdir(parents=True, exist_ok=True)
        handler.write_text(code)

    def run(self, step: str, event: Any, seconds: int = 5, **environment: str) -> Answer:
        function = {
            "name": step.replace("/", "-"),
            "arn": f"arn:aws:lambda:eu-central-1:000000000000:function:{step}",
            "handler": "handler.handler",
            "environment": {"STEP": step, "PUBLIC_URL": "https://there", **environment},
            "memory": 256,
            "seconds": seconds,
        }
        return self.bridge.invoke(function, "request-1", event)

    def logged(self, step: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [line for line in lines if line["step"] == step]


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setting]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOG_LEVEL", "WARNING")  # the emulator's own
        made = Setting(tmp_path_factory.mktemp("functions"))
    yield made
    made.bridge.close()


def test_handler_gets_its_event_context_and_environment(setting: Setting) -> None:
    ok, answer = setting.run("stage/echo", {"größe": [1, None]}, OWN="mine")
    left = answer.pop("left")
    assert ok
    assert 4000 < left <= 5000
    assert answer == {
        "event": {"größe": [1, None]},
        "step": "stage/echo",
        "own": "mine",
        "public": "http://here",
        "leaked": None,
        "name": "stage-echo",
        "memory": 256,
        "request": "request-1",
    }


def test_environment_of_the_host_does_not_reach_a_handler(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEAKED", "secret")
    assert setting.run("stage/echo", {})[1]["leaked"] is None


def test_changed_environment_reaches_the_next_call(setting: Setting) -> None:
    seen = [setting.run("stage/echo", {}, OWN=value)[1]["own"] for value in ("one", "two")]
    assert seen == ["one", "two"]


def test_exception_is_reported_as_lambda_does_and_the_worker_lives_on(setting: Setting) -> None:
    before = setting.run("stage/refuse", {"pid": True})
    ok, report = setting.run("stage/refuse", {})
    assert not ok
    assert report["errorType"] == "LookupError"
    assert report["errorMessage"] == "no such order"
    assert "no such order" in "".join(report["stackTrace"])
    assert setting.run("stage/refuse", {"pid": True}) == before
    assert any(
        "LookupError: no such order" in line["text"] for line in setting.logged("stage/refuse")
    )


def test_time_out_ends_the_call_and_is_reported(setting: Setting) -> None:
    began = time.monotonic()
    ok, report = setting.run("stage/sleep", {"seconds": 30}, seconds=1)
    assert time.monotonic() - began < 5
    assert not ok
    assert report["errorType"] == "Sandbox.Timedout"
    assert report["errorMessage"] == "request-1 Task timed out after 1.00 seconds"
    assert setting.logged("stage/sleep")[-1]["outcome"] == "timed out"
    assert "going to sleep" in setting.logged("stage/sleep")[-1]["text"]
    assert setting.run("stage/sleep", {"seconds": 0})[0]


def test_crash_is_reported_with_its_last_words(setting: Setting) -> None:
    ok, report = setting.run("stage/die", {})
    assert not ok
    assert report["errorType"] == "Runtime.ExitError"
    assert "exit status 3" in report["errorMessage"]
    assert "farewell" in setting.logged("stage/die")[-1]["text"]


@pytest.mark.parametrize(
    ("step", "kind"),
    [("stage/odd", "Runtime.MarshalError"), ("stage/broken", "Runtime.ImportModuleError")],
)
def test_what_cannot_be_run_or_sent_is_named(setting: Setting, step: str, kind: str) -> None:
    ok, report = setting.run(step, {})
    assert not ok
    assert report["errorType"] == kind


def said(setting: Setting, level: str) -> list[str]:
    assert setting.run("stage/tell", {}, LOG_LEVEL=level)[0]
    lines = setting.logged("stage/tell")[-1]["text"].splitlines()
    return [json.loads(line)["level"] for line in lines]


def test_function_logs_at_its_own_level_and_not_at_the_emulators(setting: Setting) -> None:
    assert said(setting, "INFO") == ["INFO", "WARNING"]
    assert said(setting, "ERROR") == []


def test_level_asked_of_the_cloud_reaches_every_function(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(cloud.LEVEL, "debug")
    assert cloud.plain(dict(os.environ))[cloud.LEVEL] == "debug"
    planned: Plan = cloud.plan("http://here", "run")
    assert planned.environment["LOG_LEVEL"] == cloud.emulated("none")["LOG_LEVEL"] == "DEBUG"
    made = Setting(tmp_path, LOG_LEVEL=planned.environment["LOG_LEVEL"])
    assert said(made, "INFO") == ["DEBUG", "INFO", "WARNING"]
    made.bridge.close()


def test_level_that_is_none_is_refused() -> None:
    assert cloud.log_level({}) is None
    with pytest.raises(SystemExit, match="one of DEBUG"):
        cloud.log_level({cloud.LEVEL: "LOUD"})


def test_burst_waits_instead_of_starting_more_workers_than_the_bound(setting: Setting) -> None:
    answers: list[Answer] = []

    def call() -> None:
        answers.append(setting.run("stage/sleep", {"seconds": 0.05}, seconds=2))

    threads = [threading.Thread(target=call) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(ok for ok, _ in answers)
    assert len(answers) == 20
    assert len({pid for _, pid in answers}) <= BOUND
    assert setting.bridge.stats()["workers"] <= 4


def test_more_functions_than_workers_take_turns(setting: Setting) -> None:
    for number in range(6):
        setting.write(f"turn/step_{number}", f"def handler(event, context): return {number}\n")
    answers = [setting.run(f"turn/step_{number}", {}) for number in range(6)]
    assert answers == [(True, number) for number in range(6)]
    assert setting.bridge.stats()["workers"] <= 4


def test_changed_handler_is_loaded_again(setting: Setting) -> None:
    setting.write("stage/edited", "def handler(event, context): return 'before'\n")
    assert setting.run("stage/edited", {}) == (True, "before")
    time.sleep(0.01)
    setting.write("stage/edited", "def handler(event, context): return 'after the edit'\n")
    assert setting.run("stage/edited", {}) == (True, "after the edit")


def test_host_that_dies_is_started_again(setting: Setting) -> None:
    os.kill(setting.bridge.stats()["pid"], signal.SIGKILL)
    limit = time.monotonic() + 10
    while not setting.run("stage/echo", {})[0]:
        assert time.monotonic() < limit
        time.sleep(0.05)


def test_stats_count_calls_time_and_waiting(setting: Setting) -> None:
    before = setting.bridge.stats()["steps"]["stage/echo"]["invocations"]
    setting.run("stage/echo", {})
    tally = setting.bridge.stats()["steps"]["stage/echo"]
    assert tally["invocations"] == before + 1
    assert tally["wall_ms"] > 0
    assert tally["cpu_ms"] > 0
