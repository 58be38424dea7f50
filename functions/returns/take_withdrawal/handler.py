"""A shop hands on a consumer's statement to withdraw: it is stored before the shop hears so."""

from __future__ import annotations

from oms.core.refusals import NotNow
from oms_aws.platform.aggregates import Conflict
from oms_aws.platform.http import Answer, Call, Http, remembered, replayed, shop_meant
from oms_aws.platform.log import Saved
from oms_aws.returns.models import WithdrawIn
from oms_aws.returns.receiving import heard, take
from oms_aws.returns.views import withdrawal_answer
from oms_aws.returns.wiring import ReturnsWiring

step = Http()
handler = step.handler


@step.route(
    "POST /v1/withdrawals",
    scope="withdrawals:write",
    takes=WithdrawIn,
    status=201,
    query=("shop",),
    headers=("Idempotency-Key",),
)
def take_withdrawal(call: Call[WithdrawIn], oms: ReturnsWiring) -> Answer:
    """Hand on a consumer's statement to withdraw.

    It is stored whatever it says, and acknowledged by mail; where it is certain which order it is
    about, the answer has the verdict on each line.
    """
    shop = shop_meant(call)
    oms.catalogue.cached_shop(shop)
    if earlier := replayed(call, oms):
        return _again(earlier, oms)
    id = oms.new_id("wdr")
    also = remembered(call, oms, Answer({"id": id}, 201))
    by = Saved(call.actor, f"request:{call.request_id}", also)
    said = heard(call.body, id, shop, oms.now())
    try:
        stored = take(said, by, oms, certain=call.body.verified)
    except Conflict as error:
        if earlier := replayed(call, oms):
            return _again(earlier, oms)
        raise NotNow("the statement could not be stored") from error
    return withdrawal_answer(stored, status=201)


def _again(earlier: Answer, oms: ReturnsWiring) -> Answer:
    """The withdrawal that the same request led to before, as it stands now."""
    return withdrawal_answer(oms.withdrawals.get(earlier.body["id"]), status=201)
