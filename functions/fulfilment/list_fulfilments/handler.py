"""A warehouse reads what it has to do, by the time at which it is to leave."""

from __future__ import annotations

from typing import Any, get_args

from oms_aws.fulfilment.picking import to_pick
from oms_aws.fulfilment.wiring import FulfilmentWiring
from oms_aws.platform.http import Answer, Call, Http, invalid, page
from oms_aws.platform.query import FulfilmentStatus

step = Http()
handler = step.handler

STATUSES = get_args(FulfilmentStatus)


@step.route(
    "GET /v1/fulfilments",
    scope="fulfilments:read",
    query=("location", "status", "cursor", "limit"),
)
def list_fulfilments(call: Call[Any], oms: FulfilmentWiring) -> Answer:
    """List the fulfilments of a location in a status, in order of `ship_by`."""
    location = call.query.get("location", "")
    if not location:
        raise invalid({"location": "missing"})
    limit = call.limit()
    status = call.query.get("status", "released")
    if status not in STATUSES:
        raise invalid({"status": f"one of {', '.join(STATUSES)}"})
    oms.catalogue.cached_warehouse(location)
    found = oms.orders.fulfilments(location, status, after=call.cursor, limit=limit)
    items = to_pick([seen for _, seen in found], oms)
    return Answer(page(items, limit, found[-1][0] if found else ""))


@step.route("GET /v1/fulfilments/{fulfilment}", scope="fulfilments:read")
def get_fulfilment(call: Call[Any], oms: FulfilmentWiring) -> Answer:
    """Read a fulfilment."""
    (fulfilment,) = to_pick([oms.orders.fulfilment(call.path["fulfilment"])], oms)
    return Answer(fulfilment)
