"""The catalogue takes products, one by one or in batches, from whoever keeps the master data."""

from __future__ import annotations

from typing import Any

from oms_aws import keys
from oms_aws.edges.http import Answer, Call, Http
from oms_aws.edges.master import history, listed, put, put_rows, shown
from oms_aws.edges.models import Batch, ProductIn, ProductRow
from oms_aws.master import PRODUCTS
from oms_aws.wiring import Ports

step = Http()
handler = step.handler


@step.route(
    "PUT /v1/products/{sku}", scope="products:write", takes=ProductIn, headers=("If-Match",)
)
def put_product(call: Call[ProductIn], oms: Ports) -> Answer:
    """Store a product."""
    return put(call, oms, PRODUCTS, sku=call.id("sku"))


@step.route("GET /v1/products/{sku}", scope="products:read")
def get_product(call: Call[Any], oms: Ports) -> Answer:
    """Read a product."""
    return shown(oms.catalogue.product(call.path["sku"]))


@step.route("GET /v1/products", scope="products:read", query=("cursor", "limit"))
def list_products(call: Call[Any], oms: Ports) -> Answer:
    """List all products, in an order that stays the same but is none of SKUs."""
    return listed(call, oms, PRODUCTS, keys.PRODUCTS)


@step.route("GET /v1/products/{sku}/history", scope="products:read", query=("cursor", "limit"))
def read_product_history(call: Call[Any], oms: Ports) -> Answer:
    """Read who changed a product, when, and what it was before and after."""
    return history(call, oms, PRODUCTS, keys.product(call.path["sku"]))


@step.route("POST /v1/products/batch", scope="products:write", takes=Batch, rows=ProductRow)
def put_products(call: Call[Batch], oms: Ports) -> Answer:
    """Store up to 1,000 products; each row is stored, unchanged or refused by itself."""
    return put_rows(call, oms, PRODUCTS, ProductRow, lambda product: product.sku)
