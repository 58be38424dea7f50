"""A warehouse tells how it packed a fulfilment."""

from __future__ import annotations

from oms.orders import shipping
from oms.orders.lines import Pieces
from oms.orders.order import order_of
from oms_aws.fulfilment.models import Pack, PackedParcel
from oms_aws.fulfilment.wiring import FulfilmentWiring
from oms_aws.orders.seen import fulfilment_seen
from oms_aws.platform.http import Answer, Call, Http
from oms_aws.platform.log import Saved

step = Http()
handler = step.handler


@step.route("POST /v1/fulfilments/{fulfilment}/pack", scope="fulfilments:write", takes=Pack)
def pack(call: Call[Pack], oms: FulfilmentWiring) -> Answer:
    """Confirm how a fulfilment was packed; repeating it changes nothing."""
    id = call.path["fulfilment"]
    contents = [(parcel.weight_g, _pieces(parcel)) for parcel in call.body.parcels]
    stored = oms.orders.change(
        order_of(id),
        lambda order: shipping.pack(order, id, contents, at=oms.now()),
        Saved(call.actor, f"request:{call.request_id}"),
    )
    return Answer(fulfilment_seen(stored.order, stored.order.fulfilment(id)))


def _pieces(parcel: PackedParcel) -> Pieces | None:
    if parcel.lines is None:
        return None
    pieces: Pieces = {}
    for line in parcel.lines:
        pieces[line.number] = pieces.get(line.number, 0) + line.quantity
    return pieces
