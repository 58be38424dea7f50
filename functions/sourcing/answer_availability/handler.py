"""A shop asks what it can promise right now."""

from __future__ import annotations

from oms_aws.edges.http import Answer, Call, Http
from oms_aws.edges.models import AskAvailability
from oms_aws.wiring import Ports

step = Http()
handler = step.handler


@step.route("POST /v1/availability", scope="stock:read", takes=AskAvailability)
def availability(call: Call[AskAvailability], oms: Ports) -> Answer:
    """Ask how many pieces of up to 100 SKUs can be promised now."""
    items = oms.stock.items(line.sku for line in call.body.lines)
    lines = [
        {
            "sku": line.sku,
            "quantity": line.quantity,
            "promisable": max(0, items[line.sku].promisable),
            "available": items[line.sku].promisable >= line.quantity,
            "locations": {p: max(0, n) for p, n in items[line.sku].free.items()},
        }
        for line in call.body.lines
    ]
    return Answer({"lines": lines})
