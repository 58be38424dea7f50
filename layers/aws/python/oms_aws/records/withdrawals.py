"""Checks of withdrawals: each is heard, consistent, and known to its order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from oms.records.breach import Breach
from oms.records.withdrawal_invariants import consistent, heard, withdrawn_once
from oms_aws.records.proofs import each
from oms_aws.records.scanned import Snapshot
from oms_aws.returns.withdrawals import StoredWithdrawal


def withdrawals(found: Snapshot) -> Iterator[Breach]:
    """Each withdrawal agrees with itself, is not silent, and its order knows it."""
    kept, rows = found.withdrawn.kept, found.withdrawn.rows
    by_order: dict[str, list[str]] = defaultdict(list)

    def of_one(id: str, stored: StoredWithdrawal) -> Iterator[Breach]:
        withdrawal = stored.withdrawal
        yield from consistent(withdrawal)
        yield from heard(withdrawal, at=found.at)
        if withdrawal.order:
            by_order[withdrawal.order].append(id)
        if rows.get(id, "") != withdrawal.order:
            known = rows.get(id, "none")
            yield Breach(id, f"is about the order {withdrawal.order}, the table's row says {known}")

    yield from each(kept, of_one)
    for id in rows.keys() - set(kept):
        yield Breach(id, "an order says that it is withdrawn from by it; there is none")
    for order, ids in by_order.items():
        if order not in found.orders:
            yield Breach(order, f"does not exist, and is withdrawn from by {', '.join(ids)}")
            continue
        some = (kept[id].withdrawal for id in ids)
        yield from withdrawn_once(found.orders[order].order, some)
