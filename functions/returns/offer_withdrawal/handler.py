"""A consumer withdraws from a contract on a page of two steps, without a login (§ 356a BGB)."""

from __future__ import annotations

from typing import Any

from oms.core.refusals import NotNow
from oms_aws.platform.aggregates import Conflict
from oms_aws.platform.http import Answer, Call
from oms_aws.platform.log import Saved
from oms_aws.platform.pages import form
from oms_aws.returns.pages import (
    DEMANDED,
    FIELDS,
    WithdrawalPages,
    asking,
    checking,
    declared,
    done,
    said_in,
    shop_of,
)
from oms_aws.returns.receiving import take
from oms_aws.returns.wiring import ReturnsWiring

step = WithdrawalPages()
handler = step.handler


@step.route("GET /withdraw", query=("shop", "lang"))
def offer_withdrawal(call: Call[Any], oms: ReturnsWiring) -> Answer:
    """Offer a consumer to withdraw from a contract with a shop."""
    return asking(call, shop_of(call, oms), dict.fromkeys(FIELDS, ""), checked=False)


@step.route("POST /withdraw", query=("shop", "lang"))
def take_form(call: Call[Any], oms: ReturnsWiring) -> Answer:
    """Show what the consumer said, to be confirmed; what is confirmed is stored, always."""
    shop, values = shop_of(call, oms), said_in(call)
    match form(call).get("step"):
        case "confirm":
            new = declared(call, shop, values, at=oms.now())
            by = Saved("customer", f"request:{call.request_id}")
            try:
                stored = take(new, by, oms)
            except Conflict as error:
                raise NotNow("the statement could not be stored") from error
            return done(stored.withdrawal, shop, new.language)
        case "edit":
            return asking(call, shop, values, checked=False)
    if any(not values[name] for name in DEMANDED):
        return asking(call, shop, values, checked=True)
    return checking(call, shop, values, oms.new_id("once"))
