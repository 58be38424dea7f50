"""The HTTP API as its callers see it: one desk per key, answers as values, refusals as problems."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from local.player import answers
from local.running import Running

T = TypeVar("T")
Json = dict[str, Any]

TRIES = 6
PAUSE = 0.1
PAGE = 100
_AGAIN = (429, 503)
_LOST = (httpx.ConnectError, httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)


class Problem(Exception):
    """The API said no: its problem document (RFC 9457), or what came in its place."""

    def __init__(self, status: int, title: str, detail: str, errors: Sequence[Json] = ()) -> None:
        fields = ", ".join(f"{e.get('field')}: {e.get('reason')}" for e in errors)
        super().__init__(f"{status} {title}: {detail}" + (f" ({fields})" if fields else ""))
        self.status = status
        self.title = title
        self.detail = detail
        self.errors = tuple(errors)


class Desk:
    """One caller with a key of its own; only lost connections, 429 and 503 are tried again."""

    def __init__(self, http: httpx.AsyncClient, key: str | None) -> None:
        self._http = http
        self._key = key

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
        return _refused(rows, await self._post(_Batch, "stock/batch", body))

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

    # -- master data and webhooks -------------------------------------------------------------

    async def keep_products(self, products: Sequence[Json]) -> dict[str, str]:
        """Write products; the SKUs that were refused, with the reason."""
        body = {"items": list(products)}
        return _refused(products, await self._post(_Batch, "products/batch", body))

    async def keep_shop(self, id: str, shop: Json) -> None:
        await self._ask("PUT", f"shops/{id}", json=shop)

    async def keep_warehouse(self, id: str, warehouse: Json) -> None:
        await self._ask("PUT", f"warehouses/{id}", json=warehouse)

    async def keep_carrier(self, carrier: str, secret: str) -> None:
        await self._ask("PUT", f"carriers/{carrier}", json={"secret": secret})

    async def keep_price_list(self, id: str, body: Json) -> None:
        await self._ask("PUT", f"price-lists/{id}", json=body)

    async def keep_prices(self, prices: Sequence[Json]) -> dict[str, str]:
        """Write prices; the SKUs that were refused, with the reason."""
        body = {"items": list(prices)}
        return _refused(prices, await self._post(_Batch, "prices/batch", body))

    async def keep_customer(self, id: str, customer: Json) -> None:
        shop = customer["shop"]
        body = {name: value for name, value in customer.items() if name != "shop"}
        await self._ask("PUT", f"customers/{id}?shop={shop}", json=body)

    async def subscribe(self, url: str, events: Sequence[str]) -> answers.Endpoint:
        body = {"url": url, "events": list(events)}
        return await self._post(answers.Endpoint, "webhooks", body)

    async def unsubscribe(self, endpoint: str) -> None:
        await self._ask("DELETE", f"webhooks/{endpoint}")

    # -- the wire -----------------------------------------------------------------------------

    async def _get(self, kind: type[T], path: str, params: Mapping[str, str] | None = None) -> T:
        answer = await self._ask("GET", path, params=params)
        return msgspec.json.decode(answer.content, type=kind)

    async def _post(
        self, kind: type[T], path: str, body: Json, headers: Mapping[str, str] | None = None
    ) -> T:
        answer = await self._ask("POST", path, json=body, headers=headers)
        return msgspec.json.decode(answer.content, type=kind)

    async def _pages(
        self, kind: type[T], path: str, filters: Mapping[str, str]
    ) -> AsyncIterator[T]:
        params = {**filters, "limit": str(PAGE)}
        while True:
            page = await self._get(_Page, path, params)
            for item in msgspec.convert(page.items, list[kind]):  # type: ignore[valid-type]
                yield item
            if not page.cursor:
                return
            params["cursor"] = page.cursor

    async def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = dict(options.pop("headers", None) or {})
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        turn = 1
        while True:
            try:
                answer = await self._http.request(method, path, headers=headers, **options)
            except _LOST:
                if turn == TRIES:
                    raise
            else:
                if answer.is_success:
                    return answer
                if answer.status_code not in _AGAIN or turn == TRIES:
                    raise _problem(answer)
            await asyncio.sleep(PAUSE * 2**turn)
            turn += 1


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


class _Page(msgspec.Struct):
    items: list[Any]
    cursor: str | None = None


class _Log(msgspec.Struct):
    items: list[answers.Event]


class _Batch(msgspec.Struct):
    refused: list[answers.Rejected] = []


class _Promises(msgspec.Struct):
    lines: list[answers.Promise]


def _refused(rows: Sequence[Json], batch: _Batch) -> dict[str, str]:
    return {str(rows[rejected.row]["sku"]): rejected.reason for rejected in batch.refused}


def _problem(answer: httpx.Response) -> Problem:
    try:
        said = answer.json()
    except ValueError:
        said = None
    if not isinstance(said, dict):
        return Problem(answer.status_code, answer.reason_phrase, answer.text[:200])
    title, detail = said.get("title", ""), said.get("detail") or said.get("message", "")
    return Problem(answer.status_code, str(title), str(detail), said.get("errors") or ())
