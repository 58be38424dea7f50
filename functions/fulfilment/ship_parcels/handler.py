"""A warehouse tells that a packed fulfilment has left, with whom and under which numbers."""

from __future__ import annotations

from oms.orders import shipping
from oms.orders.order import order_of
from oms_aws.fulfilment.models import Ship
from oms_aws.fulfilment.wiring import FulfilmentWiring
from oms_aws.orders.seen import fulfilment_seen
from oms_aws.platform.http import Answer, Call, Http, Problem
from oms_aws.platform.log import Saved

step = Http()
handler = step.handler


@step.route("POST /v1/fulfilments/{fulfilment}/ship", scope="fulfilments:write", takes=Ship)
def ship(call: Call[Ship], oms: FulfilmentWiring) -> Answer:
    """Confirm that a fulfilment has left; repeating it changes nothing."""
    id = call.path["fulfilment"]
    if not oms.catalogue.knows_carrier(call.body.carrier):
        raise Problem(422, "carrier_unknown", "We have no such carrier.", {"carrier": "unknown"})
    numbers = tuple(call.body.tracking_numbers)
    stored = oms.orders.change(
        order_of(id),
        lambda order: shipping.ship(
            order, id, carrier=call.body.carrier, tracking_numbers=numbers, at=oms.now()
        ),
        Saved(call.actor, f"request:{call.request_id}"),
    )
    return Answer(fulfilment_seen(stored.order, stored.order.fulfilment(id)))
