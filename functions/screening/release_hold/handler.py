"""A clerk lets a hold go, with a reason; with the last one the order goes on."""

from __future__ import annotations

from typing import Any

from oms.orders.holding import release_hold
from oms.orders.holds import hold_of, may_release
from oms.orders.order import Order
from oms.orders.rechecking import OF_MASTER_DATA, released
from oms_aws.billing.order_views import order_answer
from oms_aws.orders.asked import seen_order
from oms_aws.payments.rechecking import found_again
from oms_aws.payments.wiring import PaymentsWiring
from oms_aws.platform.http import Answer, Call, Http, Problem
from oms_aws.platform.log import Saved
from oms_aws.screening.models import ReleaseHold

step = Http()
handler = step.handler


@step.route(
    "POST /v1/orders/{order}/holds/{hold}/release",
    scope="holds:release",
    takes=ReleaseHold,
    headers=("If-Match",),
)
def release(call: Call[ReleaseHold], oms: PaymentsWiring) -> Answer:
    """Release a hold.

    Whose it is says which role may: an accountant's hold is released by accountants. One for what
    master data lack, as an unknown product or something that the invoice must say, is released once
    that is there; what then is found again, as a price too low, holds the order on.
    """
    seen = seen_order(call, oms)
    hold = hold_of(seen.order, call.path["hold"])
    if not may_release(hold, call.caller.role):
        text = f"A hold of the {hold.owner} is not for a {call.caller.role} to release."
        raise Problem(403, "not_your_hold", text)
    said: dict[str, Any] = {"by": call.actor, "reason": call.body.reason, "at": oms.now()}

    def command(order: Order) -> Order:
        if hold.reason not in OF_MASTER_DATA:
            return release_hold(order, hold.id, **said)
        return released(order, hold.id, found_again(order, oms), **said)

    stored = oms.orders.change(
        seen.order.id,
        command,
        Saved(call.actor, f"request:{call.request_id}"),
        seen=seen,
        if_version=call.if_version,
    )
    return order_answer(stored, oms)
