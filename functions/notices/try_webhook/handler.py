"""A subscriber sees whether its endpoint works before an event depends on it."""

from __future__ import annotations

from typing import Any

from oms_aws.notices.endpoints import tested
from oms_aws.notices.wiring import NoticesWiring
from oms_aws.platform.http import Answer, Call, Http

step = Http()
handler = step.handler


@step.route("POST /v1/webhooks/{endpoint}/test", scope="webhooks:write")
def send_test_event(call: Call[Any], oms: NoticesWiring) -> Answer:
    """Send a signed test event to an endpoint, and tell how that went."""
    return tested(call, oms)
