"""Purchase orders in DynamoDB: their lines by SKU and day, and goods that come as stock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from oms.core.events import GENESIS, LogEntry, chained
from oms.core.refusals import NotNow, Refusal, Unknown
from oms.sourcing.backorder import Incoming
from oms.sourcing.purchase import Purchase, PurchaseLine, Receipt, not_added, received, reordered
from oms_aws.platform import indexes, keys
from oms_aws.platform.log import Saved, VersionDiffers, event_action
from oms_aws.platform.table import MOST_ACTIONS, Action, ConditionFailed, Table
from oms_aws.sourcing.counting import Counting
from oms_aws.sourcing.stock import DynamoStock

STORE_TRIES = 5


class Expected(NamedTuple):
    """A line of a purchase order of which pieces are still to come."""

    purchase: str
    location: str
    line: PurchaseLine


class DynamoPurchases:
    """The purchase orders of the merchant."""

    def __init__(
        self,
        table: Table,
        stock: DynamoStock,
        now: Callable[[], datetime],
        new_id: Callable[[str], str],
    ) -> None:
        self._table = table
        self._stock = stock
        self._now = now
        self._new_id = new_id

    def get(self, id: str) -> Purchase:
        """The purchase order; raises Unknown."""
        purchase = self._read(id)
        if purchase is None:
            raise Unknown("purchase_unknown", f"There is no purchase order {id}.")
        return purchase

    def _read(self, id: str) -> Purchase | None:
        item = self._table.get(keys.purchase(id))
        return stored_purchase(item) if item else None

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

    def incoming(self, sku: str, *, also: Purchase | None = None) -> list[Incoming]:
        """Pieces of a SKU that come, by day."""
        coming = self.expected(sku, also=also)
        return [Incoming(each.line.expected_on, each.line.missing) for each in coming]

    def store(self, wanted: Purchase, by: Saved, *, if_version: int | None = None) -> Purchase:
        """Store a purchase order as it is wanted now; raises Refusal, VersionDiffers and NotNow."""

        def once(known: Purchase | None) -> tuple[Purchase, list[Action]]:
            seen = known.version if known else 0
            if if_version is not None and if_version != seen:
                raise VersionDiffers(seen)
            return reordered(known, wanted), []

        return self._change(wanted.id, once, by)

    def receive(self, id: str, receipt: Receipt, by: Counting, actor: Saved) -> Purchase:
        """Take goods that have come; the shelf holds more at once, and its log says why.

        Goods that came before their location was counted last are in that count already, and only
        taken from what is expected. Raises Unknown, Refusal and NotNow.
        """

        def once(known: Purchase | None) -> tuple[Purchase, list[Action]]:
            if known is None:
                raise Unknown("purchase_unknown", f"There is no purchase order {id}.")
            after = received(known, receipt)
            if after == known:
                return known, []
            gains: dict[str, int] = {}
            for number, n in receipt.lines.items():
                sku = known.line(number).sku
                gains[sku] = gains.get(sku, 0) + n
            actions, later = self._stock.gained(gains, by)
            return not_added(after, later), actions

        return self._change(id, once, actor)

    def _change(
        self,
        id: str,
        once: Callable[[Purchase | None], tuple[Purchase, list[Action]]],
        by: Saved,
    ) -> Purchase:
        for _ in range(STORE_TRIES):
            known = self._read(id)
            after, also = once(known)
            if after == known:
                return known
            event = self._event(known, after, by)
            stored = replace(
                after,
                version=after.version + 1,
                sequence=event.sequence,
                hash=event.hash,
            )
            writes = [*self._writes(known, stored), event_action(self._table, event), *also]
            if len(writes) > MOST_ACTIONS:
                text = "It changes more than one transaction holds; take it in with fewer lines."
                raise Refusal("receipt_too_large", text)
            try:
                self._table.write(writes)
            except ConditionFailed:
                continue
            return stored
        raise NotNow(f"the purchase order {id} is being changed by many at once")

    def _writes(self, known: Purchase | None, stored: Purchase) -> Iterator[Action]:
        key, attributes = keys.purchase(stored.id), purchase_attributes(stored)
        if known is None:
            yield self._table.put(key, attributes, unless_exists=True)
        else:
            yield self._table.put_if(key, attributes, version=known.version)
        before = {line.number: _open(known, line) for line in known.lines} if known else {}
        after = {line.number: _open(stored, line) for line in stored.lines}
        gone = {n: replace(line, quantity=line.received) for n, line in before.items()}
        for number, line in {**gone, **after}.items():
            if before.get(number) != line:
                place = keys.purchase_line(stored.id, number)
                yield self._table.put(place, line_attributes(stored, line))

    def _event(self, known: Purchase | None, after: Purchase, by: Saved) -> LogEntry:
        skus = dict.fromkeys((*(known.skus if known else ()), *after.skus))
        fresh = known is None or len(after.receipts) > len(known.receipts)
        data: dict[str, Any] = {
            "news": "Incoming.Changed",
            "purchase": after.id,
            "location": after.location,
            "status": after.status,
            "skus": list(skus),
            "receipt": after.receipts[-1].number if fresh and after.receipts else None,
            "at": self._now(),
        }
        event = LogEntry(
            id=self._new_id("evt"),
            type="Incoming.Changed",
            aggregate=f"purchase/{after.id}",
            shop="",
            sequence=after.sequence + 1,
            at=self._now(),
            actor=by.actor,
            cause=by.cause,
            data=msgspec.Raw(msgspec.json.encode(data)),
        )
        return chained(event, after.hash or GENESIS)


def _open(purchase: Purchase | None, line: PurchaseLine) -> PurchaseLine:
    """The line, of which nothing is to come once its purchase order is cancelled."""
    if purchase is not None and purchase.cancelled:
        return replace(line, quantity=min(line.quantity, line.received))
    return line


def purchase_attributes(purchase: Purchase) -> dict[str, Any]:
    """The attributes of a purchase order's item."""
    return {
        "kind": "purchase",
        "version": purchase.version,
        "body": msgspec.json.encode(purchase).decode(),
    }


def stored_purchase(item: dict[str, Any]) -> Purchase:
    """The purchase order in a table item."""
    return msgspec.json.decode(item["body"], type=Purchase)


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
