"""Checks of returns: what came back is where it should be, and credited once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from oms.records.breach import Breach
from oms.records.return_invariants import accounted, credited, heard
from oms.returns.rma import Return
from oms_aws.records.proofs import each
from oms_aws.records.scanned import Snapshot
from oms_aws.returns.rmas import StoredReturn


def returns(found: Snapshot) -> Iterator[Breach]:
    """Each return is known to its order, whose pieces and credit notes agree, and is not silent."""
    kept, rows = found.goods_back.kept, found.goods_back.rows
    by_order: dict[str, list[Return]] = defaultdict(list)

    def of_one(id: str, stored: StoredReturn) -> Iterator[Breach]:
        rma = stored.rma
        by_order[rma.order].append(rma)
        yield from heard(rma, at=found.at)
        if rows.get(id) != rma.order:
            known = rows.get(id, "none")
            yield Breach(id, f"is of the order {rma.order}, the table's row says {known}")
        if rma.order not in found.orders:
            yield Breach(id, f"its order {rma.order} does not exist")

    yield from each(kept, of_one)
    for id in rows.keys() - set(kept):
        yield Breach(id, "an order says that this return comes back; there is none")

    def of_order(id: str, _: object) -> Iterator[Breach]:
        order = found.orders[id].order
        some = by_order.get(id, [])
        yield from accounted(order, some)
        yield from credited(order, some)

    yield from each(found.orders, of_order)
