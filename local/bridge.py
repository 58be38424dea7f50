"""The emulator's end of the function host: hands it invocations and waits for their answers."""

from __future__ import annotations

import itertools
import json
import os
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from dataclasses import asdict
from typing import Any

from local import frames
from local.pool import Plan

Answer = tuple[bool, Any]
RESTART_PAUSE = 0.2
NEVER_REACHED = "ServiceException"


class HostGone(Exception):
    """The function host ended while a call was under way."""


class NotSent(Exception):
    """There is no function host at this moment; the call never came to one."""


class Bridge:
    """A running host and the calls it has not answered yet; a host that dies is started again."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._numbers = itertools.count()
        self._made = 0
        self._calls: dict[int, Future[tuple[frames.Header, bytes]]] = {}
        self._lock = threading.Lock()
        self._closing = False
        self.open = threading.Event()
        self._start()

    @property
    def calls(self) -> int:
        """Calls so far."""
        return self._made

    @property
    def waiting(self) -> int:
        """Calls without an answer."""
        return len(self._calls)

    def invoke(
        self, function: dict[str, Any], request_id: str, event: Any, *, urgent: bool = False
    ) -> Answer:
        """Run one function: (True, what it returned) or (False, Lambda's error report)."""
        self.open.wait()
        return self.begin(function, request_id, event, urgent=urgent).result()

    def begin(
        self, function: dict[str, Any], request_id: str, event: Any, *, urgent: bool = False
    ) -> Future[Answer]:
        """As `invoke`, for who does not want to wait in a thread; the host has to be open."""
        answer: Future[Answer] = Future()
        if self._closing:
            report = {"errorType": NEVER_REACHED, "errorMessage": "the cloud goes down"}
            answer.set_result((False, report))
            return answer

        def arrived(asked: Future[tuple[frames.Header, bytes]]) -> None:
            gone = asked.exception()
            if gone is not None:
                kind = NEVER_REACHED if isinstance(gone, NotSent) else "Runtime.ExitError"
                report = {"errorType": kind, "errorMessage": str(gone)}
                answer.set_result((False, report))
            else:
                header, body = asked.result()
                answer.set_result((header["ok"], json.loads(body)))

        call = {"function": function, "request_id": request_id, "urgent": urgent}
        body = json.dumps(event, ensure_ascii=False).encode()
        self._send(call, body).add_done_callback(arrived)
        return answer

    def stats(self) -> dict[str, Any]:
        """What the host counts: see `local.host.Host.stats`."""
        stats: dict[str, Any] = json.loads(self._send({"ask": "stats"}, b"").result()[1])
        return stats

    def close(self) -> None:
        """Let the host and its workers end."""
        self._closing = True
        self.open.set()
        self._link.shutdown(socket.SHUT_RDWR)
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._reader.join(5)

    def _send(self, header: frames.Header, body: bytes) -> Future[tuple[frames.Header, bytes]]:
        future: Future[tuple[frames.Header, bytes]] = Future()
        number = self._made = next(self._numbers)
        message = frames.pack({"id": number, **header}, body)
        with self._lock:
            self._calls[number] = future
            try:
                self._link.sendall(message)
            except OSError:
                self._calls.pop(number, None)
                future.set_exception(NotSent("the function host is starting again"))
        return future

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        plan = asdict(self._plan)
        plan.update(functions=str(self._plan.functions), log=str(self._plan.log))
        command = [sys.executable, "-m", "local.host", str(theirs.fileno()), json.dumps(plan)]
        environment = {**os.environ, **self._plan.environment}
        self._process = subprocess.Popen(command, pass_fds=(theirs.fileno(),), env=environment)
        theirs.close()
        self._link = ours
        listen = threading.Thread(target=self._listen, args=(ours,), daemon=True, name="host")
        self._reader = listen
        listen.start()

    def _listen(self, link: socket.socket) -> None:
        try:
            while True:
                header, body = frames.receive(link)
                self._calls.pop(header["id"]).set_result((header, body))
        except (EOFError, OSError):
            pass
        self._process.wait()
        with self._lock:
            lost, self._calls = self._calls, {}
            link.close()
            if not self._closing:
                time.sleep(RESTART_PAUSE)
                self._start()
        for future in lost.values():
            future.set_exception(HostGone("the function host ended unexpectedly"))
