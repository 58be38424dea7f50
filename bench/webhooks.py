"""How long an endpoint waits for its events, beside endpoints that behave well and badly."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bench import yardstick
from bench.gear import load, servers
from bench.gear.bed import Bed, fresh
from bench.gear.load import percentiles
from bench.gear.report import Target, options, publish
from local.player import merchant
from local.player.client import connected

WARM_UP = 10
PAUSE = 0.5  # seconds between two orders: load, but no queue that grows
EVENTS = ["Order.Created", "Stock.Reserved", "Fulfilment.Released"]
BAD = (servers.stalls, servers.drips, servers.never_ends_its_body)
GOOD = (servers.GOOD,) * len(BAD)
ROUNDS = {"good": GOOD, "new": BAD, "turned": BAD, "good_again": GOOD}


class Heard:
    """The deliveries that came to a good endpoint: how long after its event each was there."""

    def __init__(self) -> None:
        self.waited_ms: dict[str, float] = {}

    def note(self, body: bytes) -> None:
        event = json.loads(body)
        waited = time.time() - datetime.fromisoformat(event["time"]).timestamp()
        self.waited_ms.setdefault(event["id"], waited * 1000)


@contextmanager
def _listening(heard: Heard) -> Iterator[str]:
    """An endpoint that takes each event, and notes how long that took."""

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


def _round(bed: Bed, heard: Heard, name: str, orders: int) -> dict[str, Any]:
    """The figures of one round; the three further endpoints are there for as long as it takes."""
    with ExitStack() as stack:
        behaviours = ROUNDS[name]
        beside = [stack.enter_context(servers.serving(each)) for each in behaviours]
        ids = asyncio.run(_subscribe(bed, [each.url for each in beside]))
        if name == "turned":
            for server in beside:
                server.behaves = servers.GOOD
            _sold(bed, heard, f"{name}-before", WARM_UP)
            for server, behaves in zip(beside, behaviours, strict=True):
                server.behaves = behaves
        waited = _sold(bed, heard, name, orders)
        asyncio.run(_remove(bed, ids))
    bed.rest()
    return {"events": len(waited), **percentiles(waited), "most_ms": round(max(waited), 1)}


def _sold(bed: Bed, heard: Heard, run: str, orders: int) -> list[float]:
    """How long each event of some orders was on its way, in ms; of those that came in a minute."""
    before = set(heard.waited_ms)
    asyncio.run(_sell(bed, run, orders))
    limit = time.monotonic() + 60
    while len(heard.waited_ms) - len(before) < orders * len(EVENTS):
        if time.monotonic() > limit:
            break
        time.sleep(0.2)
    return [ms for id, ms in heard.waited_ms.items() if id not in before]


def main() -> None:
    """Exit code 1 unless every event came to the good endpoint."""
    asked = options(__doc__, orders=160).parse_args()
    heard, rounds = Heard(), {}
    with fresh() as bed, _listening(heard) as url:
        asyncio.run(_seed(bed))
        bed.rest()
        measured = yardstick.measure(bed)
        asyncio.run(_subscribe(bed, [url]))
        _sold(bed, heard, "warm-up", WARM_UP)
        bed.rest()
        for name in ROUNDS:
            rounds[name] = _round(bed, heard, name, asked.orders)
    usual = max(rounds["good"]["p95_ms"], rounds["good_again"]["p95_ms"])
    due = asked.orders * len(EVENTS)
    lost = sum(max(0, due - each["events"]) for each in rounds.values())
    publish(
        "webhooks",
        measured,
        {"orders": asked.orders, "rounds": rounds},
        [
            *(
                Target(f"p95 beside {name} bad ones", rounds[name]["p95_ms"] / usual, at_most=2)
                for name in ("new", "turned")
            ),
            Target("events that did not come", lost, at_least=0, at_most=0),
        ],
        quietly=asked.json,
    )
    if lost:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
