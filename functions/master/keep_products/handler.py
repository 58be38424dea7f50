"""The catalogue takes products, one by one or in batches, from whoever keeps the master data."""

from __future__ import annotations

import msgspec

from oms.product import Product
from oms_aws.edges.http import Answer, Call, Http
from oms_aws.edges.models import Batch, ProductIn, ProductRow
from oms_aws.edges.rows import store_rows
from oms_aws.wiring import Ports

step = Http()
handler = step.handler


@step.route(
    "PUT /v1/products/{sku}", scope="products:write", takes=ProductIn, headers=("If-Match",)
)
def put_product(call: Call[ProductIn], oms: Ports) -> Answer:
    """Store a product."""
    row = ProductRow(sku=call.path["sku"], **call.body.model_dump())
    stored = oms.catalogue.store_product(_product(row), if_version=call.if_version)
    return Answer(stored, headers={"ETag": f'"{stored.version}"'})


@step.route("GET /v1/products/{sku}", scope="products:read")
def get_product(call: Call[ProductIn], oms: Ports) -> Answer:
    """Read a product."""
    product = oms.catalogue.product(call.path["sku"])
    return Answer(product, headers={"ETag": f'"{product.version}"'})


@step.route("POST /v1/products/batch", scope="products:write", takes=Batch, rows=ProductRow)
def put_products(call: Call[Batch], oms: Ports) -> Answer:
    """Store up to 1,000 products; broken rows are refused one by one."""
    return store_rows(
        call.body.items, ProductRow, lambda row: oms.catalogue.store_product(_product(row))
    )


def _product(row: ProductRow) -> Product:
    return msgspec.convert(row.model_dump(), Product)
