"""A shop, a clerk or an accountant states what the goods of an order are worth, pro forma."""

from __future__ import annotations

from typing import Any

from oms_aws.billing.filing import opened_paper
from oms_aws.billing.order_views import paper_view
from oms_aws.billing.proforma import pro_forma
from oms_aws.billing.wiring import BillingWiring
from oms_aws.orders.asked import seen_order
from oms_aws.platform.http import Answer, Call, Http
from oms_aws.platform.log import Saved

step = Http()
handler = step.handler


@step.route("POST /v1/orders/{order}/pro-forma", scope="documents:read")
def make_pro_forma(call: Call[Any], oms: BillingWiring) -> Answer:
    """Make a pro forma invoice of an order, or find the one of the same content."""
    by = Saved(call.actor, f"request:{call.request_id}")
    return Answer(paper_view(pro_forma(seen_order(call, oms), oms, by)))


@step.route("GET /v1/orders/{order}/pro-forma", scope="documents:read", status=302)
def open_pro_forma(call: Call[Any], oms: BillingWiring) -> Answer:
    """Open the pro forma invoice of an order as it stands."""
    seen, by = seen_order(call, oms), Saved(call.actor, f"request:{call.request_id}")
    return opened_paper(pro_forma(seen, oms, by), f"{seen.order.external_number}-PF", oms)
