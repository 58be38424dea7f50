"""Load over HTTP: orders of three lines, sent a bounded number at a time, and timed."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx

from local.player import merchant
from local.player.crowd import each
from local.running import Running

Json = dict[str, Any]
LINES = 3
SHIPPING = Decimal("4.90")
SELLABLE = 24
BUYER = {
    "type": "B2C",
    "name": "Änne Weiß",
    "phone": None,
    "locale": "de",
    "company": None,
    "vat_id": None,
    "group": None,
}
HOME = {
    "name": "Änne Weiß",
    "company": None,
    "line2": None,
    "postal_code": "80331",
    "city": "München",
    "region": None,
    "country": "DE",
}


@dataclass
class Answers:
    """What came back: how long each answer took, what it said, and the ids of what was placed."""

    seconds: float = 0.0
    latencies_ms: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    ids: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Accepted orders per second."""
        return len(self.ids) / self.seconds

    def figures(self) -> Json:
        return {
            "orders_per_second": round(self.rate, 2),
            "accepted": len(self.ids),
            "statuses": {str(status): n for status, n in sorted(self.statuses.items())},
            **percentiles(self.latencies_ms),
        }


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """The nearest-rank percentiles in the unit of the values."""
    ranked = sorted(values)
    return {
        f"p{percent}_ms": round(ranked[max(0, -(-len(ranked) * percent // 100) - 1)], 1)
        for percent in (50, 95, 99)
        if ranked
    }


def basket(n: int) -> list[tuple[str, int, Decimal]]:
    """Three articles (SKU, pieces, gross price), other ones for each of 24 orders in a row."""
    plenty = [product for product in merchant.assortment().values() if not product.scarce]
    chosen = plenty[:SELLABLE]
    products = [chosen[(n + line * 7) % SELLABLE] for line in range(LINES)]
    return [(product.sku, 1 + at % 2, product.price) for at, product in enumerate(products)]


def order(number: str, lines: Sequence[tuple[str, int, Decimal]]) -> Json:
    """An order that passes all checks, paid to the cent; each buyer lives in a house of its own,
    since many orders to one address are suspicious."""
    goods = sum((price * pieces for _, pieces, price in lines), Decimal(0))
    return {
        "external_number": number,
        "placed_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "currency": "EUR",
        "price_mode": "gross",
        "customer": {
            **BUYER,
            "id": f"C-{number}",
            "email": f"aenne+{number.lower()}@post.example",
        },
        "billing_address": {**HOME, "line1": f"Ringstr. {number}"},
        "shipping_address": None,
        "lines": [
            {"number": str(at), "sku": sku, "quantity": pieces, "unit_price": str(price)}
            for at, (sku, pieces, price) in enumerate(lines, 1)
        ],
        "shipping": {"method": "standard", "price": str(SHIPPING)},
        "payment": {
            "method": "paypal",
            "status": "authorised",
            "amount": str(goods + SHIPPING),
            "reference": f"PAY-{number}",
        },
        "delivery": {"partial_allowed": True},
        "note": None,
    }


def three_liners(run: str, orders: int) -> Iterator[Json]:
    """That many orders of three lines each."""
    return (order(f"{run}-{n:05d}", basket(n)) for n in range(orders))


@asynccontextmanager
async def shop(running: Running, width: int) -> AsyncIterator[httpx.AsyncClient]:
    """The shop's own client with `width` connections; it tries nothing twice."""
    limits = httpx.Limits(max_connections=width, max_keepalive_connections=width)
    async with httpx.AsyncClient(
        base_url=f"{running.api}/v1/",
        headers={
            "Authorization": f"Bearer {running.keys['shop']}",
            "Content-Type": "application/json",
        },
        limits=limits,
        timeout=60,
        trust_env=False,
    ) as client:
        yield client


async def place(client: httpx.AsyncClient, orders: Iterator[Json], width: int) -> Answers:
    """Post the orders, `width` at a time, each in its own request."""
    found = Answers()
    bodies = [(body["external_number"], json.dumps(body).encode()) for body in orders]

    async def post(numbered: tuple[str, bytes]) -> None:
        number, body = numbered
        sent = time.perf_counter()
        answer = await client.post("orders", content=body, headers={"Idempotency-Key": number})
        found.latencies_ms.append((time.perf_counter() - sent) * 1000)
        found.statuses[answer.status_code] += 1
        if answer.status_code == 202:
            found.ids.append(answer.json()["id"])

    began = time.perf_counter()
    await each(bodies, post, width)
    found.seconds = time.perf_counter() - began
    return found
