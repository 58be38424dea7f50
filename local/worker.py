"""One worker of the function host: a forked process that runs one handler, call after call."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import resource
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from local import frames

LARGEST_RESPONSE = 6 * 1024 * 1024
Handler = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Function:
    """A deployed function: what a worker has to know to be it."""

    name: str
    arn: str
    handler: str
    environment: dict[str, str]
    memory: int
    seconds: int

    @property
    def step(self) -> str:
        return self.environment.get("STEP", self.name)


class Context:
    """What Lambda hands a handler beside the event."""

    function_version = "$LATEST"
    identity = None
    client_context = None

    def __init__(self, function: Function, request_id: str, deadline: float) -> None:
        self.function_name = function.name
        self.invoked_function_arn = function.arn
        self.memory_limit_in_mb = function.memory
        self.aws_request_id = request_id
        self.log_group_name = f"/aws/lambda/{function.name}"
        self.log_stream_name = f"{time.strftime('%Y/%m/%d')}/[$LATEST]{os.getpid():032x}"
        self._deadline = deadline

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._deadline - time.monotonic()) * 1000))


class Loaded:
    """The handler of a step, loaded by path and loaded again when its file changes."""

    def __init__(self, function: Function, root: Path) -> None:
        module, _, self._name = function.handler.rpartition(".")
        self._path = root / function.step / f"{module}.py"
        self._changed = 0
        self._handler: Handler | None = None

    def get(self) -> Handler:
        changed = self._path.stat().st_mtime_ns
        if self._handler is None or changed != self._changed:
            spec = importlib.util.spec_from_file_location("handler", self._path)
            if spec is None or spec.loader is None:
                raise ImportError(f"{self._path} is no Python file")
            module = importlib.util.module_from_spec(spec)
            sys.modules["handler"] = module
            spec.loader.exec_module(module)
            self._handler, self._changed = getattr(module, self._name), changed
        return self._handler


def become(function: Function, root: Path, link: socket.socket, output: int) -> NoReturn:
    """Turn the forked process into a worker; it ends when the host closes the link."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.closerange(3, link.fileno())
    os.closerange(link.fileno() + 1, 4096)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    os.environ.clear()
    os.environ.update(function.environment)
    time.tzset()
    _sign_as(function.environment)
    _log_as(function)
    link.setblocking(True)
    code = 1
    try:
        _serve(function, Loaded(function, root), link)
    except EOFError:
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    except BaseException:  # what ends a process ends here
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _log_as(function: Function) -> None:
    """Let the logger, if it was made before the fork, name this function and heed its level."""
    if "oms_aws.platform.logs" in sys.modules:
        logger, environment = sys.modules["oms_aws.platform.logs"].logger, function.environment
        logger.append_keys(service=environment.get("POWERTOOLS_SERVICE_NAME", function.name))
        logger.setLevel(environment.get("LOG_LEVEL", "INFO"))


def _sign_as(environment: dict[str, str]) -> None:
    """Let AWS clients that were made before the fork sign with this process's own credentials."""
    session = sys.modules["boto3"].DEFAULT_SESSION if "boto3" in sys.modules else None
    if session is not None and "AWS_SESSION_TOKEN" in environment:
        held = session.get_credentials()
        held.access_key = environment["AWS_ACCESS_KEY_ID"]
        held.secret_key = environment["AWS_SECRET_ACCESS_KEY"]
        held.token = environment["AWS_SESSION_TOKEN"]


def _serve(function: Function, loaded: Loaded, link: socket.socket) -> None:
    while True:
        header, body = frames.receive(link)
        began, cpu = time.perf_counter(), _cpu()
        context = Context(function, header["request_id"], time.monotonic() + function.seconds)
        ok, answer = _answer(loaded, body, context)
        sys.stdout.flush()
        spent = {
            "ok": ok,
            "wall_ms": round((time.perf_counter() - began) * 1000, 3),
            "cpu_ms": round((_cpu() - cpu) * 1000, 3),
        }
        link.sendall(frames.pack(spent, answer))


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _answer(loaded: Loaded, body: bytes, context: Context) -> tuple[bool, bytes]:
    try:
        handler = loaded.get()
    except Exception as error:  # whatever it is, Lambda reports it
        kind = "Runtime.ImportModuleError" if isinstance(error, ImportError) else None
        return False, failure(error, context.aws_request_id, kind)
    try:
        result = handler(json.loads(body), context)
    except Exception as error:  # whatever it is, Lambda reports it
        return False, failure(error, context.aws_request_id)
    try:
        answer = json.dumps(result, ensure_ascii=False, separators=(",", ":")).encode()
    except (TypeError, ValueError) as error:
        return False, failure(error, context.aws_request_id, "Runtime.MarshalError")
    if len(answer) > LARGEST_RESPONSE:
        return False, refusal(
            "Function.ResponseSizeTooLarge",
            f"Response payload size exceeded maximum allowed payload size ({LARGEST_RESPONSE} B).",
        )
    return True, answer


def failure(error: Exception, request_id: str, kind: str | None = None) -> bytes:
    """An exception as Lambda reports it; its trace goes to the log as well."""
    kind = kind or type(error).__name__
    stack = traceback.extract_tb(error.__traceback__)[1:]
    trace = traceback.format_list(stack)
    sys.stderr.write(
        f"[ERROR] {kind}: {error}\nTraceback (most recent call last):\n{''.join(trace)}"
    )
    report = {
        "errorMessage": str(error),
        "errorType": kind,
        "requestId": request_id,
        "stackTrace": trace,
    }
    return json.dumps(report).encode()


def refusal(kind: str, message: str) -> bytes:
    """A failure of the function that no exception of its own describes."""
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()
