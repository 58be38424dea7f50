"""A warehouse has parcels again that their carrier could not deliver."""

from __future__ import annotations

from typing import Any

from oms.fulfilment.tracking import came_back
from oms.orders.order import order_of
from oms_aws.edges.http import Answer, Call, Http
from oms_aws.orders import Saved, fulfilment_seen
from oms_aws.wiring import Ports

step = Http()
handler = step.handler


@step.route("POST /v1/fulfilments/{fulfilment}/returned", scope="fulfilments:write")
def take_back(call: Call[Any], oms: Ports) -> Answer:
    """Confirm that all parcels on their way back have arrived; repeating it changes nothing.

    What is put back on the shelf is counted with the next stock count.
    """
    id = call.path["fulfilment"]
    stored = oms.orders.change(
        order_of(id),
        lambda order: came_back(order, id, at=oms.now()),
        Saved(call.actor, f"request:{call.request_id}"),
    )
    return Answer(fulfilment_seen(stored.order, stored.order.fulfilment(id)))
