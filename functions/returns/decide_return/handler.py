"""A clerk decides whether what came back worthless is paid back, or closes a return."""

from __future__ import annotations

from oms.returns.returning import closed, decided
from oms_aws.platform.http import Answer, Call, Http
from oms_aws.platform.log import Saved
from oms_aws.returns.return_models import CloseReturn, DecideReturn
from oms_aws.returns.return_views import return_answer, seen_return
from oms_aws.returns.wiring import ReturnsWiring

step = Http()
handler = step.handler


@step.route("POST /v1/returns/{rma}/decisions", scope="returns:decide", takes=DecideReturn)
def decide_return(call: Call[DecideReturn], oms: ReturnsWiring) -> Answer:
    """Accept or decline to pay back lines of a receipt that wait for it."""
    seen, body = seen_return(call, oms), call.body
    decisions = {each.number: each.decision for each in body.lines}
    stored = oms.returns.change(
        seen.rma.id,
        lambda it: decided(
            it, body.receipt, decisions, reason=body.reason, by=call.actor, at=oms.now()
        ),
        Saved(call.actor, f"request:{call.request_id}"),
        seen=seen,
    )
    return return_answer(stored)


@step.route("POST /v1/returns/{rma}/close", scope="returns:write", takes=CloseReturn)
def close_return(call: Call[CloseReturn], oms: ReturnsWiring) -> Answer:
    """Close a return: what has not come is not expected any more; its pieces can come anew."""
    seen = seen_return(call, oms)
    stored = oms.returns.change(
        seen.rma.id,
        lambda it: closed(it, reason=call.body.reason, by=call.actor, at=oms.now()),
        Saved(call.actor, f"request:{call.request_id}"),
        seen=seen,
    )
    return return_answer(stored)
