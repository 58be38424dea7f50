"""A shop, warehouse or clerk reads how much of a SKU there is."""

from __future__ import annotations

from typing import Any

from oms.core.refusals import Unknown
from oms_aws.platform.http import Answer, Call, Http
from oms_aws.sourcing.wiring import SourcingWiring

step = Http()
handler = step.handler


@step.route("GET /v1/stock/{sku}", scope="stock:read")
def get_stock(call: Call[Any], oms: SourcingWiring) -> Answer:
    """Read the stock of a SKU."""
    sku = call.path["sku"]
    item = oms.stock.items([sku])[sku]
    if not item.on_hand and not item.backordered:
        raise Unknown("stock_unknown", f"There is no stock of {sku}.")
    places = {
        place: {
            "on_hand": on_hand,
            "safety": item.safety.get(place, 0),
            "own_safety": place in item.own_safety,
            "hard": item.hard.get(place, 0),
            "free": item.free.get(place, 0),
            "as_of": item.as_of.get(place),
        }
        for place, on_hand in item.on_hand.items()
    }
    counters = {name: getattr(item, name) for name in ("promisable", "soft", "backordered")}
    counters["uncovered"] = max(0, -item.promisable)
    buffers = {
        shop: {"pieces": each.pieces, "percent": each.percent, "kept": item.kept_from(shop)}
        for shop, each in item.buffers.items()
        if call.caller.may_see(shop)
    }
    return Answer(
        {"sku": sku, **counters, "locations": places, "buffers": buffers, "parts": item.parts}
    )
