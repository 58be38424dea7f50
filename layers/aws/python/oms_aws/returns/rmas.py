"""Returns in DynamoDB: each with a log, found by shop, status and order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oms.returns.returning import due
from oms.returns.rma import RETURN_FORMATS, Return
from oms_aws.platform import keys, return_keys
from oms_aws.platform.aggregates import AggregateKind, Stored
from oms_aws.platform.table import Action, Table
from oms_aws.returns.by_shop import ByShop, found_by_shop


class StoredReturn(Stored[Return]):
    """A return as it was read."""

    @property
    def rma(self) -> Return:
        """The return."""
        return self.state


def _attributes(stored: StoredReturn, rma: Return) -> Mapping[str, Any]:
    return found_by_shop("RETURNS", rma, rma.announced_at, due(rma))


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


class DynamoReturns(ByShop[Return, StoredReturn]):
    """The returns of all shops."""

    kind = RETURN
    of = "RETURNS"

    def of_order(self, order: str) -> list[StoredReturn]:
        """The returns of an order, in the order in which they were announced."""
        rows = self._table.query(keys.order(order).pk, sk_prefix=return_keys.RETURNS)
        found = self.get_many(row["rma"] for row in rows)
        return sorted(found.values(), key=lambda each: (each.rma.announced_at, each.rma.id))
