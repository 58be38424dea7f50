"""A clerk lets a hold go, with a reason; with the last one the order goes on."""

from __future__ import annotations

from oms.holds import hold_of, may_release
from oms.issuable import INCOMPLETE
from oms.order import Order
from oms.refusals import Refusal
from oms_aws.edges.http import Answer, Call, Http, Problem
from oms_aws.edges.models import ReleaseHold
from oms_aws.edges.views import order_answer, seen_order
from oms_aws.issuable import examined
from oms_aws.orders import Saved
from oms_aws.wiring import Ports

step = Http()
handler = step.handler


@step.route(
    "POST /v1/orders/{order}/holds/{hold}/release",
    scope="holds:release",
    takes=ReleaseHold,
    headers=("If-Match",),
)
def release(call: Call[ReleaseHold], oms: Ports) -> Answer:
    """Release a hold.

    Whose it is says which role may: an accountant's hold is released by accountants. One for what
    the invoice lacks is released once that is there.
    """
    seen = seen_order(call, oms)
    hold = hold_of(seen.order, call.path["hold"])
    if not may_release(hold, call.caller.role):
        text = f"A hold of the {hold.owner} is not for a {call.caller.role} to release."
        raise Problem(403, "not_your_hold", text)
    if hold.reason == INCOMPLETE and not hold.released_at:
        _demand_issuable(seen.order, oms)
    stored = oms.orders.change(
        seen.order.id,
        lambda order: order.release_hold(
            call.path["hold"], by=call.actor, reason=call.body.reason, at=oms.now()
        ),
        Saved(call.actor, f"request:{call.request_id}"),
        seen=seen,
        if_version=call.if_version,
    )
    return order_answer(stored, oms)


def _demand_issuable(order: Order, oms: Ports) -> None:
    found = examined(order, oms)
    if found.verdict == "hold":
        raise Refusal(INCOMPLETE, found.text, found.data["fields"])
