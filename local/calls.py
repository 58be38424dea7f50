"""The log of calls: a line of JSON for each, in a file that begins anew when it is large."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LARGEST = 64 * 1024 * 1024


class Log:
    """Where the function host writes; on a full disk lines are left out, calls are not."""

    def __init__(self, path: Path, largest: int = LARGEST) -> None:
        self._path = path
        self._largest = largest
        self._file = path.open("a", encoding="utf-8", buffering=1)

    def call(
        self, step: str, request_id: str, outcome: str, began: float, wall: float, text: str
    ) -> None:
        """Note that a call has ended, and what it printed."""
        line = {
            "time": datetime.fromtimestamp(began, UTC).isoformat(timespec="milliseconds"),
            "step": step,
            "request_id": request_id,
            "outcome": outcome,
            "ms": round(wall, 1),
            "text": text,
        }
        with suppress(OSError):
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
            if self._file.tell() > self._largest:
                self._file.close()
                self._path.replace(earlier(self._path))
                self._file = self._path.open("a", encoding="utf-8", buffering=1)

    def close(self) -> None:
        """Nothing is written any more."""
        self._file.close()


def earlier(path: Path) -> Path:
    """Where the lines are that came before those in this file."""
    return path.with_name(f"{path.name}.1")


def read(path: Path, follow: bool) -> Iterator[dict[str, Any]]:
    """The calls in the order they ended; a line that a full disk has cut off is left out."""
    if earlier(path).exists():
        yield from _lines(earlier(path), follow=False)
    while path.exists():
        yield from _lines(path, follow)
        if not follow:
            return


def _lines(path: Path, follow: bool) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8", errors="replace") as file:
        rest = ""
        while True:
            rest += file.readline()
            if rest.endswith("\n"):
                with suppress(ValueError):
                    yield json.loads(rest)
                rest = ""
            elif not follow or not _same(path, file.fileno()):
                return
            else:
                time.sleep(0.2)


def _same(path: Path, file: int) -> bool:
    """Whether the file at this path is still the open one."""
    try:
        return os.path.samestat(path.stat(), os.fstat(file))
    except FileNotFoundError:
        return True
