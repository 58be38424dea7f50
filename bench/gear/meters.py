"""CPU seconds and memory of the embedded cloud, process by process."""

from __future__ import annotations

import threading
from contextlib import suppress
from types import TracebackType

import psutil

EVERY_SECONDS = 3.0


def cpu_seconds(root: int) -> dict[str, float]:
    """CPU seconds so far of the emulator and of the function host with all workers it ever had."""
    emulator = psutil.Process(root)
    hosted = 0.0
    for process in emulator.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            spent = process.cpu_times()
            hosted += spent.user + spent.system + spent.children_user + spent.children_system
    spent = emulator.cpu_times()
    hosted += spent.children_user + spent.children_system
    return {"emulator": spent.user + spent.system, "functions": hosted}


def own_cpu_seconds() -> float:
    """CPU seconds of this process: the load generator."""
    spent = psutil.Process().cpu_times()
    return float(spent.user + spent.system)


def memory(root: int) -> tuple[int, int]:
    """Bytes of the whole tree, shared pages counted once (PSS), and how many processes it has."""
    tree = [psutil.Process(root), *psutil.Process(root).children(recursive=True)]
    total = 0
    for process in tree:
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            full = process.memory_full_info()
            total += int(getattr(full, "pss", full.uss))
    return total, len(tree)


class Peak:
    """Samples the memory of a process tree every three seconds and keeps the greatest."""

    def __init__(self, root: int) -> None:
        self.bytes = 0
        self.processes = 0
        self._root = root
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._over.wait(EVERY_SECONDS):
            with suppress(psutil.NoSuchProcess):
                found, processes = memory(self._root)
                self.bytes = max(self.bytes, found)
                self.processes = max(self.processes, processes)
