"""Servers of subscribers on this machine, over real sockets: good ones, and all kinds of bad."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Behaviour = Callable[[socket.socket, threading.Event], None]
OK = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"


class Server:
    """What has come to a server: its requests whole, one for each connection."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.behaves: Behaviour = answers(OK)
        self.requests: list[bytes] = []

    @property
    def ids(self) -> list[str]:
        """The webhook ids of the requests, in their order."""
        return [
            line.partition(": ")[2]
            for request in self.requests
            for line in request.decode().split("\r\n")
            if line.lower().startswith("webhook-id: ")
        ]


def answers(answer: bytes) -> Behaviour:
    """Answer at once."""
    return lambda connection, _: connection.sendall(answer)


def stalls(_: socket.socket, over: threading.Event) -> None:
    """Say nothing for as long as it is waited for."""
    over.wait(30)


def drips(connection: socket.socket, over: threading.Event) -> None:
    """Send a byte now and then, each in time for a reader that waits for the next one alone."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not over.wait(0.05):
        connection.sendall(b"x")


def drips_its_body(connection: socket.socket, over: threading.Event) -> None:
    """Answer, and then send a body that never comes to its end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while not over.wait(0.05):
        connection.sendall(b"x")


def never_ends_its_headers(connection: socket.socket, over: threading.Event) -> None:
    """Send headers as fast as they are taken."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not over.is_set():
        connection.sendall(b"X-More: " + b"x" * 8_000 + b"\r\n")


def never_ends_its_body(connection: socket.socket, over: threading.Event) -> None:
    """Send a body as fast as it is taken."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not over.is_set():
        connection.sendall(b"2000\r\n" + b"x" * 8_192 + b"\r\n")


def says_only_to_go_on(connection: socket.socket, over: threading.Event) -> None:
    """Send interim answers for ever."""
    while not over.wait(0.01):
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n")


def resets(connection: socket.socket, _: threading.Event) -> None:
    """Break the connection off in the middle of an answer."""
    connection.sendall(b"HTTP/1.1 200")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


GOOD = answers(OK)


@contextmanager
def serving(behaves: Behaviour = GOOD) -> Iterator[Server]:
    """A server on a free port of this machine; each connection has a thread."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)
        server = Server(f"http://127.0.0.1:{listening.getsockname()[1]}/hooks?from=auftakt")
        server.behaves = behaves

        def serve(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                server.requests.append(_read(connection))
                server.behaves(connection, over)

        def listen() -> None:
            while not over.is_set():
                try:
                    connection, _ = listening.accept()
                except TimeoutError:
                    continue
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        try:
            yield server
        finally:
            over.set()
            listener.join()


def _read(connection: socket.socket) -> bytes:
    """A request with its body."""
    connection.settimeout(5)
    read, until = b"", time.monotonic() + 5
    while time.monotonic() < until:
        head, found, body = read.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if found and len(body) >= int(length or 0):
            break
        more = connection.recv(65_536)
        if not more:
            break
        read += more
    return read
