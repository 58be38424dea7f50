"""A customer opens the confirmation of an order by the link in a mail, without a login."""

from __future__ import annotations

from typing import Any

from oms_aws.billing.filing import confirmation, opened_paper
from oms_aws.billing.wiring import BillingWiring
from oms_aws.platform.http import Answer, Call
from oms_aws.platform.log import Saved
from oms_aws.platform.pages import Pages

step = Pages()
handler = step.handler


@step.route("GET /o/{token}", status=302)
def show(call: Call[Any], oms: BillingWiring) -> Answer:
    """Open an order's confirmation by a signed link."""
    id = oms.links.subject("confirmation", call.path["token"], at=oms.now())
    seen = oms.orders.get(id)
    paper = confirmation(seen, oms, Saved("customer", f"request:{call.request_id}"))
    return opened_paper(paper, seen.order.external_number, oms)
