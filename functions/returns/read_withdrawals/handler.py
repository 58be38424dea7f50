"""A shop or clerk reads statements to withdraw: one, or a list with what waits for a clerk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from oms.returns.withdrawal import Status
from oms_aws.platform.http import Answer, Call, Http, invalid
from oms_aws.returns.asked import seen_withdrawal
from oms_aws.returns.paging import listed
from oms_aws.returns.views import withdrawal_answer, withdrawal_view
from oms_aws.returns.wiring import ReturnsWiring
from oms_aws.returns.withdrawals import StoredWithdrawal

step = Http()
handler = step.handler

STATUSES = get_args(Status)


@step.route(
    "GET /v1/withdrawals",
    scope="withdrawals:read",
    query=("status", "shop", "cursor", "limit"),
)
def list_withdrawals(call: Call[Any], oms: ReturnsWiring) -> Answer:
    """List withdrawals, newest first within each shop.

    `unmatched` and `review` are what waits for a clerk.
    """
    status = call.query.get("status", "")
    if status and status not in STATUSES:
        raise invalid({"status": f"one of {', '.join(STATUSES)}"})

    def some(shop: str, after: str, limit: int) -> Sequence[tuple[str, StoredWithdrawal]]:
        return oms.withdrawals.listed(shop, status, after=after, limit=limit)

    return Answer(listed(call, oms, some, withdrawal_view))


@step.route("GET /v1/withdrawals/{withdrawal}", scope="withdrawals:read")
def read_withdrawal(call: Call[Any], oms: ReturnsWiring) -> Answer:
    """Read a withdrawal: statement, verdicts, deadlines, and what became of it."""
    return withdrawal_answer(seen_withdrawal(call, oms))
