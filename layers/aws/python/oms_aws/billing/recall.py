"""Recall: numbers that stand on archived papers come back into a table that forgot them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from oms.billing.counterfoil import Counterfoil
from oms.billing.numbering import Range
from oms_aws.billing.counterfoils import S3Counterfoils
from oms_aws.billing.debtors import known_action
from oms_aws.billing.documents import S3Documents
from oms_aws.billing.numbers import DynamoNumbers, Number
from oms_aws.billing.turnover import DynamoTurnover, Seen, seller_of
from oms_aws.master.catalogue import DynamoCatalogue
from oms_aws.platform import keys
from oms_aws.platform.table import Action, ConditionFailed, Table
from oms_aws.platform.ttl_cache import TtlCache

TOGETHER = 20
"""The most numbers of one transaction: each is an entry and a record."""

SECONDS = 60
"""So long a process trusts that no paper is ahead of a range: no table is restored faster."""

UNUSED = "dealt before the table was restored, and on no archived paper"


class Stores(NamedTuple):
    """Stores that numbers, documents and sales are read from and written to."""

    table: Table
    numbers: DynamoNumbers
    documents: S3Documents
    counterfoils: S3Counterfoils
    turnover: DynamoTurnover
    catalogue: DynamoCatalogue


class Recall:
    """Memory of the archive for numbers, for whoever deals the next one.

    A table that was restored to an earlier time has forgotten numbers that are on paper. Before the
    range goes on they are entered again, with the records of their documents: such a document is
    issued again as it was when its order comes to it, else it stays on record by itself. A number
    between them that is on no paper is entered as unused, with the reason.
    """

    def __init__(self, stores: Stores, now: Callable[[], datetime]) -> None:
        self._stores = stores
        self._now = now
        self._checked = TtlCache(now, seconds=SECONDS)

    def last(self, range: Range) -> int:
        """The last number that a document of the range has, in the table or on paper."""
        known = self._stores.numbers.last(range.name)
        if self._checked.still([range.name]):
            return known
        last = self.back(range.name, known)
        self._checked.keep(range.name, True)
        return last

    def back(self, range: str, known: int) -> int:
        """Enter again what stands on paper behind the last known number; answers the new last."""
        papers = {each.number: each for each in self._stores.counterfoils.beyond(range, known)}
        if not papers:
            return known
        forgotten = list(_between(known, max(papers)))
        for start in _steps(forgotten):
            some = forgotten[start : start + TOGETHER]
            try:
                self._enter(range, known, some, papers)
            except ConditionFailed:  # another one does the same: see how far it has come
                return self.back(range, self._stores.numbers.last(range))
            known = some[-1]
        return known

    def again(self, found: Sequence[Counterfoil]) -> None:
        """Enter again what is missing of numbers that the range has passed."""
        for each in found:
            with suppress(ConditionFailed):  # another one did the same
                self._stores.table.write(self._entered(each))

    def debtors(self, shop: str, customers: Sequence[str]) -> None:
        """Enter again whose accounts were dealt, in the order of their places."""
        item = self._stores.table.get(keys.debtors(shop))
        with suppress(ConditionFailed):  # an export did the same
            self._stores.table.write([known_action(self._stores.table, shop, customers, item)])

    def _enter(
        self, range: str, known: int, some: Sequence[int], papers: dict[int, Counterfoil]
    ) -> None:
        actions: list[Action] = [self._stores.numbers.moved(range, known, some[-1])]
        sales: dict[tuple[str, int], Seen] = {}
        for number in some:
            if paper := papers.get(number):
                actions += self._entered(paper, sales)
            else:
                actions.append(self._stores.numbers.unused(range, number, UNUSED))
        actions += [self._stores.turnover.moved(seen) for seen in sales.values()]
        self._stores.table.write(actions)

    def _entered(
        self, paper: Counterfoil, sales: dict[tuple[str, int], Seen] | None = None
    ) -> list[Action]:
        """The entry of a number, and its document's record, counting what it sold abroad."""
        there = self._stores.table.get(keys.document(paper.document))
        if there and there["text"] != paper.text:
            reason = f"on an earlier paper of {paper.document}, issued anew as {there['text']}"
            return [self._stores.numbers.unused(paper.range, paper.number, reason, paper.text)]
        number = Number(paper.range, paper.number, paper.text)
        actions = [self._stores.numbers.entry(number, paper.document)]
        if there:
            return actions
        actions.append(self._stores.documents.recalled(paper, self._now()))
        net, kind = paper.snapshot.distance_sales, paper.snapshot.kind
        if net and kind != "collective":
            own = sales if sales is not None else {}
            shop = self._stores.catalogue.cached_shop(paper.shop)
            place = seller_of(shop), paper.snapshot.supplied_on.year
            seen = own.get(place) or self._stores.turnover.seen(shop, place[1])
            own[place] = seen.adding(net, shop)
            if sales is None:
                actions.append(self._stores.turnover.moved(own[place]))
        return actions


def _between(known: int, last: int) -> range:
    return range(known + 1, last + 1)


def _steps(some: Sequence[int]) -> range:
    return range(0, len(some), TOGETHER)
