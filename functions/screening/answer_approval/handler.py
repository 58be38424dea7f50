"""An approver decides on a page that the link in a mail opens, without a login."""

from __future__ import annotations

from typing import Any

from oms_aws.platform.http import Answer, Call
from oms_aws.platform.pages import Pages
from oms_aws.screening.approvals import ask, take
from oms_aws.screening.wiring import ScreeningWiring

step = Pages()
handler = step.handler


@step.route("GET /approve/{token}")
def show_approval(call: Call[Any], oms: ScreeningWiring) -> Answer:
    """Show an approver the order and two buttons, by a signed link; nothing is decided by it."""
    return ask(call, oms)


@step.route("POST /approve/{token}", status=303)
def take_approval(call: Call[Any], oms: ScreeningWiring) -> Answer:
    """Take what the approver decided with a button of that page."""
    return take(call, oms)
