"""The function host: a preloaded parent that answers the emulator's calls by its workers."""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import os
import pkgutil
import resource
import signal
import socket
import sys
import time
import traceback
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from local import calls, frames, worker
from local.pool import Plan, Pool, Tally, keep
from local.worker import Function

PRELOADED = (
    "boto3", "botocore.client", "aws_lambda_powertools", "pydantic", "msgspec",
    "aws_lambda_powertools.event_handler", "aws_lambda_powertools.logging", "jinja2",
)  # fmt: skip
LAYERS = ("oms", "oms_aws")
CLIENTS = ("dynamodb", "sqs", "s3", "events", "stepfunctions", "sesv2", "ssm")


class Host:
    """Answers the emulator: invokes functions, keeps the log and the tallies."""

    def __init__(self, plan: Plan, link: socket.socket) -> None:
        self._plan = plan
        self._link = link
        self._pool = Pool(plan)
        self._log = calls.Log(plan.log)
        self._writer: asyncio.StreamWriter

    async def serve(self) -> None:
        """Answer until the emulator closes its end or is gone; what still runs then is cut off."""
        reader, self._writer = await asyncio.open_connection(sock=self._link)
        keep(self._sweep())
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                header, body = await frames.read(reader)
                if header.get("ask") == "stats":
                    self._reply(header["id"], {"ok": True}, json.dumps(self.stats()).encode())
                else:
                    keep(self._invoke(header, body))
        self._pool.kill()
        os._exit(0)

    async def _invoke(self, header: frames.Header, body: bytes) -> None:
        function = self._function(header["function"])
        used = await self._pool.take(function, header.get("urgent", False))
        tally, request_id, began = (
            self._pool.lane(function).tally,
            header["request_id"],
            time.time(),
        )
        alive, ok, started = True, False, time.perf_counter()
        try:
            spent, answer = await used.run(request_id, body)
            ok, outcome = spent["ok"], "ok" if spent["ok"] else "error"
            tally.cpu_ms += spent["cpu_ms"]
        except TimeoutError:
            alive, outcome = False, "timed out"
            used.kill()
            message = f"{request_id} Task timed out after {function.seconds}.00 seconds"
            answer = worker.refusal("Sandbox.Timedout", message)
        except (EOFError, OSError):
            alive, outcome = False, "crashed"
            answer = worker.refusal("Runtime.ExitError", _ending(request_id, used.reap()))
        wall = (time.perf_counter() - started) * 1000
        self._count(tally, outcome, wall)
        self._log.call(function.step, request_id, outcome, began, wall, used.text())
        self._pool.give_back(used, alive)
        self._reply(header["id"], {"ok": ok}, answer)

    def _function(self, facts: dict[str, Any]) -> Function:
        own = {
            "AWS_LAMBDA_FUNCTION_NAME": facts["name"],
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(facts["memory"]),
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{facts['name']}",
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
            "_HANDLER": facts["handler"],
            "TZ": ":UTC",
        }
        identity = facts.pop("identity", {})
        environment = {**own, **facts["environment"], **self._plan.environment, **identity}
        return Function(**{**facts, "environment": environment})

    def _count(self, tally: Tally, outcome: str, wall: float) -> None:
        tally.invocations += 1
        tally.wall_ms += wall
        tally.longest_ms = max(tally.longest_ms, round(wall, 3))
        tally.errors += outcome == "error"
        tally.time_outs += outcome == "timed out"
        tally.crashes += outcome == "crashed"

    def _reply(self, number: int, header: frames.Header, body: bytes) -> None:
        self._writer.write(frames.pack({"id": number, **header}, body))

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(10)
            self._pool.rest()

    def stats(self) -> dict[str, Any]:
        """Workers, calls under way and what each step has cost."""
        lanes = self._pool.lanes.values()
        return {
            "pid": os.getpid(),
            "workers": self._pool.size,
            "busy": sum(lane.busy for lane in lanes),
            "waiting": sum(len(lane.waiting) for lane in lanes),
            "steps": {lane.function.step: asdict(lane.tally) for lane in lanes},
        }


def _ending(request_id: str, status: int) -> str:
    how = f"signal: {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
    return f"RequestId: {request_id} Error: Runtime exited with error: {how}"


def _import(name: str) -> None:
    """What cannot be imported is the trouble of the functions that need it, not the host's."""
    try:
        importlib.import_module(name)
    except Exception:
        traceback.print_exc()


def preload() -> None:
    """Import once what every worker needs, and make its AWS clients, not yet connected."""
    for name in (*PRELOADED, *LAYERS):
        _import(name)
    for layer in LAYERS:
        if layer in sys.modules:
            for module in pkgutil.walk_packages(sys.modules[layer].__path__, f"{layer}."):
                _import(module.name)
    from oms_aws.platform import wiring

    for service in CLIENTS:
        wiring.client(service)
    gc.collect()
    gc.freeze()


def main() -> None:
    """Serve the emulator over the inherited socket; the plan comes as JSON on the command line."""
    facts = json.loads(sys.argv[2])
    plan = Plan(**{**facts, "functions": Path(facts["functions"]), "log": Path(facts["log"])})
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(plan.environment)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    preload()
    asyncio.run(Host(plan, socket.socket(fileno=int(sys.argv[1]))).serve())


if __name__ == "__main__":
    main()
