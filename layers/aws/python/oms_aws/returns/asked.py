"""The withdrawal that a call asks about."""

from __future__ import annotations

from typing import Any

from oms.core.refusals import Unknown
from oms_aws.platform.http import Call
from oms_aws.returns.wiring import ReturnsWiring
from oms_aws.returns.withdrawals import StoredWithdrawal


def seen_withdrawal(call: Call[Any], oms: ReturnsWiring) -> StoredWithdrawal:
    """The withdrawal that the path names, if it is the caller's business; raises Unknown."""
    stored = oms.withdrawals.get(call.path["withdrawal"])
    if not call.caller.may_see(stored.withdrawal.shop):
        id = stored.withdrawal.id
        raise Unknown("withdrawal_unknown", f"There is no withdrawal {id}.")
    return stored
