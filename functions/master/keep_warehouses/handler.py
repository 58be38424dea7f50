"""The catalogue takes warehouses: where they are, when they work, until when they ship that day."""

from __future__ import annotations

from typing import Any

from oms_aws.master.keeping import history, listed, put, put_rows, shown
from oms_aws.master.kinds import WAREHOUSES
from oms_aws.master.models import WarehouseIn, WarehouseRow
from oms_aws.master.warehouses import with_barred
from oms_aws.master.wiring import MasterWiring
from oms_aws.platform import indexes, keys
from oms_aws.platform.http import Answer, Call, Http
from oms_aws.platform.models import Batch

step = Http()
handler = step.handler


@step.route(
    "PUT /v1/warehouses/{warehouse}",
    scope="warehouses:write",
    takes=WarehouseIn,
    headers=("If-Match",),
)
def put_warehouse(call: Call[WarehouseIn], oms: MasterWiring) -> Answer:
    """Store a warehouse.

    The answer names the shops that may not send from there, as they have no VAT registration in its
    state: their orders do not go to it, and are held where pieces lie nowhere else.
    """
    return put(call, oms, WAREHOUSES, with_barred(oms), id=call.id("warehouse"))


@step.route("GET /v1/warehouses/{warehouse}", scope="stock:read")
def get_warehouse(call: Call[Any], oms: MasterWiring) -> Answer:
    """Read a warehouse."""
    return shown(oms.catalogue.warehouse(call.path["warehouse"]), with_barred(oms))


@step.route("GET /v1/warehouses", scope="stock:read", query=("cursor", "limit"))
def list_warehouses(call: Call[Any], oms: MasterWiring) -> Answer:
    """List all warehouses, by id."""
    return listed(call, oms, WAREHOUSES, indexes.WAREHOUSES, with_barred(oms))


@step.route("GET /v1/warehouses/{warehouse}/history", scope="stock:read", query=("cursor", "limit"))
def read_warehouse_history(call: Call[Any], oms: MasterWiring) -> Answer:
    """Read who changed a warehouse, when, and what it was before and after."""
    return history(call, oms, WAREHOUSES, keys.warehouse(call.path["warehouse"]))


@step.route("POST /v1/warehouses/batch", scope="warehouses:write", takes=Batch, rows=WarehouseRow)
def put_warehouses(call: Call[Batch], oms: MasterWiring) -> Answer:
    """Store up to 1,000 warehouses; each row is stored, unchanged or refused by itself."""
    return put_rows(call, oms, WAREHOUSES, WarehouseRow, lambda warehouse: warehouse.id)
