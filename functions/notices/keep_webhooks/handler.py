"""A client says where it wants to hear of which events, as far as its role may read them."""

from __future__ import annotations

from typing import Any

from oms_aws.notices.endpoints import added, changed, ended, rotated, seen_endpoint, shown
from oms_aws.notices.models import EndpointChange, Subscribe
from oms_aws.notices.wiring import NoticesWiring
from oms_aws.platform.http import Answer, Call, Http

step = Http()
handler = step.handler
ONE = "/v1/webhooks/{endpoint}"


@step.route("POST /v1/webhooks", scope="webhooks:write", takes=Subscribe, status=201)
def add_webhook(call: Call[Subscribe], oms: NoticesWiring) -> Answer:
    """Add an endpoint; its secret is shown this once. A shop's hears of its own shop alone."""
    return added(call, oms)


@step.route("GET /v1/webhooks", scope="webhooks:write")
def list_webhooks(call: Call[Any], oms: NoticesWiring) -> Answer:
    """List the caller's endpoints, and how the last calls to each went."""
    mine = [each for each in oms.webhooks.endpoints() if each.kept_by(call.caller)]
    return Answer({"items": [shown(each, oms) for each in mine], "cursor": None})


@step.route(f"GET {ONE}", scope="webhooks:write")
def get_webhook(call: Call[Any], oms: NoticesWiring) -> Answer:
    """Read an endpoint, and how the last calls to it went."""
    return Answer(shown(seen_endpoint(call, oms), oms))


@step.route(f"PATCH {ONE}", scope="webhooks:write", takes=EndpointChange)
def change_webhook(call: Call[EndpointChange], oms: NoticesWiring) -> Answer:
    """Change address, events or description of an endpoint; pause it, or let it go on."""
    return changed(call, oms)


@step.route(f"POST {ONE}/secret", scope="webhooks:write")
def rotate_secret(call: Call[Any], oms: NoticesWiring) -> Answer:
    """Replace an endpoint's secret; for 24 hours the one before signs as well."""
    return rotated(call, oms)


@step.route(f"DELETE {ONE}", scope="webhooks:write", status=204)
def end_webhook(call: Call[Any], oms: NoticesWiring) -> Answer:
    """Deliver nothing to an endpoint any more."""
    return ended(call, oms)
