"""Numbers and distance sales that the documents of a transaction take from counters in turn."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from oms.billing.numbering import Range
from oms.master.shop import Shop
from oms.tax.threshold import Watch
from oms_aws.billing.numbers import DynamoNumbers, Number
from oms_aws.billing.turnover import DynamoTurnover, Seen, seller_of
from oms_aws.platform.table import Action


class Sale(NamedTuple):
    """Sales that a document adds to those of a year, net in EUR; a credit takes away."""

    shop: Shop
    year: int
    net: Decimal


class CounterBatch:
    """The counters of a transaction: each is read once, and moved once for all its documents.

    `last` finds the last number of a range, whether the table or only an archived paper has it.
    """

    def __init__(
        self, numbers: DynamoNumbers, turnover: DynamoTurnover, last: Callable[[Range], int]
    ) -> None:
        self._numbers = numbers
        self._find_last = last
        self._turnover = turnover
        self._seen: dict[str, int] = {}
        self._last: dict[str, int] = {}
        self._years: dict[tuple[str, int], Seen] = {}
        self._moved: set[tuple[str, int]] = set()

    def number(self, range: Range) -> Number:
        """The number behind those that are taken: the next document's, if it is added."""
        if range.name not in self._last:
            self._seen[range.name] = self._last[range.name] = self._find_last(range)
        value = self._last[range.name] + 1
        return Number(range.name, value, range.text(value))

    def sales(self, shop: Shop, year: int) -> Watch:
        """The distance sales of a year and the one before, with those that are taken."""
        watch = self._year(shop, year).watch
        before = self._years.get((seller_of(shop), year - 1))
        return Watch(this=watch.this, last=before.watch.this if before else watch.last)

    def add(self, number: Number | None, sale: Sale | None) -> None:
        """Take a number, and count a sale."""
        if number:
            self._last[number.range] = number.value
        if sale:
            place = seller_of(sale.shop), sale.year
            self._years[place] = self._year(sale.shop, sale.year).adding(sale.net, sale.shop)
            self._moved.add(place)

    def moves(self) -> list[Action]:
        """The actions that move the counters; they fail when others moved them meanwhile."""
        numbers = [
            self._numbers.moved(range, self._seen[range], last)
            for range, last in self._last.items()
            if last != self._seen[range]
        ]
        return [
            *numbers,
            *(self._turnover.moved(self._years[each]) for each in sorted(self._moved)),
        ]

    def written(self) -> None:
        """The moves are written: what follows goes on from there."""
        self._seen = dict(self._last)
        for place in self._moved:
            self._years[place] = self._years[place].written()
        self._moved.clear()

    def _year(self, shop: Shop, year: int) -> Seen:
        place = seller_of(shop), year
        if place not in self._years:
            self._years[place] = self._turnover.seen(shop, year)
        return self._years[place]
