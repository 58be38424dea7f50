"""A clerk lets a hold go, with a reason; with the last one the order goes on."""

from __future__ import annotations

from oms_aws.edges.http import Answer, Call, Http
from oms_aws.edges.models import ReleaseHold
from oms_aws.edges.views import order_answer, seen_order
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
    """Release a hold."""
    seen = seen_order(call, oms)
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
