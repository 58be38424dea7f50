"""A shop or clerk lists what holds orders, the next deadline first."""

from __future__ import annotations

from typing import Any

from oms_aws.platform.http import Answer, Call, Http
from oms_aws.screening.holds import listed
from oms_aws.screening.wiring import ScreeningWiring

step = Http()
handler = step.handler


@step.route(
    "GET /v1/holds",
    scope="orders:read",
    query=("owner", "reason", "overdue", "shop", "cursor", "limit"),
)
def list_holds(call: Call[Any], oms: ScreeningWiring) -> Answer:
    """List open holds: of an owner, for a reason, those that are overdue."""
    return Answer(listed(call, oms))
