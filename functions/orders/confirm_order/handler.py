"""A shop or clerk asks for the confirmation of an order, as it stands, on paper."""

from __future__ import annotations

from typing import Any

from oms_aws.billing.filing import confirmation, opened_paper
from oms_aws.billing.order_views import paper_view
from oms_aws.billing.wiring import BillingWiring
from oms_aws.orders.asked import seen_order
from oms_aws.platform.http import Answer, Call, Http
from oms_aws.platform.log import Saved

step = Http()
handler = step.handler


@step.route("POST /v1/orders/{order}/confirmation", scope="documents:read")
def confirm(call: Call[Any], oms: BillingWiring) -> Answer:
    """Make the confirmation of an order, or find the one of the same content."""
    seen = seen_order(call, oms)
    paper = confirmation(seen, oms, Saved(call.actor, f"request:{call.request_id}"))
    link = oms.links.link("confirmation", seen.order.id, at=oms.now())
    return Answer({**paper_view(paper), "link": link})


@step.route("GET /v1/orders/{order}/confirmation", scope="documents:read", status=302)
def open_it(call: Call[Any], oms: BillingWiring) -> Answer:
    """Open the confirmation of an order as it stands."""
    seen = seen_order(call, oms)
    paper = confirmation(seen, oms, Saved(call.actor, f"request:{call.request_id}"))
    return opened_paper(paper, seen.order.external_number, oms)
