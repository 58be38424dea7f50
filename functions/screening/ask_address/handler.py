"""The customer corrects the address on a page that a link in a mail opens, without a login."""

from __future__ import annotations

from typing import Any

from oms_aws.edges.addresses import ask, take
from oms_aws.edges.http import Answer, Call
from oms_aws.edges.pages import Pages
from oms_aws.wiring import Ports

step = Pages()
handler = step.handler


@step.route("GET /a/{token}")
def show_address(call: Call[Any], oms: Ports) -> Answer:
    """Show the customer the address of an order, to correct it by a signed link."""
    return ask(call, oms)


@step.route("POST /a/{token}", status=303)
def take_address(call: Call[Any], oms: Ports) -> Answer:
    """Take the address that the customer sends with the form of that page."""
    return take(call, oms)
