"""Which pieces of which orders a cancelling document of the file means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from local.player.answers import Order
from local.player.retail import Document, Row

Pieces = dict[str, dict[str, int]]
"""Order id -> line number -> pieces."""


class NotApplied(Exception):
    """A row that says nothing the system can do; `reason` is a stable code in snake_case."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass
class Purchases:
    """What customers bought of the articles that somebody cancels, oldest first."""

    wanted: set[tuple[str, str]]
    made: dict[tuple[str, str], list[tuple[datetime, str, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def add(self, order: str, document: Document) -> None:
        for row in document.goods:
            if row.customer and (row.customer, row.sku) in self.wanted:
                self.made[row.customer, row.sku].append((row.at, order, row.quantity))

    def before(self, row: Row) -> list[str]:
        """Orders that the row may mean, the latest first. Raises NotApplied."""
        if row.carriage:
            raise NotApplied("carriage_cannot_be_cancelled")
        if row.customer is None:
            raise NotApplied("no_customer")
        earlier = [made for made in self.made[row.customer, row.sku] if made[0] <= row.at]
        if not earlier:
            raise NotApplied("no_earlier_order")
        if sum(quantity for _, _, quantity in earlier) < row.quantity:
            raise NotApplied("more_than_was_ordered")
        return list(dict.fromkeys(order for _, order, _ in sorted(earlier, reverse=True)))

    def orders(self) -> Iterator[str]:
        return iter({order for made in self.made.values() for _, order, _ in made})


def pieces_meant(row: Row, orders: list[str], order: Callable[[str], Order]) -> Pieces:
    """The pieces to cancel for a row, all of them or none. Raises NotApplied."""
    rest, meant = row.quantity, Pieces()
    for id in orders:
        for line in order(id).lines:
            take = min(rest, line.quantities.cancellable) if line.sku == row.sku else 0
            if take:
                meant.setdefault(id, {})[line.number] = take
                rest -= take
    if rest:
        raise NotApplied("already_with_the_warehouse")
    return meant
