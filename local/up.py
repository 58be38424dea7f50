"""`auftakt up`: starts the embedded cloud in the background and returns when it is ready."""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from local import deployment, keys, paths, running, synth
from local.running import Process, Running

PATIENCE = 60.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print addresses and keys as JSON")


def run(args: argparse.Namespace) -> int:
    """Start, unless it runs already, and print where everything is."""
    started = time.monotonic()
    before = running.find()
    system = before or start()
    if args.json:
        sys.stdout.write(system.json() + "\n")
        return 0
    if before:
        sys.stdout.write("already up\n")
    else:
        sys.stdout.write(f"ready after {time.monotonic() - started:.1f} s\n")
    sys.stdout.write(addresses(system))
    return 0


def addresses(system: Running) -> str:
    """Where people find what."""
    lines = {
        "API": f"{system.api}/v1",
        "API docs": system.docs,
        "mailbox": system.mailbox,
        "documents": system.documents,
        "keys": str(paths.KEYS),
    }
    return "".join(f"{name:10} {where}\n" for name, where in lines.items())


def start() -> Running:
    """A running system with the present code deployed and the example clients' keys known."""
    with _alone():
        found = running.process()
        launched = found if found is not None and found.answers() else _launch()
        assembly = synth.outline()
        process = _wait(launched)
        cloud = deployment.embedded(process.base)
        changed = deployment.deploy(assembly, cloud, say)
        fresh = keys.introduce(cloud, process.base)
        system = running.describe(process)
        if fresh:
            say("seeding Berg&Beutel")
            asyncio.run(_seed(system))
        if changed and not process.ask("save", seconds=60)["saved"]:
            raise SystemExit("what was deployed could not be saved: is the disk full?")
        return system


async def _seed(system: Running) -> None:
    from local.player import client, merchant

    async with client.connected(system) as desks:
        await merchant.seed(desks)


def say(text: str) -> None:
    """Progress goes to stderr, so that stdout stays the result."""
    sys.stderr.write(f"auftakt: {text}\n")


@contextmanager
def _alone() -> Iterator[None]:
    paths.STATE.mkdir(parents=True, exist_ok=True)
    with paths.LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _launch() -> subprocess.Popen[bytes]:
    """The background process, on its way."""
    paths.RUNNING.unlink(missing_ok=True)
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    with (paths.LOGS / "cloud.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "local.cloud"],
            cwd=paths.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _wait(launched: subprocess.Popen[bytes] | Process) -> Process:
    if isinstance(launched, Process):
        return launched
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        found = running.process()
        if found is not None and found.pid == launched.pid and found.answers():
            return found
        if launched.poll() is not None:
            break
        time.sleep(0.05)
    log = (paths.LOGS / "cloud.log").read_text(errors="replace")[-2000:]
    raise SystemExit(f"the embedded cloud did not start:\n{log}")
