"""The customer cancels what still waits, on a page that a link in a mail opens, without a login."""

from __future__ import annotations

from typing import Any

from oms.sourcing.backorder import cancel_rest
from oms_aws.notices.waiting import ask
from oms_aws.notices.wiring import NoticesWiring
from oms_aws.platform.http import Answer, Call
from oms_aws.platform.log import Saved
from oms_aws.platform.pages import Pages

step = Pages()
handler = step.handler


@step.route("GET /w/{token}")
def show_waiting(call: Call[Any], oms: NoticesWiring) -> Answer:
    """Show the customer what still waits of an order, to cancel it by a signed link."""
    order_id = oms.links.subject("waiting", call.path["token"], at=oms.now())
    return ask(oms.orders.get(order_id).order, oms)


@step.route("POST /w/{token}", status=303)
def cancel_waiting(call: Call[Any], oms: NoticesWiring) -> Answer:
    """Cancel what still waits when the customer sends the form of that page."""
    token = call.path["token"]
    seen = oms.orders.get(oms.links.subject("waiting", token, at=oms.now()))
    by = f"customer:{seen.order.customer.id}"
    oms.orders.change(
        seen.order.id,
        lambda order: cancel_rest(order, by=by, at=oms.now()),
        Saved(by, f"request:{call.request_id}"),
        seen=seen,
    )
    return Answer(status=303, headers={"Location": f"/w/{token}"})
