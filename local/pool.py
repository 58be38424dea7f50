"""The workers of the function host: forked on demand, bounded per function and in all."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import socket
import tempfile
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local import ending, frames, worker
from local.worker import Function


@dataclass(frozen=True)
class Plan:
    """How the host was asked to run."""

    functions: Path
    log: Path
    environment: dict[str, str]
    per_function: int = 4
    in_all: int = 40
    behind: int = 8  # calls at one time that nobody waits for at the API
    idle_seconds: float = 120.0


@dataclass
class Tally:
    """What a step has cost so far."""

    invocations: int = 0
    errors: int = 0
    time_outs: int = 0
    crashes: int = 0
    starts: int = 0
    wall_ms: float = 0.0
    cpu_ms: float = 0.0
    longest_ms: float = 0.0
    longest_wait_ms: float = 0.0


class Worker:
    """The host's end of one forked process."""

    def __init__(self, function: Function, pid: int, output: int) -> None:
        self.function = function
        self.pid = pid
        self.idle_since = time.monotonic()
        self._output = output
        self._read_to = 0
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def connect(self, link: socket.socket) -> None:
        self._reader, self._writer = await asyncio.open_connection(sock=link)

    async def run(self, request_id: str, body: bytes) -> tuple[frames.Header, bytes]:
        """One call; TimeoutError when it takes too long, EOFError when the process dies."""
        try:
            async with asyncio.timeout(self.function.seconds):
                self._writer.write(frames.pack({"request_id": request_id}, body))
                return await frames.read(self._reader)
        except ConnectionError as error:
            raise EOFError from error

    def text(self) -> str:
        """What the process has printed since the last time."""
        size = os.fstat(self._output).st_size
        printed = os.pread(self._output, size - self._read_to, self._read_to)
        self._read_to = size
        if size > 1 << 20:
            os.ftruncate(self._output, 0)
            self._read_to = 0
        return printed.decode("utf-8", "replace")

    def retire(self) -> None:
        """Close the link; the process notices and ends."""
        self._writer.close()
        os.close(self._output)

    def kill(self) -> int:
        """End the process now and answer how it ended."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        return self.reap()

    def reap(self) -> int:
        """How the process ended: its exit status, or minus the signal that ended it."""
        try:
            return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        except ChildProcessError:
            return 0


@dataclass
class Lane:
    """One function's workers and the calls that wait for one."""

    function: Function
    idle: list[Worker] = field(default_factory=list)
    busy: int = 0
    urgent: bool = False
    waiting: deque[tuple[float, asyncio.Future[Worker]]] = field(default_factory=deque)
    tally: Tally = field(default_factory=Tally)


class Pool:
    """All workers, bounded per function and in all.

    What a caller of the API waits for goes first, then the function that is served least; the rest
    is bounded more tightly, so that work left behind by one burst does not hold up the next.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.lanes: dict[str, Lane] = {}
        self.size = 0
        self._busy: set[Worker] = set()

    def lane(self, function: Function) -> Lane:
        lane = self.lanes.setdefault(function.name, Lane(function))
        if lane.function != function:
            lane.function = function
            while lane.idle:
                self._retire(lane.idle.pop())
        return lane

    async def take(self, function: Function, urgent: bool = False) -> Worker:
        """A worker for this function, as soon as the bounds allow one."""
        lane, asked = self.lane(function), time.monotonic()
        lane.urgent = urgent
        future: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        lane.waiting.append((asked, future))
        self._serve()
        taken = await future
        self._busy.add(taken)
        waited = (time.monotonic() - asked) * 1000
        lane.tally.longest_wait_ms = max(lane.tally.longest_wait_ms, round(waited, 3))
        return taken

    def give_back(self, used: Worker, alive: bool) -> None:
        """A call is over: the worker is free, or gone."""
        lane = self.lanes[used.function.name]
        lane.busy -= 1
        self._busy.discard(used)
        used.idle_since = time.monotonic()
        if not alive:
            self.size -= 1
            used.retire()
        elif used.function != lane.function:
            self._retire(used)
        else:
            lane.idle.append(used)
        self._serve()

    def rest(self) -> None:
        """Retire what has been idle for long, and bury the dead."""
        limit = time.monotonic() - self._plan.idle_seconds
        for lane in self.lanes.values():
            while lane.idle and lane.idle[0].idle_since < limit:
                self._retire(lane.idle.pop(0))
        with suppress(ChildProcessError):
            while os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                os.waitpid(-1, os.WNOHANG)

    def kill(self) -> None:
        """End all workers now, whatever they are doing."""
        for used in self._busy:
            with suppress(ProcessLookupError):
                os.kill(used.pid, signal.SIGKILL)

    def _serve(self) -> None:
        while (lane := self._next()) is not None:
            waiting = lane.waiting.popleft()[1]
            lane.busy += 1
            if lane.idle:
                waiting.set_result(lane.idle.pop())
            else:
                self._start(lane, waiting)

    def _next(self) -> Lane | None:
        ready = [lane for lane in self.lanes.values() if lane.waiting and self._has_room(lane)]
        return min(
            ready,
            key=lambda lane: (not lane.urgent, lane.busy, lane.waiting[0][0]),
            default=None,
        )

    def _has_room(self, lane: Lane) -> bool:
        if not lane.urgent:
            behind = sum(other.busy for other in self.lanes.values() if not other.urgent)
            if behind >= self._plan.behind:
                return False
        if lane.idle:
            return True
        if lane.busy >= self._plan.per_function:
            return False
        return self.size < self._plan.in_all or any(other.idle for other in self.lanes.values())

    def _start(self, lane: Lane, waiting: asyncio.Future[Worker]) -> None:
        if self.size >= self._plan.in_all:
            idle = [other for other in self.lanes.values() if other.idle]
            self._retire(min(idle, key=lambda other: other.idle[0].idle_since).idle.pop(0))
        self.size += 1
        lane.tally.starts += 1
        started, link = fork(lane.function, self._plan)

        async def connected() -> None:
            await started.connect(link)
            waiting.set_result(started)

        keep(connected())

    def _retire(self, worker: Worker) -> None:
        self.size -= 1
        worker.retire()


_tasks: set[asyncio.Task[None]] = set()


def keep(work: Any) -> None:
    """Run a coroutine on the side and hold on to it until it is done."""
    task = asyncio.ensure_future(work)
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


def fork(function: Function, plan: Plan) -> tuple[Worker, socket.socket]:
    """A new worker for this function and the host's end of its link."""
    ours, theirs = socket.socketpair()
    output = scratch(plan.log.parent)
    parent, pid = os.getpid(), os.fork()
    if pid == 0:
        ending.with_parent(parent)
        worker.become(function, plan.functions, theirs, output)
    theirs.close()
    return Worker(function, pid, output), ours


def scratch(folder: Path) -> int:
    """An open file without a name, in which writers append; in memory where there is such a thing,
    so that a full disk stops no function that prints.
    """
    if hasattr(os, "memfd_create"):
        output = os.memfd_create("output")
    else:
        output, name = tempfile.mkstemp(dir=folder)
        os.unlink(name)
    fcntl.fcntl(output, fcntl.F_SETFL, os.O_APPEND)
    return output
