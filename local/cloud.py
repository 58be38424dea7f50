"""The background process: emulator, front and function host behind one port."""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import json
import os
import resource
import secrets
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from types import FrameType
from typing import Any

from local import paths

LEVEL = "AUFTAKT_LOG_LEVEL"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
FIRST_PORT = 4600
REGION = "eu-central-1"
ACCOUNT = "000000000000"
DRAIN_SECONDS = 5.0
SWITCH_SECONDS = 0.001  # the serving thread waits that long for its turn among those that run flows


def credentials(base: str) -> dict[str, str]:
    """An AWS environment that can only ever reach the embedded cloud."""
    return {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": base,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def plain(environment: dict[str, str]) -> dict[str, str]:
    """The environment without anything that would lead to somebody's AWS account or proxy."""
    kept = (
        "HOME",
        "LANG",
        "LC_ALL",
        "PATH",
        "PYTHONPATH",
        "USER",
        "VIRTUAL_ENV",
        "AUFTAKT_WORKERS",
        LEVEL,
    )
    return {name: value for name, value in environment.items() if name in kept}


def claim_port() -> socket.socket:
    """The port of the last run if it is free, else the first free one from 4600 on; taken."""
    ports = range(FIRST_PORT, FIRST_PORT + 100)
    for port in (*_last_port(), *ports):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen(1024)
        except OSError:
            listener.close()
            continue
        paths.PORT.write_text(str(port))
        return listener
    raise SystemExit(f"no free port from {ports.start} to {ports.stop - 1}")


def _last_port() -> list[int]:
    """Links in mails that were sent lead there."""
    with suppress(OSError, ValueError):
        return [port for port in [int(paths.PORT.read_text())] if FIRST_PORT <= port < 65536]
    return []


def emulated(state: str) -> dict[str, str]:
    """What the emulator reads from its environment when it is imported.

    It keeps queues under addresses with a port: that port stays the same, whichever is served.
    """
    return {
        "GATEWAY_PORT": str(FIRST_PORT),
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "PERSIST_STATE": "1",
        "STATE_DIR": state,
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(paths.OBJECTS),
        "TMPDIR": str(paths.SCRATCH),
        "DOCKER_HOST": "unix:///dev/null/none",
        "SFTP_ENABLED": "0",
        "LAMBDA_ACCOUNT_CONCURRENCY": "0",  # the function host bounds calls, and lets them wait
        "IOT_MTLS_ENABLED": "0",
        "AUTH": "true",  # who signs is known, and IAM decides
        "LOG_LEVEL": log_level(os.environ) or "WARNING",
    }


def log_level(environment: Mapping[str, str]) -> str | None:
    """The level that whoever starts the cloud asks of all logs; None leaves each its own."""
    level = environment.get(LEVEL, "").upper()
    if level and level not in LEVELS:
        raise SystemExit(f"{LEVEL} is {level}; it is one of {', '.join(LEVELS)}")
    return level or None


class Cloud:
    """Everything that the process keeps going."""

    def __init__(self, port: int) -> None:
        from local import emulator, identities, objects, strictness
        from local.bridge import Bridge
        from local.front import Front
        from local.snapshot import Snapshots

        self._port = port
        base, run = f"http://127.0.0.1:{port}", secrets.token_hex(8)
        self.bridge = Bridge(plan(base, run))
        self._snapshots = Snapshots(paths.SNAPSHOTS)
        self._journal = self._snapshots.journal
        self.front = Front(self.bridge, self._snapshots, run)
        self._tasks: list[asyncio.Task[None]] = []
        self._identities = identities.Identities(paths.IDENTITIES)
        identities.judge_as_aws()
        emulator.host_functions(self.bridge, self._identities, lambda: self._journal.well)
        emulator.free_what_was_refused(say)
        emulator.keep_messages()
        objects.keep(paths.OBJECTS)
        emulator.read_streams_whole()
        strictness.refuse_as_aws()
        self._release = emulator.hold_pollers()

    def begin(self) -> None:
        """The port answers: go on where the last run stopped, and save from time to time."""
        from local import effects, emulator, snapshot

        emulator.leave_saving_to_us()
        repeated = snapshot.restore(paths.SNAPSHOTS)
        if repeated:
            say(f"the last run did not end orderly: {repeated} changes taken from the journal")
        self._identities.know_all()
        emulator.free_messages()
        effects.watch(self._journal)
        gc.freeze()
        self.bridge.open.set()
        self._release()
        for execution in emulator.interrupted():
            emulator.resume(execution)
        facts = {"pid": os.getpid(), "port": self._port, "since": time.time()}
        paths.RUNNING.write_text(json.dumps(facts))
        work = (self._save_regularly(), self._try_again(), _tidy())
        self._tasks = [asyncio.create_task(each) for each in work]

    async def end(self) -> None:
        """Let running calls finish, save, and let the host go."""
        self.bridge.open.clear()
        limit = time.monotonic() + DRAIN_SECONDS
        while self.bridge.waiting and time.monotonic() < limit:
            await asyncio.sleep(0.05)
        for task in self._tasks:
            task.cancel()
        await self._snapshots.save()
        await asyncio.to_thread(self.bridge.close)

    async def _save_regularly(self) -> None:
        saved = -1
        while True:
            await asyncio.sleep(self._snapshots.pause)
            changes = self.front.changes
            if changes == saved and self._journal.well:
                continue
            if await self._snapshots.save():
                saved = changes
            elif self._snapshots.failed == 1:
                say("a snapshot could not be written; it is tried again every few seconds")

    async def _try_again(self) -> None:
        """What could not be written is written as soon as there is room."""
        well = True
        while True:
            await asyncio.sleep(0.5)
            now = self._journal.well or self._journal.retry()
            if now != well:
                well = now
                trouble = f"nothing is accepted: {self._journal.trouble}"
                say("changes are kept again" if well else trouble)


async def _tidy() -> None:
    from local import emulator

    while True:
        await asyncio.sleep(2)
        emulator.forget()


def say(text: str) -> None:
    """A line in the log, which may lie on a full disk."""
    with suppress(OSError):
        sys.stderr.write(f"{datetime.now(UTC).isoformat(timespec='seconds')} {text}\n")
        sys.stderr.flush()


def plan(base: str, run: str) -> Any:
    """How the function host is to run."""
    from local.front import RUN
    from local.pool import Plan

    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        **credentials(base),
        "LANG": "C.UTF-8",
        "TMPDIR": str(paths.SCRATCH),
        "PUBLIC_URL": base,
        "AWS_SDK_UA_APP_ID": f"{RUN}{run}",
    }
    if level := log_level(os.environ):
        environment["LOG_LEVEL"] = level
    in_all = int(os.environ.get("AUFTAKT_WORKERS", "40"))
    return Plan(paths.FUNCTIONS, paths.LOGS / "functions.jsonl", environment, in_all=in_all)


def serve(listener: socket.socket) -> None:
    """Serve until SIGTERM."""
    import uvicorn

    cloud = Cloud(listener.getsockname()[1])

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            cloud.begin()

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            loop, leaving = asyncio.get_running_loop(), self._leave
            loop.add_signal_handler(signal.SIGTERM, lambda: asyncio.ensure_future(leaving()))
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            yield

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            self.should_exit = True

        async def _leave(self) -> None:
            await cloud.end()
            self.should_exit = True

    config = uvicorn.Config(
        cloud.front, log_level="warning", access_log=False, server_header=False, date_header=False,
        timeout_keep_alive=75, timeout_graceful_shutdown=2, lifespan="on", backlog=1024,
    )  # fmt: skip
    Server(config).run(sockets=[listener])


def main() -> None:
    """Run in the foreground; `auftakt up` starts this in the background."""
    faulthandler.register(signal.SIGUSR1)
    sys.setswitchinterval(SWITCH_SECONDS)
    for folder in (paths.LOGS, paths.SNAPSHOTS, paths.OBJECTS, paths.SCRATCH):
        folder.mkdir(parents=True, exist_ok=True)
    listener = claim_port()
    port = listener.getsockname()[1]
    state = str(paths.latest_snapshot() or paths.SNAPSHOTS / "none")
    environment = {**plain(dict(os.environ)), **credentials(f"http://127.0.0.1:{port}")}
    os.environ.clear()
    os.environ.update({**environment, **emulated(state)})
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    try:
        serve(listener)
    finally:
        paths.RUNNING.unlink(missing_ok=True)
        shutil.rmtree(paths.SCRATCH, ignore_errors=True)
        os._exit(0)


if __name__ == "__main__":
    main()
