"""A shop or clerk cancels an order, or pieces of it that no warehouse has yet."""

from __future__ import annotations

from oms.order import Pieces
from oms_aws.edges.http import Answer, Call, Http, remembered, replayed
from oms_aws.edges.models import CancelOrder
from oms_aws.edges.views import order_answer, seen_order
from oms_aws.orders import Saved
from oms_aws.wiring import Ports

step = Http()
handler = step.handler


@step.route(
    "POST /v1/orders/{order}/cancellations",
    scope="orders:write",
    takes=CancelOrder,
    headers=("Idempotency-Key", "If-Match"),
)
def cancel(call: Call[CancelOrder], oms: Ports) -> Answer:
    """Cancel an order, or lines of it."""
    seen = seen_order(call, oms)
    if replayed(call, oms):
        return order_answer(seen, oms)
    also = remembered(call, oms, Answer({}))
    wanted = _wanted(call.body)
    stored = oms.orders.change(
        seen.order.id,
        lambda order: order.cancel(wanted, reason=call.body.reason, by=call.actor, at=oms.now()),
        Saved(call.actor, f"request:{call.request_id}", also),
        seen=seen,
        if_version=call.if_version,
    )
    return order_answer(stored, oms)


def _wanted(body: CancelOrder) -> Pieces | None:
    if body.lines is None:
        return None
    wanted: Pieces = {}
    for line in body.lines:
        wanted[line.number] = wanted.get(line.number, 0) + line.quantity
    return wanted
