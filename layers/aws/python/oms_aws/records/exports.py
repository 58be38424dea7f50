"""Exports in DynamoDB: each is an aggregate of its own, with a log like an order's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import msgspec

from oms.billing.books import Voucher
from oms.billing.invoice import Invoice
from oms.billing.posting import voucher_of
from oms.orders.advances import Advance, place_of
from oms.records.export import EXPORT_FORMATS, Export, months
from oms.records.prepaid import booked_on, voucher_of_step
from oms.records.reductions import Reduction
from oms.tax.exchange import EURO
from oms_aws.orders.open_items import DynamoOpenItems
from oms_aws.platform import indexes, keys
from oms_aws.platform.aggregates import AggregateKind, AggregateStore, Stored
from oms_aws.platform.attributes import unpacked


class StoredExport(Stored[Export]):
    """An export as it was read."""

    @property
    def export(self) -> Export:
        """The export."""
        return self.state


def _attributes(_: StoredExport, export: Export) -> Mapping[str, Any]:
    return {"gsi1pk": indexes.exports_of(export.shop), "gsi1sk": export.id}


EXPORT: AggregateKind[Export, StoredExport] = AggregateKind(
    name="export",
    noun="export",
    formats=EXPORT_FORMATS,
    stored=StoredExport,
    key=keys.export,
    attributes=_attributes,
)


class DynamoExports(AggregateStore[Export, StoredExport]):
    """The exports of all shops, and the documents that they are made of."""

    kind = EXPORT

    def listed(self, shop: str, *, after: str = "", limit: int = 50) -> list[Export]:
        """A shop's exports, newest first, behind the export id `after`."""
        found = self._listed(indexes.exports_of(shop), after=after, limit=limit, newest=True)
        return [stored.export for _, stored in found]

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
        others = [stored.export for _, stored in self._listed(indexes.exports_of(export.shop))]
        found = []
        for month in months(export.since, export.asked_on):
            for item in self._table.listed("gsi1", indexes.advances_of(export.shop, month)):
                advance = msgspec.json.decode(item["body"], type=Advance)
                day = booked_on(advance, others)
                if advance.at < export.asked_at and export.since <= day <= export.until:
                    found.append((day, advance))
        found.sort(key=lambda each: (each[0], each[1].at, each[1].id))
        return [self._step(advance, day) for day, advance in found]

    def _step(self, advance: Advance, day: date) -> Voucher:
        deposit = self._voucher(advance.document)
        notes = [self._voucher(note) for note in advance.notes]
        earlier = []
        if deposit.currency != EURO:
            count = place_of(advance.id) - 1
            items = DynamoOpenItems(self._table)
            earlier = items.advances(advance.order, advance.document, count)
        return voucher_of_step(advance, deposit, notes, day, earlier)

    def _voucher(self, document: str) -> Voucher:
        item = self._table.get(keys.document(document))
        assert item
        return voucher_of(document, msgspec.json.decode(unpacked(item["body"]), type=Invoice))
