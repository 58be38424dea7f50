"""Saves the emulator's state from a forked child: serving goes on, and a kill loses seconds."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import time
from pathlib import Path

from ministack.core import persistence
from ministack.services import lambda_svc

from local import emulator

FORGOTTEN = "forgotten"
SHORTEST_PAUSE = 5.0
SHARE = 25  # a save may take one part in so many of the time


def restore() -> None:
    """Put back what the emulator did not restore by itself."""
    emulator.restore_forgotten(persistence.load_state(FORGOTTEN) or {})


class Snapshots:
    """Writes numbered snapshots into a folder; each is complete or not there at all."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob("writing-*"):
            shutil.rmtree(left)
        newest = max(folder.glob("snapshot-*"), default=None)
        self._folder = folder
        self._number = int(newest.name.removeprefix("snapshot-")) if newest else 0
        self._lock = asyncio.Lock()
        self.seconds = 0.0
        self.stall_ms = 0.0

    async def save(self) -> bool:
        """Take a snapshot now; false when its writer failed."""
        async with self._lock:
            self._number += 1
            began = time.perf_counter()
            pid = os.fork()
            if pid == 0:
                self._write_and_leave()
            self.stall_ms = (time.perf_counter() - began) * 1000
            status = await asyncio.to_thread(_wait, pid)
            self.seconds = time.perf_counter() - began
            return status == 0

    @property
    def pause(self) -> float:
        """Seconds until the next save."""
        return max(SHORTEST_PAUSE, SHARE * self.seconds)

    def facts(self) -> dict[str, float]:
        """What the last save has cost: how long it took, and for how long nothing was served."""
        return {
            "saves": self._number,
            "seconds": round(self.seconds, 3),
            "stall_ms": round(self.stall_ms, 1),
        }

    def _write_and_leave(self) -> None:
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.closerange(3, 4096)
            self._write()
            status = 0
        finally:
            os._exit(status)

    def _write(self) -> None:
        writing = self._folder / f"writing-{self._number:09d}"
        writing.mkdir()
        lambda_svc.CODE_BLOB_DIR = str(writing / "lambda-blobs")
        for name, state in emulator.remembered().items():
            if state is not None:
                _dump(name, state, writing / f"{name}.json")
        done = self._folder / f"snapshot-{self._number:09d}"
        writing.rename(done)
        for old in sorted(self._folder.glob("snapshot-*"))[:-2]:
            shutil.rmtree(old)


def _dump(name: str, state: object, path: Path) -> None:
    """One service's state in the emulator's own format; unlike there, a failure is a failure."""
    wrapped = {"__ministack_format__": persistence._state_format_version(name), "payload": state}
    path.write_text(json.dumps(wrapped, default=persistence._json_default))


def _wait(pid: int) -> int:
    limit = time.monotonic() + 300
    while time.monotonic() < limit:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
