"""A fresh embedded cloud for one measurement: with a state of its own, gone afterwards."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.running import Process, Running

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 300.0


class Stuck(Exception):
    """The system did not come to rest in time."""


@dataclass(frozen=True)
class Bed:
    """A running system that nobody else uses."""

    running: Running
    process: Process
    state: Path

    def again(self) -> Bed:
        """The same system, started anew after its end."""
        return _up(self.state, {**os.environ, "AUFTAKT_STATE": str(self.state)})

    def stats(self) -> dict[str, Any]:
        """Calls per step and AWS requests per operation, so far."""
        return self.process.ask("stats", seconds=60)

    def requests(self) -> dict[str, int]:
        """AWS requests that came over HTTP, by operation: what the functions' clients ask for."""
        found: dict[str, int] = self.stats().get("requests", {})
        return found

    def underway(self) -> dict[str, Any]:
        """What the system is still working on."""
        return self.process.ask("underway", seconds=60)

    def rest(self, patience: float = PATIENCE) -> None:
        """Wait until nothing is under way. Raises Stuck."""
        limit, still = time.monotonic() + patience, 0
        while still < 3:
            if time.monotonic() > limit:
                raise Stuck(f"not at rest after {patience:.0f} s: {self.underway()}")
            time.sleep(0.3)
            still = still + 1 if self.underway()["quiet"] else 0


@contextmanager
def fresh(functions: Path | None = None) -> Iterator[Bed]:
    """A system with nothing in it; `functions` puts other handlers in the place of ours."""
    folder = Path(tempfile.mkdtemp(prefix="auftakt-bench-"))
    environment = {**os.environ, "AUFTAKT_STATE": str(folder / "state")}
    if functions is not None:
        environment["AUFTAKT_FUNCTIONS"] = str(functions)
    try:
        yield _up(folder / "state", environment)
    finally:
        _local(environment, "down", "--patience", "0")
        shutil.rmtree(folder, ignore_errors=True)


def _up(state: Path, environment: dict[str, str]) -> Bed:
    running = Running(**json.loads(_local(environment, "up", "--json")))
    process = Process(**json.loads((state / "running.json").read_text()))
    return Bed(running, process, state)


def _local(environment: dict[str, str], *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "local", *command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout
