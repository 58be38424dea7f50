"""Whoever works with returns reads them: one, or a list with what waits for a clerk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from oms.returns.rma import ReturnStatus
from oms_aws.platform.http import Answer, Call, Http, invalid
from oms_aws.returns.paging import listed
from oms_aws.returns.return_views import return_answer, return_view, seen_return
from oms_aws.returns.rmas import StoredReturn
from oms_aws.returns.wiring import ReturnsWiring

step = Http()
handler = step.handler


@step.route(
    "GET /v1/returns",
    scope="returns:read",
    query=("order", "status", "shop", "cursor", "limit"),
)
def list_returns(call: Call[Any], oms: ReturnsWiring) -> Answer:
    """List returns, newest first within each shop, or those of one order.

    `review` and `uncredited` are what waits for a clerk, `announced` what is to come.
    """
    status = call.query.get("status", "")
    if status and status not in get_args(ReturnStatus):
        raise invalid({"status": f"one of {', '.join(get_args(ReturnStatus))}"})

    if order := call.query.get("order"):
        known = [each for each in oms.returns.of_order(order) if call.caller.may_see(each.rma.shop)]
        fitting = [each for each in known if status in ("", each.rma.status)]
        return Answer({"items": [return_view(each) for each in fitting], "cursor": None})

    def some(shop: str, after: str, limit: int) -> Sequence[tuple[str, StoredReturn]]:
        return oms.returns.listed(shop, status, after=after, limit=limit)

    return Answer(listed(call, oms, some, return_view))


@step.route("GET /v1/returns/{rma}", scope="returns:read")
def read_return(call: Call[Any], oms: ReturnsWiring) -> Answer:
    """Read a return: what is to come, what came, where it went, and what was credited."""
    return return_answer(seen_return(call, oms))
