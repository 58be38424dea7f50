"""A warehouse tells that a packed fulfilment has left, with whom and under which numbers."""

from __future__ import annotations

from oms_aws.edges.http import Answer, Call, Http
from oms_aws.edges.models import Ship
from oms_aws.orders import Saved
from oms_aws.wiring import Ports

step = Http()
handler = step.handler


@step.route("POST /v1/fulfilments/{fulfilment}/ship", scope="fulfilments:write", takes=Ship)
def ship(call: Call[Ship], oms: Ports) -> Answer:
    """Confirm that a fulfilment has left; repeating it changes nothing."""
    id = call.path["fulfilment"]
    numbers = tuple(call.body.tracking_numbers)
    oms.orders.change(
        oms.orders.id_of_fulfilment(id),
        lambda order: order.ship(
            id, carrier=call.body.carrier, tracking_numbers=numbers, at=oms.now()
        ),
        Saved(call.actor, f"request:{call.request_id}"),
    )
    return Answer(oms.orders.fulfilment(id))
