"""A shop, a clerk or an accountant asks for a part of an order's money in advance."""

from __future__ import annotations

from oms_aws.billing.crediting import deposit_issued
from oms_aws.billing.deposit_models import AskDeposit
from oms_aws.billing.settling import Demand
from oms_aws.billing.wiring import BillingWiring
from oms_aws.orders.asked import seen_order
from oms_aws.platform.http import Answer, Call, Http

step = Http()
handler = step.handler


@step.route(
    "POST /v1/orders/{order}/deposits",
    scope="deposits:write",
    takes=AskDeposit,
    status=201,
    headers=("Idempotency-Key", "If-Match"),
)
def ask_deposit(call: Call[AskDeposit], oms: BillingWiring) -> Answer:
    """Ask for a deposit: a prepayment invoice over an amount or a percentage of the order."""
    order, body = seen_order(call, oms).order, call.body
    demand = Demand(body.amount, body.percent, body.due_on)
    return deposit_issued(call, order.id, demand, oms)
