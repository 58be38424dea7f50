"""A stream of orders, parcels and counts under a cloud that is killed, and what must stay."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from bench.gear import load
from bench.gear.bed import Bed, Stuck
from local.player import merchant
from local.player.client import Desks, connected
from local.player.warehouse import one_parcel
from local.player.wire import Problem

BUYERS = 4
PAUSE = (
    0.5  # seconds that a buyer lets pass between orders: a backlog of minutes shows nothing more
)
GONE = ("shipped", "delivered")
Json = dict[str, Any]


@dataclass
class Stream:
    """What the API has answered so far: each is a promise."""

    accepted: dict[str, str] = field(default_factory=dict)
    """The id of each order that was answered with 202, by its number."""
    unanswered: dict[str, Json] = field(default_factory=dict)
    """Orders that were sent when the cloud was killed, by their number."""
    left: set[str] = field(default_factory=set)
    """Fulfilments whose departure was confirmed."""
    counts: set[str] = field(default_factory=set)
    """Files of counts whose upload was answered."""
    broken: list[str] = field(default_factory=list)
    """Promises that were not kept."""
    sent: int = 0
    seen: set[str] = field(default_factory=set)
    """Orders and fulfilments that were found after the kill that came next."""

    async def until_killed(self, bed: Bed, seconds: float) -> None:
        """Order, pack, ship and count for so long; the cloud is killed in the middle of it."""
        async with (
            load.shop(bed.running, BUYERS) as shop,
            connected(bed.running) as desks,
            warehouse(bed) as wms,
        ):
            work = [asyncio.create_task(self._order(shop)) for _ in range(BUYERS)]
            work += [asyncio.create_task(self._ship(desks, w["id"])) for w in merchant.warehouses()]
            work.append(asyncio.create_task(self._count(wms)))
            await asyncio.sleep(seconds)
            os.kill(bed.process.pid, signal.SIGKILL)
            await asyncio.sleep(0.1)
            for task in work:
                task.cancel()
            for ended in await asyncio.gather(*work, return_exceptions=True):
                if isinstance(ended, Exception):
                    self.broken.append(f"the stream ended early: {ended!r}")

    async def check(self, bed: Bed, *, everything: bool = False) -> None:
        """What was promised since the last check is there, or everything; what was not answered is
        sent again and gets its answer.
        """
        if everything:
            self.seen.clear()
        async with load.shop(bed.running, BUYERS) as shop:
            for number, body in self.unanswered.items():
                await self._post(shop, number, body)
            self.unanswered.clear()
            for number, id in self.accepted.items():
                if number not in self.seen:
                    await self._look(shop, f"orders/{id}", number, ())
        async with warehouse(bed) as wms:
            for id in self.left - self.seen:
                await self._look(wms, f"fulfilments/{id}", id, GONE)

    async def _look(
        self, client: httpx.AsyncClient, path: str, name: str, wanted: tuple[str, ...]
    ) -> None:
        self.seen.add(name)
        answer = await client.get(path)
        if answer.status_code != 200:
            self.broken.append(f"{name} is gone: {answer.status_code}")
        elif wanted and answer.json()["status"] not in wanted:
            self.broken.append(f"{name} is {answer.json()['status']}")

    async def _order(self, shop: httpx.AsyncClient) -> None:
        while True:
            self.sent += 1
            number = f"K-{self.sent:05d}"
            body = load.order(number, load.basket(self.sent))
            self.unanswered[number] = body
            with suppress(httpx.TransportError):
                await self._post(shop, number, body)
                self.unanswered.pop(number)
                await asyncio.sleep(PAUSE)
                continue
            return

    async def _post(self, shop: httpx.AsyncClient, number: str, body: Json) -> None:
        headers = {"Idempotency-Key": number}
        answer = await shop.post("orders", content=json.dumps(body).encode(), headers=headers)
        if answer.status_code == 202:
            self.accepted[number] = answer.json()["id"]
        else:
            self.broken.append(f"{number} was answered with {answer.status_code} {answer.text}")

    async def _ship(self, desks: Desks, location: str) -> None:
        while True:
            try:
                async for offer in desks.wms.fulfilments(location, "released"):
                    await desks.wms.pack(offer.id, one_parcel(offer))
                    number = offer.id.removeprefix("ful_").upper()
                    await desks.wms.ship(offer.id, merchant.CARRIER, [number])
                    self.left.add(offer.id)
            except httpx.TransportError:
                return
            except Problem as problem:
                self.broken.append(f"{location}: {problem}")
            await asyncio.sleep(0.1)

    async def _count(self, wms: httpx.AsyncClient) -> None:
        """Counts of an article that nobody orders, a file after the other."""
        sku = [product.sku for product in merchant.assortment().values() if not product.scarce][-1]
        with suppress(httpx.TransportError):
            while True:
                now = datetime.now(UTC).isoformat()
                body = {"location": "A", "as_of": now, "format": "csv"}
                form = (await wms.post("stock/uploads", json=body)).json()
                rows = {"file": f"sku,on_hand\n{sku},50\n".encode()}
                sent = await wms.post(form["url"], data=form["fields"], files=rows)
                if sent.status_code == 204:
                    self.counts.add(form["id"])
                else:
                    self.broken.append(f"{form['id']} was answered with {sent.status_code}")
                await asyncio.sleep(PAUSE)


def warehouse(bed: Bed) -> httpx.AsyncClient:
    """The warehouses' own client, to be opened."""
    keys = {"Authorization": f"Bearer {bed.running.keys['wms']}"}
    return httpx.AsyncClient(base_url=f"{bed.running.api}/v1/", headers=keys, timeout=60)


def calm(bed: Bed, patience: float = 120.0) -> int:
    """Wait until nothing moves; how many messages still wait for their next try.

    A mail that was just leaving when the cloud was killed is one of them: nobody knows whether it
    went, so it is not sent again, and becomes a dead letter after its last try. Raises Stuck when
    for so many seconds nothing is worked off.
    """
    seen, since, still = dict[str, Any](), time.monotonic(), 0
    while still < 10:
        time.sleep(0.3)
        found = bed.underway()
        if found != seen:
            seen, since = found, time.monotonic()
        moving = found["calls"] or found["records"] or found["executions"]
        still = 0 if moving else still + 1
        if time.monotonic() > since + patience:
            raise Stuck(f"nothing moves for {patience:.0f} s: {found}")
    return int(seen["messages"])


async def settled(bed: Bed, stream: Stream, seconds: float = 120.0) -> None:
    """Every accepted order is past its intake, under its number; every file of counts is taken."""
    limit = time.monotonic() + seconds
    async with connected(bed.running) as desks:
        for number, id in stream.accepted.items():
            while (order := await desks.shop.order(id)).status == "received":
                if time.monotonic() > limit:
                    stream.broken.append(f"{number} stays received")
                    break
                await asyncio.sleep(0.5)
            if order.external_number != number:
                stream.broken.append(f"{number} is now {order.external_number}")
    async with warehouse(bed) as wms:
        for id in stream.counts:
            while not (found := (await wms.get(f"stock/uploads/{id}")).json()).get("finished_at"):
                if time.monotonic() > limit:
                    break
                await asyncio.sleep(0.5)
            if found.get("broken") != 0:
                stream.broken.append(f"file of counts {id}: {found}")
