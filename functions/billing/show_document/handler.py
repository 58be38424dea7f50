"""A customer opens a document by the link in a mail, without a login."""

from __future__ import annotations

from typing import Any

from oms_aws.billing.opening import opened
from oms_aws.billing.wiring import BillingWiring
from oms_aws.platform.http import Answer, Call
from oms_aws.platform.pages import Pages

step = Pages()
handler = step.handler


@step.route("GET /d/{token}", status=302, query=("format",))
def show(call: Call[Any], oms: BillingWiring) -> Answer:
    """Open a document by a signed link."""
    id = oms.links.subject("document", call.path["token"], at=oms.now())
    return opened(id, oms, format=call.query.get("format", "pdf"))
