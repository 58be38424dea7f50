"""Somebody of the customer's approves or rejects an order, or a clerk gives us their word."""

from __future__ import annotations

from oms_aws.edges.approvals import decide, spoken_for
from oms_aws.edges.http import Answer, Call, Http
from oms_aws.edges.models.approvals import DecideApproval
from oms_aws.edges.views import order_answer, seen_order
from oms_aws.orders import Saved
from oms_aws.wiring import Ports

step = Http()
handler = step.handler


@step.route(
    "POST /v1/orders/{order}/approvals",
    scope="approvals:write",
    takes=DecideApproval,
    headers=("If-Match",),
)
def decide_approval(call: Call[DecideApproval], oms: Ports) -> Answer:
    """Approve or reject an order, at the stage whose turn it is.

    An approver speaks for themselves; a clerk names whose word it is. The same word again changes
    nothing.
    """
    seen = seen_order(call, oms)
    person = spoken_for(call.caller, seen.order, call.body.person)
    by = Saved(call.actor, f"request:{call.request_id}")
    body = call.body
    stored = decide(
        seen, body.decision, oms, by, person=person, reason=body.reason, if_version=call.if_version
    )
    return order_answer(stored, oms)
