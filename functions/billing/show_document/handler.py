"""A customer opens a document by the link in a mail, without a login."""

from __future__ import annotations

from typing import Any

from oms_aws.edges.http import Answer, Call
from oms_aws.edges.pages import Pages
from oms_aws.edges.papers import opened
from oms_aws.wiring import Ports

step = Pages()
handler = step.handler


@step.route("GET /d/{token}", status=302, query=("format",))
def show(call: Call[Any], oms: Ports) -> Answer:
    """Open a document by a signed link."""
    id = oms.links.subject("document", call.path["token"], at=oms.now())
    return opened(id, oms, format=call.query.get("format", "pdf"))
