"""What can be known about a running system from outside."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from typing import Any

import psutil

from local import paths


@dataclass(frozen=True)
class Running:
    """A running system and how to talk to it; `api` is the base of all addresses, without /v1."""

    api: str
    mailbox: str
    docs: str
    documents: str
    keys: dict[str, str]

    def json(self) -> str:
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class Process:
    """The background process."""

    pid: int
    port: int
    since: float

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def alive(self) -> bool:
        """Whether it is there, and no other process that was given its number since."""
        try:
            there = psutil.Process(self.pid)
            dead = there.status() == psutil.STATUS_ZOMBIE
            return not dead and there.create_time() <= self.since
        except psutil.NoSuchProcess:
            return False

    def ask(self, name: str, seconds: float = 5.0) -> dict[str, Any]:
        """One of the process's own answers: health, stats, underway or save."""
        with urllib.request.urlopen(f"{self.base}/_auftakt/{name}", timeout=seconds) as response:
            answer: dict[str, Any] = json.load(response)
        return answer

    def answers(self) -> bool:
        """Whether it is this process that answers at its port, and no other cloud since then."""
        try:
            said = self.ask("health")
        except (OSError, urllib.error.URLError, ValueError):
            return False
        return isinstance(said, dict) and said.get("pid") == self.pid

    def end(self, seconds: float = 30.0) -> bool:
        """Ask the process to end; false when it had to be killed."""
        os.kill(self.pid, signal.SIGTERM)
        limit = time.monotonic() + seconds
        while self.alive() and time.monotonic() < limit:
            time.sleep(0.05)
        if self.alive():
            os.kill(self.pid, signal.SIGKILL)
            return False
        return True


def process() -> Process | None:
    """The process that the state directory speaks of, dead or alive."""
    try:
        return Process(**json.loads(paths.RUNNING.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def find() -> Running | None:
    """The running system, if there is one that answers and has something deployed."""
    found = process()
    if found is None or not found.alive() or not found.answers():
        return None
    if not paths.KEYS.exists():
        return None
    return describe(found)


def describe(found: Process) -> Running:
    """Its addresses and keys."""
    base = found.base
    keys = json.loads(paths.KEYS.read_text())
    return Running(base, f"{base}/mailbox", f"{base}/docs", f"{base}/documents", keys)
