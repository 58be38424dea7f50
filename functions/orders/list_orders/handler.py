"""A shop or clerk searches orders, newest first across shops."""

from __future__ import annotations

from typing import Any, get_args

from oms_aws.orders.search import KINDS, Sought
from oms_aws.orders.searching import named, spans, started
from oms_aws.orders.wiring import OrdersWiring
from oms_aws.platform.http import Answer, Call, Http, cursor, invalid
from oms_aws.platform.query import Status

step = Http()
handler = step.handler

STATUSES = get_args(Status)


@step.route(
    "GET /v1/orders",
    scope="orders:read",
    query=(
        "external_number",
        "customer",
        "email",
        "sku",
        "status",
        "placed_from",
        "placed_to",
        "shop",
        "cursor",
        "limit",
    ),
)
def list_orders(call: Call[Any], oms: OrdersWiring) -> Answer:
    """Search orders.

    Orders must have all that the parameters say. They come newest first by `placed_at`, of all
    shops that the key may see.
    """
    status = call.query.get("status", "")
    if status and status not in STATUSES:
        raise invalid({"status": f"one of {', '.join(STATUSES)}"})
    sought = Sought(**{name: call.query.get(name, "") for name in KINDS}, status=status)
    wanted, limit, after = spans(call, oms), call.limit(), started(call)
    if number := call.query.get("external_number"):
        return Answer({"items": named(number, wanted, sought, oms), "cursor": None})
    found = oms.search.page(wanted, sought, after=after, limit=limit)
    behind = None if found.last is None else cursor(found.last)
    return Answer({"items": found.items, "cursor": behind})
