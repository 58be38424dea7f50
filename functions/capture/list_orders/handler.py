"""A shop or clerk lists orders, newest first, by status or by the shop's own number."""

from __future__ import annotations

from typing import Any, get_args

from oms_aws.edges.http import Answer, Call, Http, invalid, page
from oms_aws.edges.query import Status
from oms_aws.edges.views import summary
from oms_aws.wiring import Ports

step = Http()
handler = step.handler

STATUSES = get_args(Status)


@step.route(
    "GET /v1/orders",
    scope="orders:read",
    query=("external_number", "status", "shop", "cursor", "limit"),
)
def list_orders(call: Call[Any], oms: Ports) -> Answer:
    """List orders."""
    status = call.query.get("status")
    if status is not None and status not in STATUSES:
        raise invalid({"status": f"one of {', '.join(STATUSES)}"})
    shop, _, after = call.cursor.rpartition("/")
    shops = [call.caller.shop] if call.caller.shop else _shops(call, oms)
    if number := call.query.get("external_number"):
        ids = [id for each in shops if (id := oms.orders.id_of(each, number))]
        return Answer({"items": [summary(oms.orders.get(id)) for id in ids], "cursor": None})
    limit = call.limit()
    items: list[dict[str, Any]] = []
    for each in shops[shops.index(shop) if shop in shops else 0 :]:
        behind = after if each == shop else ""
        found = oms.orders.listed(each, status=status, after=behind, limit=limit - len(items))
        items += [{**item, "shop": each} for item in found]
        if len(items) == limit:
            break
    last = f"{items[-1]['shop']}/{items[-1]['id']}" if items else ""
    return Answer(page(items, limit, last))


def _shops(call: Call[Any], oms: Ports) -> list[str]:
    wanted = call.query.get("shop")
    return [oms.catalogue.shop_of_late(wanted).id] if wanted else oms.orders.shops()
