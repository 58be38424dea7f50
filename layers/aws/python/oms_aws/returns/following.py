"""Following: what is to be done about a withdrawal now, by itself and again after a crash."""

from __future__ import annotations

from oms.core.refusals import NotNow
from oms.returns.settling import gone_on, stop
from oms.returns.withdrawing import overdue
from oms_aws.platform.aggregates import Conflict
from oms_aws.platform.log import Saved
from oms_aws.returns.matching import candidate, match, others_of
from oms_aws.returns.wiring import ReturnsWiring
from oms_aws.returns.withdrawals import StoredWithdrawal

TRIES = 10


def follow(id: str, by: Saved, oms: ReturnsWiring) -> None:
    """Look for the order where it is unknown, stop what has not left, and say what is late."""
    seen = oms.withdrawals.get(id)
    withdrawal = seen.withdrawal
    if withdrawal.status == "unmatched" and not withdrawal.erased:
        about = candidate(withdrawal.statement, withdrawal.shop, oms, certain=False)
        if about and about.certain:
            seen = match(seen, about.order.order.id, by, oms)
    if seen.withdrawal.order:
        seen = _settled(seen, by, oms)
    oms.withdrawals.change(id, lambda it: overdue(it, at=oms.now()), by, seen=seen)


def _settled(seen: StoredWithdrawal, by: Saved, oms: ReturnsWiring) -> StoredWithdrawal:
    """The withdrawal with its pieces stopped and what has become of them, saved with its order."""
    id, order_id = seen.withdrawal.id, seen.withdrawal.order
    for _ in range(TRIES):
        about, others = oms.orders.get(order_id), others_of(order_id, id, oms)
        after, order = stop(seen.withdrawal, about.order, others, at=oms.now())
        after = gone_on(after, order, others, at=oms.now())
        if not after.events:
            return seen
        prepared = oms.withdrawals.prepared(seen, after, by)
        try:
            if order is about.order:
                oms.withdrawals.save_together([prepared], [oms.orders.unchanged(about)])
            else:
                oms.orders.save_together([oms.orders.prepared(about, order, by), prepared])
            return prepared.stored
        except Conflict:
            seen = oms.withdrawals.get(id)
    raise NotNow(f"{id} is being changed by many at once")
