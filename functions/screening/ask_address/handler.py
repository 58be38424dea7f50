"""The customer corrects the address on a page that a link in a mail opens, without a login."""

from __future__ import annotations

from typing import Any

from oms_aws.platform.http import Answer, Call
from oms_aws.platform.pages import Pages
from oms_aws.screening.addresses import ask, take
from oms_aws.screening.wiring import ScreeningWiring

step = Pages()
handler = step.handler


@step.route("GET /a/{token}")
def show_address(call: Call[Any], oms: ScreeningWiring) -> Answer:
    """Show the customer the address of an order, to correct it by a signed link."""
    return ask(call, oms)


@step.route("POST /a/{token}", status=303)
def take_address(call: Call[Any], oms: ScreeningWiring) -> Answer:
    """Take the address that the customer sends with the form of that page."""
    return take(call, oms)
