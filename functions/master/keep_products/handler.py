"""The catalogue takes products, one by one or in batches, from whoever keeps the master data."""

from __future__ import annotations

from typing import Any

from oms_aws.master.keeping import history, listed, put, put_rows, shown
from oms_aws.master.kinds import PRODUCTS
from oms_aws.master.models import OwnerIn, ProductIn, ProductRow
from oms_aws.master.products import changes_seen, hand_over, seen_by, wanting
from oms_aws.master.wiring import MasterWiring
from oms_aws.platform import indexes, keys
from oms_aws.platform.http import Answer, Call, Http
from oms_aws.platform.models import Batch

step = Http()
handler = step.handler


@step.route(
    "PUT /v1/products/{sku}", scope="products:write", takes=ProductIn, headers=("If-Match",)
)
def put_product(call: Call[ProductIn], oms: MasterWiring) -> Answer:
    """Store a product; a shop's key only one that it owns, or a new one, which it owns then."""
    return put(call, oms, PRODUCTS, seen_by(call), sku=call.id("sku"), owner=wanting(call))


@step.route(
    "PUT /v1/products/{sku}/owner", scope="products:assign", takes=OwnerIn, headers=("If-Match",)
)
def hand_over_product(call: Call[OwnerIn], oms: MasterWiring) -> Answer:
    """Let a shop own a product, or none: then only clerks change it."""
    return hand_over(call, oms)


@step.route("GET /v1/products/{sku}", scope="products:read")
def get_product(call: Call[Any], oms: MasterWiring) -> Answer:
    """Read a product."""
    return shown(oms.catalogue.product(call.path["sku"]), seen_by(call))


@step.route("GET /v1/products", scope="products:read", query=("cursor", "limit"))
def list_products(call: Call[Any], oms: MasterWiring) -> Answer:
    """List all products, in an order that stays the same but is none of SKUs."""
    return listed(call, oms, PRODUCTS, indexes.PRODUCTS, seen_by(call))


@step.route("GET /v1/products/{sku}/history", scope="products:read", query=("cursor", "limit"))
def read_product_history(call: Call[Any], oms: MasterWiring) -> Answer:
    """Read who changed a product, when, and what it was before and after."""
    return changes_seen(history(call, oms, PRODUCTS, keys.product(call.path["sku"])), call)


@step.route("POST /v1/products/batch", scope="products:write", takes=Batch, rows=ProductRow)
def put_products(call: Call[Batch], oms: MasterWiring) -> Answer:
    """Store up to 1,000 products; each row is stored, unchanged or refused by itself."""
    return put_rows(
        call, oms, PRODUCTS, ProductRow, lambda product: product.sku, owner=wanting(call)
    )
