"""A shop asks what it can promise right now, or from when on, and when it would arrive."""

from __future__ import annotations

from oms_aws.platform.http import Answer, Call, Http
from oms_aws.sourcing.availability import availability
from oms_aws.sourcing.models import AskAvailability
from oms_aws.sourcing.wiring import SourcingWiring

step = Http()
handler = step.handler


@step.route("POST /v1/availability", scope="stock:read", takes=AskAvailability)
def answer_availability(call: Call[AskAvailability], oms: SourcingWiring) -> Answer:
    """Ask how many pieces of up to 100 SKUs can be promised, from when on, and when they come."""
    body = call.body
    lines = availability(
        oms,
        [(line.sku, line.quantity) for line in body.lines],
        shop=call.caller.shop,
        country=body.destination.country,
        postal_code=body.destination.postal_code or "",
        method=body.method,
    )
    return Answer({"lines": lines})
