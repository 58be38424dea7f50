"""The queue of holds: filtered as it is read, over one shop or all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from oms_aws.platform import indexes
from oms_aws.platform.http import Call, page
from oms_aws.screening.wiring import ScreeningWiring

Found = tuple[str, dict[str, Any]]


def listed(call: Call[Any], oms: ScreeningWiring) -> dict[str, Any]:
    """One page of the open holds that the query asks for, each with whether it is overdue."""
    now, limit = oms.now(), call.limit()
    found = ((place, hold) for place, hold in _found(call, oms) if _wanted(call, hold))
    some = list(islice(found, limit))
    items = [
        {**hold, "overdue": datetime.fromisoformat(hold["deadline"]) <= now} for _, hold in some
    ]
    return page(items, limit, some[-1][0] if some else "")


def _found(call: Call[Any], oms: ScreeningWiring) -> Iterator[Found]:
    asked = call.query.get("overdue", "false")
    until = indexes.due_at(oms.now()) if asked == "true" else ""
    shop, _, after = call.cursor.partition("|")
    shops = [call.caller.shop] if call.caller.shop else _shops(call, oms)
    for each in shops[shops.index(shop) if shop in shops else 0 :]:
        behind = after if each == shop else ""
        for place, hold in oms.orders.held(each, until=until, after=behind):
            yield f"{each}|{place}", hold


def _shops(call: Call[Any], oms: ScreeningWiring) -> list[str]:
    wanted = call.query.get("shop")
    return [oms.catalogue.cached_shop(wanted).id] if wanted else oms.catalogue.shops()


def _wanted(call: Call[Any], hold: dict[str, Any]) -> bool:
    return all(call.query.get(name, hold[name]) == hold[name] for name in ("owner", "reason"))
