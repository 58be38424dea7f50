"""A warehouse answers whether it could put recalled pieces back."""

from __future__ import annotations

from oms.orders.order import order_of
from oms.orders.recall import accept, refuse
from oms_aws.fulfilment.wiring import FulfilmentWiring
from oms_aws.orders.change_models import AnswerRecall
from oms_aws.orders.seen import fulfilment_seen
from oms_aws.platform.http import Answer, Call, Http
from oms_aws.platform.log import Saved

step = Http()
handler = step.handler


@step.route(
    "POST /v1/fulfilments/{fulfilment}/recall", scope="fulfilments:write", takes=AnswerRecall
)
def answer_recall(call: Call[AnswerRecall], oms: FulfilmentWiring) -> Answer:
    """Answer a recall; repeating the answer changes nothing."""
    id = call.path["fulfilment"]
    command = accept if call.body.answer == "accepted" else refuse
    stored = oms.orders.change(
        order_of(id),
        lambda order: command(order, id, reason=call.body.reason, at=oms.now()),
        Saved(call.actor, f"request:{call.request_id}"),
    )
    return Answer(fulfilment_seen(stored.order, stored.order.fulfilment(id)))
