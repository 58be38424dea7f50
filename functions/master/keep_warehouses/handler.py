"""The catalogue takes warehouses: where they are, until when they ship the same day."""

from __future__ import annotations

import msgspec

from oms.routing import Warehouse
from oms_aws.edges.http import Answer, Call, Http
from oms_aws.edges.models import Batch, WarehouseIn, WarehouseRow
from oms_aws.edges.rows import store_rows
from oms_aws.wiring import Ports

step = Http()
handler = step.handler


@step.route(
    "PUT /v1/warehouses/{warehouse}",
    scope="warehouses:write",
    takes=WarehouseIn,
    headers=("If-Match",),
)
def put_warehouse(call: Call[WarehouseIn], oms: Ports) -> Answer:
    """Store a warehouse."""
    row = WarehouseRow(id=call.path["warehouse"], **call.body.model_dump())
    stored = oms.catalogue.store_warehouse(_warehouse(row), if_version=call.if_version)
    return Answer(stored, headers={"ETag": f'"{stored.version}"'})


@step.route("GET /v1/warehouses/{warehouse}", scope="stock:read")
def get_warehouse(call: Call[WarehouseIn], oms: Ports) -> Answer:
    """Read a warehouse."""
    warehouse = oms.catalogue.warehouse(call.path["warehouse"])
    return Answer(warehouse, headers={"ETag": f'"{warehouse.version}"'})


@step.route("POST /v1/warehouses/batch", scope="warehouses:write", takes=Batch, rows=WarehouseRow)
def put_warehouses(call: Call[Batch], oms: Ports) -> Answer:
    """Store up to 1,000 warehouses; broken rows are refused one by one."""
    return store_rows(
        call.body.items, WarehouseRow, lambda row: oms.catalogue.store_warehouse(_warehouse(row))
    )


def _warehouse(row: WarehouseRow) -> Warehouse:
    return msgspec.convert(row.model_dump(), Warehouse)
