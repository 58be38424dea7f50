"""A warehouse takes goods in; they lie on the shelf at once, and on nobody's list any more."""

from __future__ import annotations

from oms.sourcing.purchase import Receipt
from oms_aws.platform.http import Answer, Call, Http
from oms_aws.platform.log import Saved
from oms_aws.sourcing.counting import Counting
from oms_aws.sourcing.purchase_models import ReceiptIn
from oms_aws.sourcing.purchase_views import purchase_view
from oms_aws.sourcing.wiring import SourcingWiring

step = Http()
handler = step.handler


@step.route(
    "POST /v1/purchase-orders/{purchase}/receipts", scope="stock:write", takes=ReceiptIn, status=201
)
def receive_goods(call: Call[ReceiptIn], oms: SourcingWiring) -> Answer:
    """Take goods of a purchase order in; the same receipt again changes nothing.

    Goods that came before the location was counted last are in that count already.
    """
    purchase = oms.purchases.get(call.path["purchase"]).purchase
    warehouse = oms.catalogue.warehouse(purchase.location)
    lines: dict[str, int] = {}
    for line in call.body.lines:
        lines[line.number] = lines.get(line.number, 0) + line.quantity
    at = min(call.body.received_at or oms.now(), oms.now())
    cause = f"receipt:{purchase.id}/{call.body.number}"
    stored = oms.purchases.receive(
        purchase.id,
        Receipt(number=call.body.number, received_at=at, lines=lines),
        Counting(warehouse.id, at, warehouse.safety_stock, call.actor, cause),
        Saved(call.actor, f"request:{call.request_id}"),
    )
    return Answer(purchase_view(stored), 201, {"ETag": f'"{stored.version}"'})
