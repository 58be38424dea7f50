"""A shop or clerk looks at what a change of an order comes to, and then confirms it."""

from __future__ import annotations

from typing import Any

from oms_aws.billing.order_views import order_answer
from oms_aws.orders.asked import seen_order
from oms_aws.orders.capture import demand_fitting, demand_provider
from oms_aws.orders.change_models import ChangeOrder, asked_change
from oms_aws.payments import changes
from oms_aws.payments.wiring import PaymentsWiring
from oms_aws.platform.http import Answer, Call, Http, Problem, remembered, replayed
from oms_aws.platform.log import Saved

step = Http()
handler = step.handler


@step.route("POST /v1/orders/{order}/changes", scope="orders:write", takes=ChangeOrder, status=201)
def preview(call: Call[ChangeOrder], oms: PaymentsWiring) -> Answer:
    """See what a change of an order comes to; nothing is changed yet."""
    seen = seen_order(call, oms)
    if wrong := call.body.amounts_wrong_in(seen.order.currency):
        raise Problem(422, "request_invalid", "The request has wrong fields.", wrong)
    demand_provider(call.body.payment, seen.order.shop, oms)
    change, id = asked_change(call.body), oms.new_id("chg")
    shown = changes.weighed(seen.order, change, id, call.actor, oms)
    demand_fitting(shown.sourced)
    expires_at = changes.keep(seen.order, change, shown, oms)
    head = {"id": id, "order_id": seen.order.id, "expires_at": expires_at}
    return Answer({**head, **changes.view(seen.order, shown)}, 201)


@step.route(
    "POST /v1/orders/{order}/changes/{change}/confirm",
    scope="orders:write",
    headers=("Idempotency-Key", "If-Match"),
)
def confirm_change(call: Call[Any], oms: PaymentsWiring) -> Answer:
    """Confirm a change as its preview showed it."""
    seen = seen_order(call, oms)
    if replayed(call, oms):
        return order_answer(seen, oms)
    shown = changes.preview(seen.order.id, call.path["change"], oms)
    stored = oms.orders.change(
        seen.order.id,
        lambda order: changes.confirm(order, call.path["change"], shown, call.actor, oms),
        Saved(call.actor, f"request:{call.request_id}", remembered(call, oms, Answer({}))),
        seen=seen,
        if_version=call.if_version,
    )
    return order_answer(stored, oms)
