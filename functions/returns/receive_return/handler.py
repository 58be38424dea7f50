"""A warehouse takes goods back: order, return and stock change at once."""

from __future__ import annotations

from oms_aws.platform.http import Answer, Call, Http
from oms_aws.platform.log import Saved
from oms_aws.returns.goods_back import receive
from oms_aws.returns.return_models import GoodsReceiptIn
from oms_aws.returns.return_views import return_answer, seen_return
from oms_aws.returns.wiring import ReturnsWiring

step = Http()
handler = step.handler


@step.route(
    "POST /v1/returns/{rma}/receipts", scope="returns:receive", takes=GoodsReceiptIn, status=201
)
def receive_return(call: Call[GoodsReceiptIn], oms: ReturnsWiring) -> Answer:
    """Take a parcel of a return in; the same receipt again changes nothing.

    More, less or other than announced is taken as it came. Pieces to restock lie on the shelf at
    once, unless the location was counted since then: they are in that count.
    """
    seen = seen_return(call, oms)
    by = Saved(call.actor, f"request:{call.request_id}")
    return return_answer(receive(seen, call.body, by, oms), status=201)
