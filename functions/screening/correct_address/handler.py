"""A shop or clerk corrects where an order goes; once it is right, the order goes on."""

from __future__ import annotations

from oms_aws.edges.addresses import correct
from oms_aws.edges.http import Answer, Call, Http, remembered, replayed
from oms_aws.edges.models.screening import CorrectAddress
from oms_aws.edges.views import order_answer, seen_order
from oms_aws.orders import Saved
from oms_aws.wiring import Ports

step = Http()
handler = step.handler


@step.route(
    "POST /v1/orders/{order}/address",
    scope="orders:write",
    takes=CorrectAddress,
    headers=("Idempotency-Key", "If-Match"),
)
def correct_address(call: Call[CorrectAddress], oms: Ports) -> Answer:
    """Correct the address of an order.

    It is checked again; holds that only waited for it are released.
    """
    seen = seen_order(call, oms)
    if replayed(call, oms):
        return order_answer(seen, oms)
    also = remembered(call, oms, Answer({}))
    by = Saved(call.actor, f"request:{call.request_id}", also)
    body, customer = call.body, seen.order.customer
    stored = correct(
        seen,
        body.address,
        oms,
        by,
        email=body.email or customer.email,
        phone=body.phone or customer.phone,
        reason=body.reason,
        if_version=call.if_version,
        confirmed=body.confirmed,
    )
    return order_answer(stored, oms)
