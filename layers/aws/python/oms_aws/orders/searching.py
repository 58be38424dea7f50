"""Search of orders as a caller asks for it: whose they are, and from when until when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from oms_aws.orders.search import Sought, Span, summary
from oms_aws.orders.wiring import OrdersWiring
from oms_aws.platform import query
from oms_aws.platform.http import Call, invalid

MOST_SHOPS = 100
"""Shops whose lists are read for one page: each takes a query."""

PLACE = r"2[01][0-9]{2}-[0-9-]{5}T[0-9:]{8}Z#ord_[A-Za-z0-9]{1,64}"
FORM = "not a day like 2026-11-30, nor a time like 2026-11-30T10:15:00Z"

ENDS = {"placed_from": time.min, "placed_to": time.max}


def started(call: Call[Any]) -> str:
    """Behind which place the page begins; empty for the first. Raises Problem 422."""
    if call.cursor and not re.fullmatch(PLACE, call.cursor):
        raise invalid({"cursor": "not one of ours"})
    return call.cursor


def spans(call: Call[Any], oms: OrdersWiring) -> dict[str, Span]:
    """The shops whose orders the caller asks for, each with the times that its days come to.

    A day is one of the shop's time zone. Raises Problem 422, and Unknown for a shop that is none.
    """
    said = {name: _said(call, name) for name in ENDS}
    shops = _shops(call, oms)
    if len(shops) > MOST_SHOPS:
        raise invalid({"shop": f"name one: there are {len(shops)}, {MOST_SHOPS} are the most"})
    found = {shop: Span(*(_at(said[name], name, shop, oms) for name in ENDS)) for shop in shops}
    if any(each.first > each.behind for each in found.values()):
        raise invalid({"placed_to": "lies before placed_from"})
    return found


def named(
    number: str, wanted: Mapping[str, Span], sought: Sought, oms: OrdersWiring
) -> list[dict[str, Any]]:
    """The orders that shops gave this number, if they are what is sought besides, newest first."""
    ids = [id for shop in wanted if (id := oms.orders.id_of(shop, number))]
    orders = [stored.order for stored in oms.orders.get_many(ids).values()]
    fitting = [o for o in orders if sought.fits(o) and wanted[o.shop].holds(o)]
    return [summary(order) for order in sorted(fitting, key=lambda o: o.placed_at, reverse=True)]


def _shops(call: Call[Any], oms: OrdersWiring) -> list[str]:
    if call.caller.shop:
        return [call.caller.shop]
    wanted = call.query.get("shop")
    return [oms.catalogue.cached_shop(wanted).id] if wanted else oms.catalogue.shops()


def _said(call: Call[Any], name: str) -> date | datetime | None:
    if (text := call.query.get(name)) is None:
        return None
    found = query.day(text) or query.moment(text)
    if found is None:
        raise invalid({name: FORM})
    return found


def _at(said: date | datetime | None, name: str, shop: str, oms: OrdersWiring) -> datetime | None:
    """The time that is said: of a day its beginning or its end, where the shop is."""
    if said is None or isinstance(said, datetime):
        return said
    known = oms.catalogue.shop_if_known(shop)
    zone = ZoneInfo(known.time_zone) if known else UTC
    return datetime.combine(said, ENDS[name], zone)
