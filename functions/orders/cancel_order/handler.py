"""A shop or clerk cancels an order or pieces of it; what a warehouse has is recalled from it."""

from __future__ import annotations

from typing import Any

from oms.orders.lines import Pieces
from oms.orders.recall import cancel
from oms_aws.billing.order_views import order_answer
from oms_aws.billing.wiring import BillingWiring
from oms_aws.orders.asked import seen_order
from oms_aws.orders.cancelled import done_by
from oms_aws.orders.models import CancelOrder
from oms_aws.orders.store import StoredOrder
from oms_aws.platform.http import Answer, Call, Http, remembered, replayed
from oms_aws.platform.log import Saved

step = Http()
handler = step.handler


@step.route(
    "POST /v1/orders/{order}/cancellations",
    scope="orders:write",
    takes=CancelOrder,
    headers=("Idempotency-Key", "If-Match"),
)
def cancel_order(call: Call[CancelOrder], oms: BillingWiring) -> Answer:
    """Cancel an order, or lines of it; what is with a warehouse is recalled."""
    seen, cause = seen_order(call, oms), f"request:{call.request_id}"
    if earlier := replayed(call, oms):
        return _answer(seen, earlier.body.get("cause", ""), oms)
    wanted, body = _wanted(call.body), call.body
    stored = oms.orders.change(
        seen.order.id,
        lambda order: cancel(
            order, wanted, cause=body.cause, reason=body.reason, by=call.actor, at=oms.now()
        ),
        Saved(call.actor, cause, remembered(call, oms, Answer({"cause": cause}))),
        seen=seen,
        if_version=call.if_version,
    )
    return _answer(stored, cause, oms)


def _answer(stored: StoredOrder, cause: str, oms: BillingWiring) -> Answer:
    whole: Answer = order_answer(stored, oms)
    done: dict[str, Any] = done_by(cause, stored.order, oms)
    return Answer({**whole.body, **done}, headers=whole.headers)


def _wanted(body: CancelOrder) -> Pieces | None:
    if body.lines is None:
        return None
    wanted: Pieces = {}
    for line in body.lines:
        wanted[line.number] = wanted.get(line.number, 0) + line.quantity
    return wanted
