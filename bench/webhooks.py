"""How long an endpoint waits for its events, alone and beside endpoints that behave badly."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bench import yardstick
from bench.gear import load
from bench.gear.bed import Bed, fresh
from bench.gear.load import percentiles
from bench.gear.report import Target, options, publish
from local.player import merchant
from local.player.client import connected

WARM_UP = 10
PAUSE = 0.5  # seconds between two orders: load, but no queue that grows
EVENTS = ["Order.Created", "Stock.Reserved", "Fulfilment.Released"]
ROUNDS = ("alone", "beside", "alone_again")
Behaviour = Callable[[socket.socket], None]


def stalls(connection: socket.socket) -> None:
    """Say nothing until the caller is gone."""
    while connection.recv(65_536):
        pass


def drips(connection: socket.socket) -> None:
    """Send a byte a second of an answer that never ends."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        time.sleep(1)
        connection.sendall(b"x")


def pours(connection: socket.socket) -> None:
    """Send a body as fast as it is taken."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"2000\r\n" + b"x" * 8_192 + b"\r\n")


BAD: tuple[Behaviour, ...] = (stalls, drips, pours)


class Heard:
    """The deliveries that came to a good endpoint: how long after its event each was there."""

    def __init__(self) -> None:
        self.waited_ms: dict[str, float] = {}

    def note(self, body: bytes) -> None:
        event = json.loads(body)
        waited = time.time() - datetime.fromisoformat(event["time"]).timestamp()
        self.waited_ms.setdefault(event["id"], waited * 1000)


@contextmanager
def _good(heard: Heard) -> Iterator[str]:
    class Takes(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.note(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Takes) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/good"
        server.shutdown()


@contextmanager
def _bad(behaves: Behaviour) -> Iterator[str]:
    """An endpoint that takes each connection and behaves badly on it."""

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            behaves(connection)

    def listen(listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=listen, args=(listening,), daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/bad"
        listening.shutdown(socket.SHUT_RDWR)


async def _subscribe(bed: Bed, urls: list[str]) -> list[str]:
    """The ids of endpoints of the shop, one for each address."""
    ids = []
    async with load.shop(bed.running, 1) as client:
        for url in urls:
            answer = await client.post("webhooks", json={"url": url, "events": EVENTS})
            answer.raise_for_status()
            ids.append(answer.json()["id"])
    return ids


async def _remove(bed: Bed, ids: list[str]) -> None:
    async with load.shop(bed.running, 1) as client:
        for id in ids:
            (await client.delete(f"webhooks/{id}")).raise_for_status()


async def _sell(bed: Bed, run: str, orders: int) -> None:
    """Orders one after another, with a pause, as a shop gets them."""
    async with load.shop(bed.running, 1) as client:
        for body in load.three_liners(run, orders):
            headers = {"Idempotency-Key": body["external_number"]}
            (await client.post("orders", json=body, headers=headers)).raise_for_status()
            await asyncio.sleep(PAUSE)


async def _seed(bed: Bed) -> None:
    async with connected(bed.running) as desks:
        await merchant.seed(desks, times=20)


def _round(bed: Bed, heard: Heard, run: str, orders: int, bad: tuple[Behaviour, ...]) -> Any:
    """The figures of one round; bad endpoints are there for as long as it takes."""
    before = set(heard.waited_ms)
    with ExitStack() as stack:
        ids = asyncio.run(_subscribe(bed, [stack.enter_context(_bad(each)) for each in bad]))
        asyncio.run(_sell(bed, run, orders))
        limit = time.monotonic() + 60
        while len(heard.waited_ms) - len(before) < orders * len(EVENTS):
            if time.monotonic() > limit:
                break
            time.sleep(0.2)
        asyncio.run(_remove(bed, ids))
    waited = [ms for id, ms in heard.waited_ms.items() if id not in before]
    bed.rest()
    return {"events": len(waited), **percentiles(waited)}


def main() -> None:
    """Exit code 1 unless every event came to the good endpoint."""
    asked = options(__doc__, orders=40).parse_args()
    heard, rounds = Heard(), {}
    with fresh() as bed, _good(heard) as url:
        asyncio.run(_seed(bed))
        bed.rest()
        measured = yardstick.measure(bed)
        asyncio.run(_subscribe(bed, [url]))
        _round(bed, heard, "W", WARM_UP, ())
        for name in ROUNDS:
            bad = BAD if name == "beside" else ()
            rounds[name] = _round(bed, heard, name.upper(), asked.orders, bad)
    usual = max(rounds["alone"]["p95_ms"], rounds["alone_again"]["p95_ms"])
    due = asked.orders * len(EVENTS)
    lost = sum(max(0, due - each["events"]) for each in rounds.values())
    publish(
        "webhooks",
        measured,
        {"orders": asked.orders, "rounds": rounds},
        [
            Target("p95 beside, as a multiple", rounds["beside"]["p95_ms"] / usual, at_most=2),
            Target("events that did not come", lost, at_least=0, at_most=0),
        ],
        quietly=asked.json,
    )
    if lost:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
