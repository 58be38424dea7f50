"""Somebody of the customer's approves or rejects an order, or a clerk gives us their word."""

from __future__ import annotations

from oms_aws.billing.order_views import order_answer
from oms_aws.billing.wiring import BillingWiring
from oms_aws.orders.asked import seen_order
from oms_aws.platform.http import Answer, Call, Http
from oms_aws.platform.log import Saved
from oms_aws.screening.approval_models import DecideApproval
from oms_aws.screening.approvals import decide, spoken_for

step = Http()
handler = step.handler


@step.route(
    "POST /v1/orders/{order}/approvals",
    scope="approvals:write",
    takes=DecideApproval,
    headers=("If-Match",),
)
def decide_approval(call: Call[DecideApproval], oms: BillingWiring) -> Answer:
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
