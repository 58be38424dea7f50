"""A subscriber asks for deliveries again, after its receiver was down or lost them."""

from __future__ import annotations

from oms_aws.notices.endpoints import seen_endpoint
from oms_aws.notices.models import Replay
from oms_aws.notices.replays import named, since
from oms_aws.notices.wiring import NoticesWiring
from oms_aws.platform.http import Answer, Call, Http, Problem

step = Http()
handler = step.handler


@step.route("POST /v1/webhooks/{endpoint}/replay", scope="webhooks:write", takes=Replay, status=202)
def replay(call: Call[Replay], oms: NoticesWiring) -> Answer:
    """Send deliveries again: those named, or all of events since a time.

    The first thousand are queued before the answer, all others behind it (`more`).
    """
    endpoint, asked = seen_endpoint(call, oms), call.body
    if asked.deliveries is not None:
        queued, more = named(endpoint, asked.deliveries, call.actor, oms), False
    elif asked.after is not None:
        queued, more = since(endpoint, asked.after, call.actor, oms)
    else:
        raise Problem(422, "request_invalid", "Name deliveries, or a time.", {"after": "missing"})
    return Answer({"queued": queued, "more": more}, 202)
