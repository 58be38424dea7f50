"""Exports in DynamoDB: each is an aggregate of its own, with a log like an order's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from oms.billing.books import Voucher
from oms.billing.invoice import Invoice
from oms.billing.posting import voucher_of
from oms.core.events import GENESIS, LogEntry, chained
from oms.core.refusals import Unknown
from oms.orders.advances import Advance
from oms.records.export import Export, ExportNews, ExportRequested, apply, months
from oms.records.prepaid import booked_on, voucher_of_step
from oms.records.reductions import Reduction
from oms_aws.platform import indexes, keys
from oms_aws.platform.attributes import unpacked
from oms_aws.platform.log import Saved, event_action
from oms_aws.platform.table import Action, Table


class StoredExport(NamedTuple):
    """An export as it was read, and where its log ends."""

    export: Export
    sequence: int
    hash: str


class DynamoExports:
    """The exports of all shops, and the documents that they are made of."""

    def __init__(
        self, table: Table, now: Callable[[], datetime], new_id: Callable[[str], str]
    ) -> None:
        self._table = table
        self._now = now
        self._new_id = new_id

    def ask(self, export: Export, by: Saved) -> None:
        """Put a new export on record; raises ConditionFailed when it, or `by.also`, is there."""
        self._save(StoredExport(export, 0, GENESIS), export, ExportRequested(export), by)

    def get(self, id: str) -> StoredExport:
        """The export with this id; raises Unknown."""
        item = self._table.get(keys.export(id))
        if item is None:
            raise Unknown("export_unknown", f"There is no export {id}.")
        return stored_export(item)

    def listed(self, shop: str, *, after: str = "", limit: int = 50) -> list[Export]:
        """A shop's exports, newest first, behind the export id `after`."""
        pk = indexes.exports_of(shop)
        found = self._table.listed("gsi1", pk, after=after, limit=limit, newest=True)
        return [stored_export(item).export for item in found]

    def finish(self, seen: StoredExport, news: ExportNews, by: Saved) -> None:
        """Put the outcome on record; raises ConditionFailed when somebody was faster."""
        self._save(seen, apply(seen.export, news), news, by)

    def invoices(self, export: Export) -> Iterator[tuple[str, Invoice]]:
        """The documents that the export covers, in the order of their days and numbers."""
        first, last = export.since.isoformat(), f"{export.until.isoformat()}~"
        for month in export.months:
            for item in self._table.listed("gsi1", indexes.documents_of(export.shop, month)):
                if first <= item["gsi1sk"] <= last:
                    id = item["pk"].partition("#")[2]
                    yield id, msgspec.json.decode(unpacked(item["body"]), type=Invoice)

    def reductions(self, export: Export) -> Iterator[tuple[Reduction, Invoice]]:
        """Reductions of invoices in the days of an export, each with its invoice."""
        first, last = export.since.isoformat(), f"{export.until.isoformat()}~"
        for month in export.months:
            for item in self._table.listed("gsi1", indexes.reductions_of(export.shop, month)):
                if first <= item["gsi1sk"] <= last:
                    reduction = msgspec.json.decode(item["body"], type=Reduction)
                    document = self._table.get(keys.document(reduction.document))
                    assert document
                    body = unpacked(document["body"])
                    yield reduction, msgspec.json.decode(body, type=Invoice)

    def advances(self, export: Export) -> list[Voucher]:
        """Taxed steps of deposits in an export, as we were told before it was asked for."""
        pk = indexes.exports_of(export.shop)
        others = [stored_export(i).export for i in self._table.listed("gsi1", pk)]
        found = []
        for month in months(export.since, export.asked_on):
            for item in self._table.listed("gsi1", indexes.advances_of(export.shop, month)):
                advance = msgspec.json.decode(item["body"], type=Advance)
                day = booked_on(advance, others)
                if advance.at < export.asked_at and export.since <= day <= export.until:
                    found.append((day, advance))
        found.sort(key=lambda each: (each[0], each[1].at, each[1].id))
        return [
            voucher_of_step(
                advance,
                self._voucher(advance.document),
                [self._voucher(note) for note in advance.notes],
                day,
            )
            for day, advance in found
        ]

    def _voucher(self, document: str) -> Voucher:
        item = self._table.get(keys.document(document))
        assert item
        return voucher_of(document, msgspec.json.decode(unpacked(item["body"]), type=Invoice))

    def _save(self, seen: StoredExport, export: Export, news: ExportNews, by: Saved) -> None:
        event = chained(
            LogEntry(
                id=self._new_id("evt"),
                type=str(type(news).__struct_config__.tag),
                aggregate=f"export/{export.id}",
                shop=export.shop,
                sequence=seen.sequence + 1,
                at=self._now(),
                actor=by.actor,
                cause=by.cause,
                data=msgspec.Raw(msgspec.json.encode(news)),
            ),
            seen.hash,
        )
        put = self._put(StoredExport(export, event.sequence, event.hash), seen.sequence)
        self._table.write([put, event_action(self._table, event), *by.also])

    def _put(self, stored: StoredExport, seen: int) -> Action:
        attributes: dict[str, Any] = {
            "kind": "export",
            "sequence": stored.sequence,
            "hash": stored.hash,
            "body": msgspec.json.encode(stored.export).decode(),
            "gsi1pk": indexes.exports_of(stored.export.shop),
            "gsi1sk": stored.export.id,
        }
        key = keys.export(stored.export.id)
        if seen == 0:
            return self._table.put(key, attributes, unless_exists=True)
        return self._table.put_if(key, attributes, sequence=seen)


def stored_export(item: dict[str, Any]) -> StoredExport:
    """The export in a table item, or in one of its index entry without its log's end."""
    export = msgspec.json.decode(item["body"], type=Export)
    return StoredExport(export, item.get("sequence", 0), item.get("hash", ""))
