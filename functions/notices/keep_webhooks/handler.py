"""A shop says where it wants to hear of which events."""

from __future__ import annotations

from typing import Any

from msgspec.structs import asdict, replace

from oms_aws.edges.announcements import MEANING
from oms_aws.edges.http import Answer, Call, Http, Problem
from oms_aws.edges.models import Subscribe
from oms_aws.edges.views import seen_endpoint
from oms_aws.webhooks import Endpoint
from oms_aws.wiring import Ports

step = Http()
handler = step.handler


@step.route("POST /v1/webhooks", scope="webhooks:write", takes=Subscribe, status=201)
def add_webhook(call: Call[Subscribe], oms: Ports) -> Answer:
    """Add an endpoint; its secret is shown this once.

    Only a shop's key adds endpoints, and only for its own shop.
    """
    if not call.caller.shop:
        raise Problem(403, "no_shop", "Only a shop's key adds its endpoints.")
    if unknown := sorted({*call.body.events} - {"*", *MEANING}):
        text = f"There is no event {', '.join(unknown)}; there are {', '.join(sorted(MEANING))}."
        raise Problem(422, "event_unknown", text, {"events": f"unknown: {', '.join(unknown)}"})
    oms.outgoing.check(call.body.url)
    endpoint = Endpoint(
        id=oms.new_id("whk"),
        shop=call.caller.shop,
        url=call.body.url,
        events=tuple(call.body.events),
    )
    secret = oms.signing.make(endpoint.id, at=oms.now())
    oms.webhooks.store(endpoint)
    return Answer({**_view(endpoint), "secret": secret}, 201)


@step.route("GET /v1/webhooks", scope="webhooks:write")
def list_webhooks(call: Call[Any], oms: Ports) -> Answer:
    """List the caller's endpoints, and how the last calls to each went."""
    seen = [e for e in oms.webhooks.endpoints() if call.caller.may_see(e.shop)]
    return Answer({"items": [{**_view(e), **_standing(e, oms)} for e in seen], "cursor": None})


@step.route("DELETE /v1/webhooks/{endpoint}", scope="webhooks:write", status=204)
def end_webhook(call: Call[Any], oms: Ports) -> Answer:
    """Deliver nothing to an endpoint any more."""
    oms.webhooks.store(replace(seen_endpoint(call, oms), active=False))
    return Answer(status=204)


def _view(endpoint: Endpoint) -> dict[str, Any]:
    values = asdict(endpoint)
    return {name: values[name] for name in ("id", "shop", "url", "events")}


def _standing(endpoint: Endpoint, oms: Ports) -> dict[str, Any]:
    standing = oms.breakers.standing(endpoint.id)
    values = asdict(standing)
    return {
        "status": "paused" if standing.paused_until else "active",
        **{name: values[name] for name in ("failures", "paused_at", "paused_until", "error")},
    }
