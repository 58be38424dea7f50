"""Saves the emulator's state from a forked child while serving goes on."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import time
from pathlib import Path
from typing import Any

from ministack.core import persistence
from ministack.services import lambda_svc

from local import effects, emulator, ending, journal, paths
from local.journal import Journal, flush_folder

FORGOTTEN = "forgotten"
PREFIX, WRITING = "snapshot-", "writing-"
SHORTEST_PAUSE = 5.0
SHARE = 25  # a save may take one part in so many of the time


def restore(folder: Path) -> int:
    """Put back what the emulator did not restore by itself; how much the journal knew beyond it."""
    emulator.restore_forgotten(persistence.load_state(FORGOTTEN) or {})
    return effects.repeat(journal.records(folder, _number(paths.latest_snapshot())))


def _number(snapshot: Path | None) -> int:
    return int(snapshot.name.removeprefix(PREFIX)) if snapshot else 0


class Snapshots:
    """Writes numbered snapshots into a folder; each is complete or not there at all.

    The journal of the same number holds what came after it. Only this process, and never the child
    that writes, says that one is complete: a child that outlives it can do no harm.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        _clear(folder)
        self._folder = folder
        self._lock = asyncio.Lock()
        last = max(_number(paths.latest_snapshot()), journal.newest(folder))
        self.journal = Journal(folder, last + 1)
        self.saves = 0
        self.failed = 0
        self.seconds = 0.0
        self.stall_ms = 0.0

    async def save(self) -> bool:
        """Take a snapshot now; false when that is not possible."""
        async with self._lock:
            began = time.perf_counter()
            try:
                number = self.journal.rotate()
                forked = time.perf_counter()
                parent, pid = os.getpid(), os.fork()
                if pid == 0:
                    self._write_and_leave(number, parent)
                self.stall_ms = (time.perf_counter() - forked) * 1000
                status = await asyncio.to_thread(_wait, pid)
                if status == 0:
                    await asyncio.to_thread(self._complete, number)
            except OSError:
                status = 1
            if status:
                self.failed += 1
                await asyncio.to_thread(_clear, self._folder)
                return False
            self.journal.cut(number)
            self.failed = 0
            self.saves += 1
            self.seconds = time.perf_counter() - began
            return True

    @property
    def pause(self) -> float:
        """Seconds until the next save; soon again when the last one was not possible."""
        return SHORTEST_PAUSE if self.failed else max(SHORTEST_PAUSE, SHARE * self.seconds)

    def facts(self) -> dict[str, Any]:
        """How keeping goes: what the last save has cost, for how long nothing was served, and
        what stands in the way.
        """
        trouble = self.journal.trouble
        return {
            "saves": self.saves,
            "failed": self.failed,
            "seconds": round(self.seconds, 3),
            "stall_ms": round(self.stall_ms, 1),
            "journal_bytes": self.journal.size,
            "answers_held": self.journal.waits,
            "held_seconds": round(self.journal.waited, 4),
            "trouble": str(trouble) if trouble else None,
        }

    def _write_and_leave(self, number: int, parent: int) -> None:
        status = 1
        try:
            ending.with_parent(parent)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.closerange(3, 4096)
            self._write(self._folder / f"{WRITING}{number:09d}")
            status = 0
        finally:
            os._exit(status)

    def _write(self, writing: Path) -> None:
        writing.mkdir()
        lambda_svc.CODE_BLOB_DIR = str(writing / "lambda-blobs")
        for name, state in emulator.remembered().items():
            if state is not None:
                _dump(name, state, writing / f"{name}.json")
        flush_folder(writing)

    def _complete(self, number: int) -> None:
        done = self._folder / f"{PREFIX}{number:09d}"
        (self._folder / f"{WRITING}{number:09d}").rename(done)
        flush_folder(self._folder)
        for old in self._folder.glob(f"{PREFIX}*"):
            if old != done:
                shutil.rmtree(old, ignore_errors=True)


def _clear(folder: Path) -> None:
    """What was begun and not completed takes no room."""
    for left in folder.glob(f"{WRITING}*"):
        shutil.rmtree(left, ignore_errors=True)


def _dump(name: str, state: object, path: Path) -> None:
    """One service's state in the emulator's own format; unlike there, a failure is a failure."""
    wrapped = {"__ministack_format__": persistence._state_format_version(name), "payload": state}
    with path.open("w") as file:
        file.write(json.dumps(wrapped, default=persistence._json_default))
        file.flush()
        os.fsync(file.fileno())


def _wait(pid: int) -> int:
    limit = time.monotonic() + 300
    while time.monotonic() < limit:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
