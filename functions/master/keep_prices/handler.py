"""The catalogue takes prices: what a SKU costs in a list, from which quantity on."""

from __future__ import annotations

from typing import Any

from oms_aws.master.keeping import history, listed, put, put_rows, shown
from oms_aws.master.kinds import PRICES
from oms_aws.master.price_models import PriceIn, PriceRow
from oms_aws.master.wiring import MasterWiring
from oms_aws.platform import indexes, keys
from oms_aws.platform.http import Answer, Call, Http
from oms_aws.platform.models import Batch

step = Http()
handler = step.handler
ONE = "/v1/price-lists/{list}/prices/{sku}"
PAGED = ("cursor", "limit")


@step.route(f"PUT {ONE}", scope="prices:write", takes=PriceIn, headers=("If-Match",))
def put_price(call: Call[PriceIn], oms: MasterWiring) -> Answer:
    """Store what a SKU costs in a list; no breaks take it out of the list."""
    return put(call, oms, PRICES, list=call.id("list"), sku=call.id("sku"))


@step.route(f"GET {ONE}", scope="prices:read")
def get_price(call: Call[Any], oms: MasterWiring) -> Answer:
    """Read what a SKU costs in a list."""
    return shown(oms.catalogue.price(call.path["list"], call.path["sku"]))


@step.route("GET /v1/price-lists/{list}/prices", scope="prices:read", query=PAGED)
def list_prices(call: Call[Any], oms: MasterWiring) -> Answer:
    """List the prices of a list, in an order that stays the same but is none of SKUs."""
    name = oms.catalogue.price_list(call.path["list"]).id
    return listed(call, oms, PRICES, indexes.prices_in(name))


@step.route(f"GET {ONE}/history", scope="prices:read", query=PAGED)
def read_price_history(call: Call[Any], oms: MasterWiring) -> Answer:
    """Read who changed a price, when, and what it was before and after."""
    return history(call, oms, PRICES, keys.price(call.path["list"], call.path["sku"]))


@step.route("POST /v1/prices/batch", scope="prices:write", takes=Batch, rows=PriceRow)
def put_prices(call: Call[Batch], oms: MasterWiring) -> Answer:
    """Store up to 1,000 prices; each row is stored, unchanged or refused by itself."""
    return put_rows(call, oms, PRICES, PriceRow, lambda price: f"{price.list}/{price.sku}")
