"""A clerk says which order a withdrawal is about."""

from __future__ import annotations

from oms_aws.platform.http import Answer, Call, Http
from oms_aws.platform.log import Saved
from oms_aws.returns.asked import seen_withdrawal
from oms_aws.returns.matching import match, named_order
from oms_aws.returns.models import MatchIn
from oms_aws.returns.views import withdrawal_answer
from oms_aws.returns.wiring import ReturnsWiring

step = Http()
handler = step.handler


@step.route(
    "POST /v1/withdrawals/{withdrawal}/match",
    scope="withdrawals:decide",
    takes=MatchIn,
)
def match_withdrawal(call: Call[MatchIn], oms: ReturnsWiring) -> Answer:
    """Say which order a withdrawal is about, and which pieces of it if not all."""
    seen = seen_withdrawal(call, oms)
    order = named_order(call.body.order, seen.withdrawal.shop, oms)
    lines = {line.number: line.quantity for line in call.body.lines or ()}
    by = Saved(call.actor, f"request:{call.request_id}")
    return withdrawal_answer(match(seen, order, by, oms, lines=lines))
