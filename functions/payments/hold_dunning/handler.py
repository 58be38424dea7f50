"""A clerk or accountant has no letter of an open invoice sent for a while, or lets it go on."""

from __future__ import annotations

from oms.payments.dunning import hold
from oms_aws.billing.opening import holder_of, seen_document
from oms_aws.payments.models import HoldDunning
from oms_aws.payments.open_item_lists import dunning_view
from oms_aws.payments.wiring import PaymentsWiring
from oms_aws.platform.http import Answer, Call, Http
from oms_aws.platform.log import Saved

step = Http()
handler = step.handler


@step.route(
    "POST /v1/open-items/{document}/dunning-hold", scope="open-items:write", takes=HoldDunning
)
def hold_dunning(call: Call[HoldDunning], oms: PaymentsWiring) -> Answer:
    """Hold the dunning of an invoice until a day, with a reason; without a day it goes on."""
    body, id, at = call.body, call.path["document"], oms.now()
    seen_document(call, oms)
    holder_of(id, oms).change(
        lambda known: hold(known, id, body.until, reason=body.reason, by=call.actor, at=at),
        Saved(call.actor, f"request:{call.request_id}"),
    )
    return Answer(dunning_view(holder_of(id, oms).document(id)))
