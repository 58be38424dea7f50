"""The catalogue takes price lists: for which customers, in which currency, from when to when."""

from __future__ import annotations

from typing import Any

from oms_aws.master.keeping import history, listed, put, shown
from oms_aws.master.kinds import PRICE_LISTS
from oms_aws.master.price_models import PriceListIn
from oms_aws.master.wiring import MasterWiring
from oms_aws.platform import indexes, keys
from oms_aws.platform.http import Answer, Call, Http

step = Http()
handler = step.handler


@step.route(
    "PUT /v1/price-lists/{list}", scope="prices:write", takes=PriceListIn, headers=("If-Match",)
)
def put_price_list(call: Call[PriceListIn], oms: MasterWiring) -> Answer:
    """Store a price list; its currency and price mode stay what they were at first."""
    return put(call, oms, PRICE_LISTS, id=call.id("list"))


@step.route("GET /v1/price-lists/{list}", scope="prices:read")
def get_price_list(call: Call[Any], oms: MasterWiring) -> Answer:
    """Read a price list, without its prices."""
    return shown(oms.catalogue.price_list(call.path["list"]))


@step.route("GET /v1/price-lists", scope="prices:read", query=("cursor", "limit"))
def list_price_lists(call: Call[Any], oms: MasterWiring) -> Answer:
    """List all price lists, by id."""
    return listed(call, oms, PRICE_LISTS, indexes.PRICE_LISTS)


@step.route("GET /v1/price-lists/{list}/history", scope="prices:read", query=("cursor", "limit"))
def read_price_list_history(call: Call[Any], oms: MasterWiring) -> Answer:
    """Read who changed a price list, when, and what it was before and after."""
    return history(call, oms, PRICE_LISTS, keys.price_list(call.path["list"]))
