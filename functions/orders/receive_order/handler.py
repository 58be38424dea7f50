"""A shop places an order: it is durably stored, with its first event, before the shop hears 202."""

from __future__ import annotations

from oms.core.refusals import NotNow
from oms_aws.orders.capture import captured, demand_fitting, demand_provider, demand_rate
from oms_aws.orders.models import PlaceOrder
from oms_aws.orders.wiring import OrdersWiring
from oms_aws.platform.aggregates import Conflict
from oms_aws.platform.http import Answer, Call, Http, Problem, remembered, replayed
from oms_aws.platform.log import Saved

step = Http()
handler = step.handler


@step.route(
    "POST /v1/orders",
    scope="orders:write",
    takes=PlaceOrder,
    status=202,
    headers=("Idempotency-Key",),
)
def place_order(call: Call[PlaceOrder], oms: OrdersWiring) -> Answer:
    """Place an order.

    Only a shop's key places orders, and only for its own shop.
    """
    if call.idempotency_key is None:
        raise Problem(400, "idempotency_key_missing", "Send an Idempotency-Key with an order.")
    if not call.caller.shop:
        raise Problem(403, "no_shop", "Only a shop's key places orders.")
    if oms.catalogue.shop_if_known(call.caller.shop) is None:
        oms.catalogue.shop(call.caller.shop)
    demand_provider(call.body.payment, call.caller.shop, oms)
    demand_rate(call.body.currency, call.body.placed_at, call.caller.shop, oms)
    order = captured(call.body, oms.new_id("ord"), call.caller.shop, oms.now())
    demand_fitting(order)
    receipt = {"id": order.id, "external_number": order.external_number, "status": order.status}
    answer = Answer(receipt, 202, {"Location": f"/v1/orders/{order.id}"})
    try:
        by = Saved(call.actor, f"request:{call.request_id}", remembered(call, oms, answer))
        oms.orders.add(order, by)
    except Conflict:
        return _known(call, oms)
    return answer


def _known(call: Call[PlaceOrder], oms: OrdersWiring) -> Answer:
    """The first answer to the same request, or why this one cannot have its own."""
    if answer := replayed(call, oms):
        return answer
    first = oms.orders.id_of(call.caller.shop, call.body.external_number)
    if first is None:
        raise NotNow("the order could not be stored")
    text = f"The external number {call.body.external_number} is the order {first} already."
    problem = Problem(409, "external_number_taken", text, {"external_number": "taken"})
    problem.extra = {"order": first}
    raise problem
