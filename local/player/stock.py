"""Fills the shelves through the API, whatever earlier runs have left there or promised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from local.player import answers
from local.player.client import Desks
from local.player.crowd import each

Shelves = Mapping[str, int]
"""Location -> pieces."""

ROWS = 250
ASKED = 100


async def open_stock(desks: Desks, wanted: Mapping[str, Shelves]) -> dict[str, str]:
    """Count stock so that of every SKU exactly the wanted pieces can be promised.

    Returns the SKUs that were refused, with the reason.
    """
    known = await _known(desks, list(wanted))
    counts: dict[str, dict[str, int]] = {}
    for sku, shelves in wanted.items():
        for location, pieces in opening(known.get(sku), shelves).items():
            counts.setdefault(location, {})[sku] = pieces
    refused: dict[str, str] = {}
    now = datetime.now(UTC)
    for location, counted in counts.items():
        for skus in _chunks(list(counted), ROWS):
            rows = {sku: counted[sku] for sku in skus}
            refused |= await desks.wms.count_stock(location, now, rows)
    return refused


def opening(stock: answers.Stock | None, wanted: Shelves) -> dict[str, int]:
    """Pieces to count per location: those wanted, and those that are spoken for already."""
    if stock is None:
        return dict(wanted)
    shelves = {location: stock.locations.get(location) for location in wanted}
    counts = {
        location: wanted[location] + (shelf.hard + shelf.safety if shelf else 0)
        for location, shelf in shelves.items()
    }
    first = next(iter(counts), None)
    if first is not None:
        counts[first] += stock.soft + stock.backordered
    return counts


async def _known(desks: Desks, skus: Sequence[str]) -> dict[str, answers.Stock]:
    """The stock of those SKUs that lie, or lay, on some shelf."""
    promises = await each(_chunks(skus, ASKED), desks.shop.availability, width=2)
    shelved = [promise.sku for page in promises for promise in page if promise.locations]
    found = await each(shelved, desks.wms.stock)
    return {stock.sku: stock for stock in found if stock}


def _chunks(skus: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (skus[start : start + size] for start in range(0, len(skus), size))
