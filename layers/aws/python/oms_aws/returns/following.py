"""Following: what is to be done about a withdrawal now, by itself and again after a crash."""

from __future__ import annotations

from oms.returns.withdrawing import overdue
from oms_aws.platform.log import Saved
from oms_aws.returns.matching import candidate, match
from oms_aws.returns.wiring import ReturnsWiring


def follow(id: str, by: Saved, oms: ReturnsWiring) -> None:
    """Look for the order once more where it is unknown, and say of what is late that it is."""
    seen = oms.withdrawals.get(id)
    withdrawal = seen.withdrawal
    if withdrawal.status == "unmatched" and not withdrawal.erased:
        about = candidate(withdrawal.statement, withdrawal.shop, oms, certain=False)
        if about and about.certain:
            match(seen, about.order.order.id, by, oms)
    oms.withdrawals.change(id, lambda it: overdue(it, at=oms.now()), by)
