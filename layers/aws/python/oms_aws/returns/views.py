"""Views of withdrawals, as answers show them."""

from __future__ import annotations

from typing import Any

from oms.returns.law import ground
from oms.returns.verdicts import WithdrawnLine
from oms_aws.platform.http import Answer
from oms_aws.platform.shown import whole
from oms_aws.returns.withdrawals import StoredWithdrawal


def withdrawal_answer(stored: StoredWithdrawal, *, status: int = 200) -> Answer:
    """Answer with a withdrawal, its version as the ETag."""
    withdrawal = stored.withdrawal
    headers = {"ETag": f'"{stored.version}"'}
    if status == 201:
        headers["Location"] = f"/v1/withdrawals/{withdrawal.id}"
    return Answer(withdrawal_view(stored), status, headers)


def withdrawal_view(stored: StoredWithdrawal) -> dict[str, Any]:
    """The withdrawal as the API shows it."""
    withdrawal = stored.withdrawal
    shown = whole(withdrawal)
    del shown["events"], shown["country"]
    return {
        **shown,
        "status": withdrawal.status,
        "lines": [_line(line) for line in withdrawal.lines],
        "goods_due": withdrawal.goods_due,
        "refund_due": withdrawal.refund_due,
        "version": stored.version,
    }


def _line(line: WithdrawnLine) -> dict[str, Any]:
    return {**whole(line), "law": ground(line)}
