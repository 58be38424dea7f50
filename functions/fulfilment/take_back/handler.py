"""A warehouse has parcels again that their carrier could not deliver."""

from __future__ import annotations

from typing import Any

from oms.fulfilment.tracking import came_back
from oms.orders.order import order_of
from oms_aws.fulfilment.wiring import FulfilmentWiring
from oms_aws.orders.seen import fulfilment_seen
from oms_aws.platform.http import Answer, Call, Http
from oms_aws.platform.log import Saved

step = Http()
handler = step.handler


@step.route("POST /v1/fulfilments/{fulfilment}/returned", scope="fulfilments:write")
def take_back(call: Call[Any], oms: FulfilmentWiring) -> Answer:
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
