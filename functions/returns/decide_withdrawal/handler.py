"""A clerk decides on lines of a withdrawal, or closes it with a reason."""

from __future__ import annotations

from oms.returns.withdrawing import closed, decided
from oms_aws.platform.http import Answer, Call, Http
from oms_aws.platform.log import Saved
from oms_aws.returns.asked import seen_withdrawal
from oms_aws.returns.models import CloseIn, DecideIn
from oms_aws.returns.views import withdrawal_answer
from oms_aws.returns.wiring import ReturnsWiring

step = Http()
handler = step.handler


@step.route(
    "POST /v1/withdrawals/{withdrawal}/decisions",
    scope="withdrawals:decide",
    takes=DecideIn,
)
def decide_lines(call: Call[DecideIn], oms: ReturnsWiring) -> Answer:
    """Accept or decline lines that are late, excluded, or of a business."""
    seen, body = seen_withdrawal(call, oms), call.body
    decisions = {each.number: each.decision for each in body.lines}
    stored = oms.withdrawals.change(
        seen.withdrawal.id,
        lambda it: decided(it, decisions, reason=body.reason, by=call.actor, at=oms.now()),
        Saved(call.actor, f"request:{call.request_id}"),
        seen=seen,
    )
    return withdrawal_answer(stored)


@step.route(
    "POST /v1/withdrawals/{withdrawal}/close",
    scope="withdrawals:decide",
    takes=CloseIn,
)
def close_withdrawal(call: Call[CloseIn], oms: ReturnsWiring) -> Answer:
    """Close a withdrawal that is none, or that the customer has taken back, with the reason."""
    seen = seen_withdrawal(call, oms)
    stored = oms.withdrawals.change(
        seen.withdrawal.id,
        lambda it: closed(it, reason=call.body.reason, by=call.actor, at=oms.now()),
        Saved(call.actor, f"request:{call.request_id}"),
        seen=seen,
    )
    return withdrawal_answer(stored)
