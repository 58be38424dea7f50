"""The merchant says what suppliers are to deliver when; what waits for it gets a day."""

from __future__ import annotations

from typing import Any

import msgspec

from oms.sourcing.purchase import Purchase
from oms_aws.platform.http import Answer, Call, Http, Problem
from oms_aws.platform.log import Saved
from oms_aws.sourcing.purchase_models import PurchaseIn
from oms_aws.sourcing.purchase_views import expected_view, purchase_view
from oms_aws.sourcing.wiring import SourcingWiring

step = Http()
handler = step.handler


@step.route(
    "PUT /v1/purchase-orders/{purchase}",
    scope="purchases:write",
    takes=PurchaseIn,
    headers=("If-Match",),
)
def put_purchase(call: Call[PurchaseIn], oms: SourcingWiring) -> Answer:
    """Store a purchase order; what has come of it stays."""
    oms.catalogue.warehouse(call.body.location)
    known = oms.catalogue.products(line.sku for line in call.body.lines)
    wrong = {
        f"lines.{n}.sku": "no such product"
        for n, line in enumerate(call.body.lines)
        if line.sku not in known
    }
    if wrong:
        raise Problem(422, "product_unknown", "It names products that we do not have.", wrong)
    wanted = msgspec.convert({"id": call.id("purchase"), **call.body.model_dump()}, Purchase)
    by = Saved(call.actor, f"request:{call.request_id}")
    stored = oms.purchases.store(wanted, by, if_version=call.if_version)
    return Answer(purchase_view(stored), headers={"ETag": f'"{stored.version}"'})


@step.route("GET /v1/purchase-orders/{purchase}", scope="stock:read")
def get_purchase(call: Call[Any], oms: SourcingWiring) -> Answer:
    """Read a purchase order."""
    stored = oms.purchases.get(call.path["purchase"])
    return Answer(purchase_view(stored), headers={"ETag": f'"{stored.version}"'})


@step.route("GET /v1/purchase-orders", scope="stock:read", query=("sku",))
def list_expected(call: Call[Any], oms: SourcingWiring) -> Answer:
    """List what is still to come of a SKU, the earliest first."""
    sku = call.query.get("sku")
    if not sku:
        raise Problem(422, "request_invalid", "Name a SKU.", {"sku": "missing"})
    return Answer({"items": [expected_view(each) for each in oms.purchases.expected(sku)]})
