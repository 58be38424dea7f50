"""Returns in DynamoDB: each with a log, found by shop, status and order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oms.returns.returning import due
from oms.returns.rma import RETURN_FORMATS, Return
from oms_aws.platform import indexes, keys, return_keys
from oms_aws.platform.aggregates import AggregateKind, AggregateStore, Stored
from oms_aws.platform.table import Action, Table


class StoredReturn(Stored[Return]):
    """A return as it was read."""

    @property
    def rma(self) -> Return:
        """The return."""
        return self.state


def _attributes(stored: StoredReturn, rma: Return) -> Mapping[str, Any]:
    found = due(rma)
    place = indexes.place(rma.announced_at, rma.id)
    return {
        "shop": rma.shop,
        "status": rma.status,
        "gsi1pk": indexes.returns_of(rma.shop),
        "gsi1sk": place,
        "gsi2pk": indexes.returns_in(rma.shop, rma.status),
        "gsi2sk": place,
        **indexes.clocked(rma.id, found[0].at if found else None),
    }


def _of_order(table: Table, before: Return | None, after: Return) -> Iterator[Action]:
    """The row by which an order knows its returns."""
    if before is None:
        yield table.put(
            return_keys.rma_of(after.order, after.id), {"kind": "goods_back", "rma": after.id}
        )


RETURN: AggregateKind[Return, StoredReturn] = AggregateKind(
    name="return",
    noun="return",
    formats=RETURN_FORMATS,
    stored=StoredReturn,
    key=return_keys.rma,
    attributes=_attributes,
    projections=_of_order,
)


class DynamoReturns(AggregateStore[Return, StoredReturn]):
    """The returns of all shops."""

    kind = RETURN

    def of_order(self, order: str) -> list[StoredReturn]:
        """The returns of an order, in the order in which they were announced."""
        rows = self._table.query(keys.order(order).pk, sk_prefix=return_keys.RETURNS)
        found = self.get_many(row["rma"] for row in rows)
        return sorted(found.values(), key=lambda each: (each.rma.announced_at, each.rma.id))

    def listed(
        self, shop: str, status: str, *, after: str, limit: int
    ) -> list[tuple[str, StoredReturn]]:
        """A shop's returns, all or those in a status, the newest first.

        Each comes with where a list goes on behind it.
        """
        pk = indexes.returns_in(shop, status) if status else indexes.returns_of(shop)
        index = "gsi2" if status else "gsi1"
        rows = [*self._table.listed(index, pk, after=after, limit=limit, newest=True)]
        places = {str(row["pk"]).partition("#")[2]: row[f"{index}sk"] for row in rows}
        found = self.get_many(places)
        return [(place, found[id]) for id, place in places.items() if id in found]
