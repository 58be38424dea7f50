"""A shop asks for deliveries again, after its receiver was down or lost them."""

from __future__ import annotations

from datetime import datetime

from oms_aws.deliveries import Delivery
from oms_aws.edges.http import Answer, Call, Http, Problem
from oms_aws.edges.models import Replay
from oms_aws.edges.queue import Signal
from oms_aws.edges.subscribers import address
from oms_aws.edges.views import seen_endpoint
from oms_aws.wiring import Ports

step = Http()
handler = step.handler

MOST = 1_000


@step.route("POST /v1/webhooks/{endpoint}/replay", scope="webhooks:write", takes=Replay, status=202)
def replay(call: Call[Replay], oms: Ports) -> Answer:
    """Send deliveries again: those named, or all since a time."""
    endpoint = seen_endpoint(call, oms)
    if call.body.after is None and call.body.deliveries is None:
        raise Problem(422, "request_invalid", "Name deliveries, or a time.", {"after": "missing"})
    wanted = [d for d in oms.deliveries.since(endpoint.id, "", limit=MOST) if _asked(d, call.body)]
    for delivery in wanted:
        signal = Signal(
            id=delivery.event,
            type=delivery.type,
            aggregate=delivery.aggregate,
            shop=endpoint.shop,
            sequence=delivery.sequence,
            actor=call.actor,
            redriven=1,
        )
        address(endpoint, signal, oms)
    return Answer({"queued": len(wanted)}, 202)


def _asked(delivery: Delivery, asked: Replay) -> bool:
    if asked.deliveries is not None:
        return delivery.id in asked.deliveries
    return asked.after is not None and datetime.fromisoformat(delivery.first_at) >= asked.after
