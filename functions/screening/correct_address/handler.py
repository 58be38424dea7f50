"""A shop or clerk corrects where an order goes; once it is right, the order goes on."""

from __future__ import annotations

from oms_aws.billing.order_views import order_answer
from oms_aws.billing.wiring import BillingWiring
from oms_aws.orders.asked import seen_order
from oms_aws.platform.http import Answer, Call, Http, remembered, replayed
from oms_aws.platform.log import Saved
from oms_aws.screening.addresses import correct
from oms_aws.screening.models import CorrectAddress

step = Http()
handler = step.handler


@step.route(
    "POST /v1/orders/{order}/address",
    scope="orders:write",
    takes=CorrectAddress,
    headers=("Idempotency-Key", "If-Match"),
)
def correct_address(call: Call[CorrectAddress], oms: BillingWiring) -> Answer:
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
