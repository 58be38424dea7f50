"""Purchase orders in DynamoDB: their lines by SKU and day, and goods that come as stock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from oms.core.refusals import NotNow, Refusal
from oms.sourcing.backorder import Incoming
from oms.sourcing.purchase import (
    PURCHASE_FORMATS,
    Purchase,
    PurchaseLine,
    Receipt,
    not_added,
    received,
    reordered,
    told,
)
from oms_aws.platform import indexes, keys
from oms_aws.platform.aggregates import AggregateKind, AggregateStore, Conflict, Stored
from oms_aws.platform.log import Saved, VersionDiffers
from oms_aws.platform.table import MOST_ACTIONS, Action, Table
from oms_aws.sourcing.counting import Counting
from oms_aws.sourcing.stock import DynamoStock

STORE_TRIES = 5


class StoredPurchase(Stored[Purchase]):
    """A purchase order as it was read."""

    @property
    def purchase(self) -> Purchase:
        """The purchase order."""
        return self.state


class Expected(NamedTuple):
    """A line of a purchase order of which pieces are still to come."""

    purchase: str
    location: str
    line: PurchaseLine


def _lines(table: Table, known: Purchase | None, after: Purchase) -> Iterator[Action]:
    """Writes of the lines that have changed; of one that is left out nothing is to come."""
    before = {line.number: _open(known, line) for line in known.lines} if known else {}
    wanted = {line.number: _open(after, line) for line in after.lines}
    gone = {n: replace(line, quantity=line.received) for n, line in before.items()}
    for number, line in {**gone, **wanted}.items():
        if before.get(number) != line:
            place = keys.purchase_line(after.id, number)
            yield table.put(place, line_attributes(after, line))


PURCHASE: AggregateKind[Purchase, StoredPurchase] = AggregateKind(
    name="purchase",
    noun="purchase order",
    formats=PURCHASE_FORMATS,
    stored=StoredPurchase,
    key=keys.purchase,
    attributes=lambda *_: {},
    projections=_lines,
)


class DynamoPurchases(AggregateStore[Purchase, StoredPurchase]):
    """The purchase orders of the merchant."""

    kind = PURCHASE

    def __init__(
        self,
        table: Table,
        stock: DynamoStock,
        now: Callable[[], datetime],
        new_id: Callable[[str], str],
    ) -> None:
        super().__init__(table, now, new_id)
        self._stock = stock

    def expected(self, sku: str, *, also: Purchase | None = None) -> list[Expected]:
        """Lines of a SKU that are still to come, the earliest first.

        `also` is a purchase order that has just changed: the index may not have it yet.
        """
        rows = list(self._table.listed("gsi1", indexes.incoming(sku)))
        items = self._table.get_many(keys.Key(row["pk"], row["sk"]) for row in rows)
        found = {(each.purchase, each.line.number): each for each in map(_expected, items)}
        if also:
            for line in also.lines:
                found[also.id, line.number] = Expected(also.id, also.location, _open(also, line))
        fitting = [e for e in found.values() if e.line.sku == sku and e.line.missing]
        return sorted(fitting, key=lambda each: (each.line.expected_on, each.purchase))

    def incoming(
        self, sku: str, *, also: Purchase | None = None, without: Collection[str] = ()
    ) -> list[Incoming]:
        """Pieces of a SKU that come, by day; `without` those that come to some locations."""
        coming = [each for each in self.expected(sku, also=also) if each.location not in without]
        return [Incoming(each.line.expected_on, each.line.missing) for each in coming]

    def store(
        self, wanted: Purchase, by: Saved, *, if_version: int | None = None
    ) -> StoredPurchase:
        """Store a purchase order as it is wanted now; raises Refusal, VersionDiffers and NotNow."""
        for _ in range(STORE_TRIES):
            seen = self.known(wanted.id) or self.kind.new(wanted)
            if if_version not in (None, seen.version):
                raise VersionDiffers(seen.version)
            known = seen.purchase if seen.version else None
            if done := self._written(seen, known, reordered(known, wanted), by):
                return done
        raise NotNow(f"the purchase order {wanted.id} is being changed by many at once")

    def receive(self, id: str, receipt: Receipt, by: Counting, actor: Saved) -> StoredPurchase:
        """Take goods that have come; the shelf holds more at once, and its log says why.

        Goods that came before their location was counted last are in that count already, and only
        taken from what is expected. Raises Unknown, Refusal and NotNow.
        """
        for _ in range(STORE_TRIES):
            seen = self.get(id)
            known = seen.purchase
            after = received(known, receipt)
            if after == known:
                return seen
            gains: dict[str, int] = {}
            for number, n in receipt.lines.items():
                sku = known.line(number).sku
                gains[sku] = gains.get(sku, 0) + n
            actions, later = self._stock.gained(gains, by)
            also = actor._replace(also=(*actor.also, *actions))
            if done := self._written(seen, known, not_added(after, later), also):
                return done
        raise NotNow(f"the purchase order {id} is being changed by many at once")

    def _written(
        self, seen: StoredPurchase, known: Purchase | None, after: Purchase, by: Saved
    ) -> StoredPurchase | None:
        """The purchase order once it is stored as it is then; None when somebody was faster."""
        if after == known:
            return seen
        prepared = self.prepared(seen, told(known, after, at=self._now()), by)
        if len(prepared.actions) > MOST_ACTIONS:
            text = "It changes more than one transaction holds; take it in with fewer lines."
            raise Refusal("receipt_too_large", text)
        try:
            return self.write(prepared)
        except Conflict:
            return None


def _open(purchase: Purchase | None, line: PurchaseLine) -> PurchaseLine:
    """The line, of which nothing is to come once its purchase order is cancelled."""
    if purchase is not None and purchase.cancelled:
        return replace(line, quantity=min(line.quantity, line.received))
    return line


def line_attributes(purchase: Purchase, line: PurchaseLine) -> dict[str, Any]:
    """The attributes of a purchase line's item, found by its SKU while pieces are to come."""
    attributes = {
        "kind": "purchase_line",
        "purchase": purchase.id,
        "location": purchase.location,
        "line": msgspec.json.encode(line).decode(),
    }
    if line.missing:
        attributes |= {
            "gsi1pk": indexes.incoming(line.sku),
            "gsi1sk": f"{line.expected_on}#{purchase.id}#{line.number}",
        }
    return attributes


def _expected(item: dict[str, Any]) -> Expected:
    line = msgspec.json.decode(item["line"], type=PurchaseLine)
    return Expected(item["purchase"], item["location"], line)
