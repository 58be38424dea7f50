"""The merchant keeps pieces of a SKU from a shop, for its other channels."""

from __future__ import annotations

from oms.core.refusals import Unknown
from oms.sourcing.stock import Buffer
from oms_aws.platform.http import Answer, Call, Http
from oms_aws.sourcing.counting import Keeping
from oms_aws.sourcing.models import BufferIn
from oms_aws.sourcing.wiring import SourcingWiring

step = Http()
handler = step.handler


@step.route("PUT /v1/stock/{sku}/buffers/{shop}", scope="stock:write", takes=BufferIn)
def put_buffer(call: Call[BufferIn], oms: SourcingWiring) -> Answer:
    """Set how many pieces of a SKU a shop may not sell; zero lets it sell all."""
    product = oms.catalogue.product(call.path["sku"])
    shop = call.path["shop"]
    if shop not in oms.catalogue.shops():
        raise Unknown("shop_unknown", f"There is no shop {shop}.")
    wanted = Buffer(call.body.pieces, call.body.percent)
    by = Keeping(shop, wanted, call.actor, f"request:{call.request_id}")
    kept = oms.stock.keep_back(product.sku, by)
    return Answer(
        {"sku": product.sku, "shop": shop, "pieces": kept.pieces, "percent": kept.percent}
    )
