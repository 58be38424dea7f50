"""Warehouses that pack and ship what they are offered, and the carrier that takes it from there."""

from __future__ import annotations

import random
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from local.player.answers import Fulfilment, Share
from local.player.client import Desks
from local.player.crowd import each
from local.player.wire import Problem

Json = dict[str, Any]

HEAVIEST = 31_500
"""Grams that a carrier takes in one parcel."""
RECALLED_MEANWHILE = "recall open"
"""The problem of packing what was recalled after it was listed; the next round answers it."""
ROUTE = ("picked_up", "in_transit", "out_for_delivery", "delivered")


@dataclass
class Warehouse:
    """One warehouse; it works on the orders that are ours and leaves all others alone.

    `parcels` says how a fulfilment is packed; `carrier` is told the tracking number of each parcel.
    What is recalled while it is here is given back.
    """

    desks: Desks
    location: str
    ours: Container[str]
    parcels: Callable[[Fulfilment], list[Json]]
    carrier: Carrier
    shipped: int = 0
    given_back: int = 0
    troubles: list[str] = field(default_factory=list)

    async def work(self) -> int:
        """Give back what is recalled, pack and ship the rest; how many fulfilments that were."""
        before = self.shipped + self.given_back
        for status in ("packed", "released"):
            waiting = self.desks.wms.fulfilments(self.location, status)
            mine = [offer async for offer in waiting if offer.external_number in self.ours]
            await each(mine, self._send)
        return self.shipped + self.given_back - before

    async def _send(self, offer: Fulfilment) -> None:
        wms = self.desks.wms
        try:
            if offer.recalled:
                offer = await wms.answer_recall(offer.id, "accepted", "back on the shelf")
                self.given_back += 1
            if offer.status == "cancelled":
                return
            if offer.status == "released":
                offer = await wms.pack(offer.id, self.parcels(offer))
            numbers = [self._tracking_number(offer, n) for n, _ in enumerate(offer.parcels)]
            await wms.ship(offer.id, self.carrier.name, numbers)
            self.shipped += 1
            for number in numbers:
                await self.carrier.take(number)
        except Problem as problem:
            if problem.title != RECALLED_MEANWHILE:
                self.troubles.append(f"{offer.id}: {problem}")

    def _tracking_number(self, offer: Fulfilment, parcel: int) -> str:
        return f"{offer.id.removeprefix('ful_').upper()}-{parcel + 1}"


@dataclass
class Carrier:
    """Carries parcels and reports each with signed scans, told by `tell`."""

    desks: Desks
    name: str
    route: Callable[[str], Sequence[str]]
    scans: int = 0
    troubles: list[str] = field(default_factory=list)

    async def take(self, number: str) -> None:
        """Scan a parcel all along its route, in the order and as often as the route says."""
        start = datetime.now(UTC)
        for status in self.route(number):
            at = start + timedelta(milliseconds=ROUTE.index(status))
            scan = {
                "tracking_number": number,
                "status": status,
                "occurred_at": at.isoformat(),
                "location": "Paketzentrum Lauenau" if status == "in_transit" else None,
                "text": None,
            }
            try:
                await self.desks.carrier.scan(self.name, self.desks.carrier_secret, scan)
                self.scans += 1
            except Problem as problem:
                self.troubles.append(f"{number} {status}: {problem}")


def straight(_: str) -> Sequence[str]:
    """A route that reports nothing but the delivery."""
    return ROUTE[-1:]


def winding(chance: random.Random) -> Callable[[str], Sequence[str]]:
    """Routes on which scans are now and then doubled, late or out of order."""

    def route(_: str) -> Sequence[str]:
        scans = list(ROUTE)
        if chance.random() < 0.3:
            scans.insert(0, scans[chance.randrange(3)])
        if chance.random() < 0.3:
            chance.shuffle(scans)
        if chance.random() < 0.2:
            scans.append(scans[-1])
        return scans

    return route


def one_parcel(offer: Fulfilment) -> list[Json]:
    """Everything in one parcel, 200 g a piece, never heavier than a carrier takes."""
    pieces = sum(share.quantity for share in offer.lines)
    return [{"weight_g": min(200 * pieces, HEAVIEST), "lines": None}]


def by_weight(weigh: Callable[[str], int], heaviest: int = 15_000) -> Callable[..., list[Json]]:
    """Parcels filled in line order, none heavier than `heaviest` grams unless one piece is."""

    def parcels(offer: Fulfilment) -> list[Json]:
        filled = list(_fill(offer.lines, weigh, heaviest))
        if len(filled) == 1:
            return [{"weight_g": filled[0][0], "lines": None}]
        return [
            {
                "weight_g": weight,
                "lines": [{"number": n, "quantity": q} for n, q in pieces.items()],
            }
            for weight, pieces in filled
        ]

    return parcels


def _fill(
    shares: Sequence[Share], weigh: Callable[[str], int], heaviest: int
) -> Iterator[tuple[int, dict[str, int]]]:
    weight, pieces = 0, dict[str, int]()
    for share in shares:
        for _ in range(share.quantity):
            piece = weigh(share.sku)
            if pieces and weight + piece > heaviest:
                yield weight, pieces
                weight, pieces = 0, {}
            weight += piece
            pieces[share.number] = pieces.get(share.number, 0) + 1
    yield weight, pieces
