"""A shop reads how the deliveries to its endpoint went."""

from __future__ import annotations

from typing import Any, get_args

from msgspec.structs import asdict

from oms_aws.notices.deliveries import State
from oms_aws.notices.endpoints import seen_endpoint
from oms_aws.notices.wiring import NoticesWiring
from oms_aws.platform.http import Answer, Call, Http, invalid, page

step = Http()
handler = step.handler


@step.route(
    "GET /v1/webhooks/{endpoint}/deliveries",
    scope="webhooks:write",
    query=("status", "cursor", "limit"),
)
def list_deliveries(call: Call[Any], oms: NoticesWiring) -> Answer:
    """List the deliveries to an endpoint, of the newest event first."""
    endpoint = seen_endpoint(call, oms)
    limit, state = call.limit(), call.query.get("status", "")
    if state and state not in get_args(State):
        raise invalid({"status": f"one of {', '.join(get_args(State))}"})
    found = oms.deliveries.listed(endpoint.id, state, before=call.cursor, limit=limit)
    last = found[-1].event if found else ""
    return Answer(page([asdict(delivery) for delivery in found], limit, last))
