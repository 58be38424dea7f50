"""Pages of what a stage keeps for each shop: of one shop or all, each shop's newest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from oms_aws.platform.http import Call, page
from oms_aws.returns.wiring import ReturnsWiring

Found = TypeVar("Found")


def listed(
    call: Call[Any],
    oms: ReturnsWiring,
    some: Callable[[str, str, int], Sequence[tuple[str, Found]]],
    view: Callable[[Found], dict[str, Any]],
) -> dict[str, Any]:
    """One page of `some` of a shop (shop, after, limit), and of the shops behind it."""
    limit = call.limit()
    at, _, after = call.cursor.partition("|")
    shops = [call.caller.shop] if call.caller.shop else _shops(call, oms)
    found: list[tuple[str, Found]] = []
    for shop in shops[shops.index(at) if at in shops else 0 :]:
        more = some(shop, after if shop == at else "", limit - len(found))
        found += [(f"{shop}|{place}", each) for place, each in more]
        if len(found) == limit:
            break
    return page([view(each) for _, each in found], limit, found[-1][0] if found else "")


def _shops(call: Call[Any], oms: ReturnsWiring) -> list[str]:
    wanted = call.query.get("shop")
    return [oms.catalogue.cached_shop(wanted).id] if wanted else oms.catalogue.shops()
