"""A shop or clerk tells that goods were sent back, or have come: the refund waits no longer."""

from __future__ import annotations

from oms.returns.settling import proved
from oms_aws.platform.http import Answer, Call, Http
from oms_aws.platform.log import Saved
from oms_aws.returns.asked import seen_withdrawal
from oms_aws.returns.models import GoodsIn
from oms_aws.returns.views import withdrawal_answer
from oms_aws.returns.wiring import ReturnsWiring

step = Http()
handler = step.handler


@step.route(
    "POST /v1/withdrawals/{withdrawal}/goods",
    scope="withdrawals:write",
    takes=GoodsIn,
)
def prove_goods(call: Call[GoodsIn], oms: ReturnsWiring) -> Answer:
    """Tell that the goods of a withdrawal were sent, or are back."""
    seen, body = seen_withdrawal(call, oms), call.body
    stored = oms.withdrawals.change(
        seen.withdrawal.id,
        lambda it: proved(it, body.proof, tracking=body.tracking, by=call.actor, at=oms.now()),
        Saved(call.actor, f"request:{call.request_id}"),
        seen=seen,
    )
    return withdrawal_answer(stored)
