"""Bundles: what the pieces of an order line take from stock, and how many of them stock covers."""

from __future__ import annotations

from collections.abc import Mapping

from oms.orders.lines import Line, Pieces
from oms.orders.order import Order

WITHOUT_STOCK = ("digital", "service")
"""Kinds of products of which nothing lies on a shelf."""

Parts = Mapping[str, int]
"""SKU -> pieces."""


def parts(line: Line) -> dict[str, int]:
    """Stock that one piece of a line takes, by SKU: itself, or its components if a bundle."""
    if line.nature.kind in WITHOUT_STOCK:
        return {}
    taken: dict[str, int] = {}
    for component in line.nature.components:
        taken[component.sku] = taken.get(component.sku, 0) + component.quantity
    return taken or {line.sku: 1}


def demand(order: Order, pieces: Pieces) -> dict[str, int]:
    """Stock that pieces of an order's lines take, by SKU."""
    taken: dict[str, int] = {}
    for line in order.lines:
        if n := pieces.get(line.number, 0):
            for sku, each in parts(line).items():
                taken[sku] = taken.get(sku, 0) + n * each
    return taken


def stock_skus(order: Order) -> tuple[str, ...]:
    """The SKUs of which the order takes pieces from stock."""
    return tuple(dict.fromkeys(sku for line in order.lines for sku in parts(line)))


def recipes(order: Order) -> dict[str, dict[str, int]]:
    """The parts of each bundle in the order, by the bundle's SKU."""
    return {line.sku: parts(line) for line in order.lines if line.nature.components}


def covered(order: Order, wanted: Pieces, supply: Parts) -> Pieces:
    """As many of the wanted pieces as a supply covers, in line order, each bundle piece whole."""
    rest = dict(supply)
    pieces: Pieces = {}
    for line in order.lines:
        needs = parts(line)
        take = wanted.get(line.number, 0)
        for sku, each in needs.items():
            take = min(take, max(0, rest.get(sku, 0)) // each)
        if take and needs:
            pieces[line.number] = take
            for sku, each in needs.items():
                rest[sku] -= take * each
    return pieces


def without(pieces: Pieces, less: Pieces) -> Pieces:
    """The pieces that remain when some of them are taken away, lines without any left out."""
    return {
        number: n - less.get(number, 0) for number, n in pieces.items() if n > less.get(number, 0)
    }


def less(supply: Parts, taken: Parts) -> dict[str, int]:
    """Rest of a supply."""
    return {sku: n - taken.get(sku, 0) for sku, n in supply.items()}
