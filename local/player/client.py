"""The HTTP API as its callers see it: one desk per key, answers as values, refusals as problems."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

import httpx
import msgspec

from local.player import answers
from local.player.master_data import MasterData
from local.player.wire import PAGE, Batch, Json, Problem, refused
from local.running import Running


class Desk(MasterData):
    """What people and systems at a desk do: order, stock, pack, ship, release and look."""

    # -- orders -------------------------------------------------------------------------------

    async def place_order(self, order: Json, key: str) -> answers.Accepted:
        return await self._post(answers.Accepted, "orders", order, {"Idempotency-Key": key})

    async def order(self, id: str) -> answers.Order:
        return await self._get(answers.Order, f"orders/{id}")

    def orders(self, **filters: str) -> AsyncIterator[answers.Listed]:
        return self._pages(answers.Listed, "orders", filters)

    async def events(self, order: str, after: int = 0) -> list[answers.Event]:
        """The order's events behind a sequence number, oldest first."""
        log: list[answers.Event] = []
        while True:
            params = {"after": str(after), "limit": str(PAGE)}
            page = (await self._get(_Log, f"orders/{order}/events", params)).items
            log += page
            if len(page) < PAGE:
                return log
            after = page[-1].sequence

    async def cancel(
        self, order: str, reason: str, pieces: Mapping[str, int] | None = None
    ) -> answers.Order:
        """Cancel pieces by line number, or all of the order. Raises Problem 409."""
        lines = pieces and [{"number": n, "quantity": q} for n, q in pieces.items()]
        body = {"reason": reason, "lines": lines}
        once = {"Idempotency-Key": uuid.uuid4().hex}
        return await self._post(answers.Order, f"orders/{order}/cancellations", body, once)

    async def credit(self, order: str, credited: Json, key: str) -> None:
        """Credit parts of an invoice. Raises Problem 409."""
        path, once = f"orders/{order}/credit-notes", {"Idempotency-Key": key}
        await self._ask("POST", path, json=credited, headers=once)

    async def release_hold(self, order: str, hold: str, reason: str) -> answers.Order:
        path = f"orders/{order}/holds/{hold}/release"
        return await self._post(answers.Order, path, {"reason": reason})

    async def export(self, shop: str, asked: Json) -> answers.Export:
        return await self._post(answers.Export, f"exports?shop={shop}", asked)

    async def exported(self, id: str) -> answers.Export:
        return await self._get(answers.Export, f"exports/{id}")

    async def download(self, url: str) -> bytes:
        """A file by an address that was handed out."""
        answer = await self._http.get(url)
        return answer.raise_for_status().content

    # -- stock --------------------------------------------------------------------------------

    async def count_stock(
        self, location: str, as_of: datetime, on_hand: Mapping[str, int]
    ) -> dict[str, str]:
        """Report counted pieces per SKU; the SKUs that were refused, with the reason."""
        rows = [{"sku": sku, "on_hand": pieces} for sku, pieces in on_hand.items()]
        body = {"location": location, "as_of": as_of.isoformat(), "rows": rows}
        return refused(rows, await self._post(Batch, "stock/batch", body))

    async def stock(self, sku: str) -> answers.Stock | None:
        try:
            return await self._get(answers.Stock, f"stock/{quote(sku, safe='')}")
        except Problem as problem:
            if problem.status == 404:
                return None
            raise

    async def availability(self, skus: Iterable[str]) -> list[answers.Promise]:
        body = {"lines": [{"sku": sku, "quantity": 1} for sku in skus]}
        return (await self._post(_Promises, "availability", body)).lines

    # -- fulfilments --------------------------------------------------------------------------

    def fulfilments(self, location: str, status: str) -> AsyncIterator[answers.Fulfilment]:
        filters = {"location": location, "status": status}
        return self._pages(answers.Fulfilment, "fulfilments", filters)

    async def pack(self, id: str, parcels: Sequence[Json]) -> answers.Fulfilment:
        body = {"parcels": list(parcels)}
        return await self._post(answers.Fulfilment, f"fulfilments/{id}/pack", body)

    async def ship(self, id: str, carrier: str, numbers: Sequence[str]) -> answers.Fulfilment:
        body = {"carrier": carrier, "tracking_numbers": list(numbers)}
        return await self._post(answers.Fulfilment, f"fulfilments/{id}/ship", body)

    async def answer_recall(self, id: str, answer: str, reason: str) -> answers.Fulfilment:
        body = {"answer": answer, "reason": reason}
        return await self._post(answers.Fulfilment, f"fulfilments/{id}/recall", body)

    async def scan(self, carrier: str, secret: str, scan: Json) -> None:
        """A carrier's signed tracking webhook."""
        body = msgspec.json.encode(scan)
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Signature": f"sha256={signature}", "Content-Type": "application/json"}
        await self._ask("POST", f"carriers/{carrier}/webhook", content=body, headers=headers)

    # -- returns ------------------------------------------------------------------------------

    async def withdraw(self, statement: Json, key: str) -> str:
        """Hand on a consumer's statement to withdraw; its id."""
        once = {"Idempotency-Key": key}
        return (await self._post(_Made, "withdrawals", statement, once)).id

    async def announce_return(self, announced: Json, key: str) -> answers.GoodsBack:
        """Announce what comes back. Raises Problem 409."""
        once = {"Idempotency-Key": key}
        return await self._post(answers.GoodsBack, "returns", announced, once)

    async def receive_return(self, id: str, parcel: Json) -> answers.GoodsBack:
        """Take a parcel of a return in. Raises Problem 409."""
        return await self._post(answers.GoodsBack, f"returns/{id}/receipts", parcel)

    async def goods_back(self, id: str) -> answers.GoodsBack:
        return await self._get(answers.GoodsBack, f"returns/{id}")

    # -- webhooks -----------------------------------------------------------------------------

    async def subscribe(self, url: str, events: Sequence[str]) -> answers.Endpoint:
        body = {"url": url, "events": list(events)}
        return await self._post(answers.Endpoint, "webhooks", body)

    async def unsubscribe(self, endpoint: str) -> None:
        await self._ask("DELETE", f"webhooks/{endpoint}")


@dataclass(frozen=True)
class Desks:
    """Everyone who calls the API, each with a key; carriers sign instead."""

    shop: Desk
    wms: Desk
    clerk: Desk
    carrier: Desk
    carrier_secret: str


@asynccontextmanager
async def connected(running: Running, connections: int = 16) -> AsyncIterator[Desks]:
    """Desks for all roles over one bounded pool of connections."""
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    async with httpx.AsyncClient(
        base_url=f"{running.api}/v1/", limits=limits, timeout=httpx.Timeout(60), trust_env=False
    ) as http:
        keys = running.keys
        yield Desks(
            shop=Desk(http, keys["shop"]),
            wms=Desk(http, keys["wms"]),
            clerk=Desk(http, keys["clerk"]),
            carrier=Desk(http, None),
            carrier_secret=keys["carrier_secret"],
        )


class _Log(msgspec.Struct):
    items: list[answers.Event]


class _Made(msgspec.Struct):
    id: str


class _Promises(msgspec.Struct):
    lines: list[answers.Promise]
