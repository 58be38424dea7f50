"""Shops tell what they captured and refunded themselves; clerks decide about what failed."""

from __future__ import annotations

from oms.payments.shop_captures import shop_captured, shop_refunded
from oms_aws.payments.capture_models import DecideFailure, MoneyMoved
from oms_aws.payments.captures import decided, moved
from oms_aws.payments.wiring import PaymentsWiring
from oms_aws.platform.http import Answer, Call, Http

step = Http()
handler = step.handler


@step.route("POST /v1/orders/{order}/captures", scope="captures:write", takes=MoneyMoved)
def take_capture(call: Call[MoneyMoved], oms: PaymentsWiring) -> Answer:
    """Tell that the shop has captured money itself; the same reference again changes nothing."""
    return moved(call, shop_captured, oms)


@step.route("POST /v1/orders/{order}/refunds", scope="captures:write", takes=MoneyMoved)
def take_refund(call: Call[MoneyMoved], oms: PaymentsWiring) -> Answer:
    """Tell that the shop has refunded money itself; the same reference again changes nothing."""
    return moved(call, shop_refunded, oms)


@step.route(
    "POST /v1/orders/{order}/payment-failures/{failure}",
    scope="payment-failures:write",
    takes=DecideFailure,
)
def decide(call: Call[DecideFailure], oms: PaymentsWiring) -> Answer:
    """Have money that could not be moved tried again, or leave it so."""
    return decided(call, oms)
