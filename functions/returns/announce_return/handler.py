"""A shop, clerk or warehouse announces goods that come back, and gets the number for the parcel."""

from __future__ import annotations

from oms.core.refusals import NotNow, Unknown
from oms_aws.platform.aggregates import Conflict
from oms_aws.platform.http import Answer, Call, Http, remembered, replayed
from oms_aws.platform.log import Saved
from oms_aws.returns.goods_back import announce
from oms_aws.returns.return_models import AnnounceReturn
from oms_aws.returns.return_views import return_answer
from oms_aws.returns.wiring import ReturnsWiring

step = Http()
handler = step.handler


@step.route(
    "POST /v1/returns",
    scope="returns:write",
    takes=AnnounceReturn,
    status=201,
    query=("shop",),
    headers=("Idempotency-Key",),
)
def announce_return(call: Call[AnnounceReturn], oms: ReturnsWiring) -> Answer:
    """Announce a return: which pieces of an order come back, and why."""
    if earlier := replayed(call, oms):
        return return_answer(oms.returns.get(earlier.body["id"]), status=201)
    order = _order_meant(call, oms)
    if call.body.withdrawal:
        _demand_about(call.body.withdrawal, order, oms)
    id = oms.new_id("ret")
    also = remembered(call, oms, Answer({"id": id}, 201))
    by = Saved(call.actor, f"request:{call.request_id}", also)
    try:
        return return_answer(announce(call.body, order, id, by, oms), status=201)
    except Conflict as error:
        if earlier := replayed(call, oms):
            return return_answer(oms.returns.get(earlier.body["id"]), status=201)
        raise NotNow("the return could not be stored") from error


def _order_meant(call: Call[AnnounceReturn], oms: ReturnsWiring) -> str:
    """The id of the order that the body names, if it is the caller's business; raises Unknown."""
    named, shop = call.body.order, call.caller.shop or call.query.get("shop", "")
    id = (oms.orders.id_of(shop, named) if shop else None) or named
    seen = oms.orders.known(id)
    if seen is None or not call.caller.may_see(seen.order.shop):
        raise Unknown("order_unknown", f"There is no order {named}.")
    return id


def _demand_about(withdrawal: str, order: str, oms: ReturnsWiring) -> None:
    known = oms.withdrawals.known(withdrawal)
    if known is None or known.withdrawal.order != order:
        raise Unknown("withdrawal_unknown", f"No withdrawal {withdrawal} is about this order.")
