"""Endpoints at the HTTP edge: who keeps which, of what it may hear, and how it stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Raw
from msgspec.structs import asdict, replace

from oms.core.events import LogEntry
from oms.core.refusals import Refusal, Unknown
from oms_aws.notices.audience import may_hear
from oms_aws.notices.breaker import SLUGGISH
from oms_aws.notices.event_types import MEANING
from oms_aws.notices.models import EndpointChange, Subscribe
from oms_aws.notices.subscribers import enveloped, wake
from oms_aws.notices.webhooks import Endpoint, signed
from oms_aws.notices.wiring import NoticesWiring
from oms_aws.platform.http import Answer, Call, Problem
from oms_aws.platform.log import Saved

SHOWN = ("id", "shop", "role", "url", "events", "description", "contact", "language")


def added(call: Call[Subscribe], oms: NoticesWiring) -> Answer:
    """Add an endpoint of the caller's, with a secret."""
    body, caller = call.body, call.caller
    _demand_heard(body.events, caller.role)
    _demand_callable(body.url, oms)
    endpoint = Endpoint(
        id=oms.new_id("whk"),
        shop=caller.shop,
        url=body.url,
        events=tuple(body.events),
        role=caller.role,
        client=caller.client,
        description=body.description,
        contact=body.contact,
        language=body.language or "",
    )
    _tidy(oms)
    with oms.webhooks.adding(endpoint):
        secret = oms.signing.make(endpoint.id, at=oms.now())
    return Answer({**shown(endpoint, oms), "secret": secret}, 201)


def _tidy(oms: NoticesWiring) -> None:
    """Forget the secrets of endpoints whose adding was cut off: nobody ever saw them."""
    for id in oms.webhooks.abandoned():
        oms.signing.forget(id)
        oms.webhooks.drop(id)


def changed(call: Call[EndpointChange], oms: NoticesWiring) -> Answer:
    """Change what the body names of an endpoint, and let it wait or go on."""
    endpoint, body = seen_endpoint(call, oms), call.body
    if body.events is not None:
        _demand_heard(body.events, endpoint.role)
    if body.url is not None:
        _demand_callable(body.url, oms)
    named = ("url", "events", "description", "contact", "language")
    asked = {name: value for name in named if (value := getattr(body, name)) is not None}
    if "events" in asked:
        asked["events"] = tuple(asked["events"])
    following = replace(endpoint, **asked)
    if following != endpoint:
        oms.webhooks.change(endpoint.id, **asked)
    if body.paused is not None:
        by = Saved(call.actor, f"request:{call.request_id}")
        oms.breakers.hold(endpoint, body.paused, by, oms.now())
    if body.paused is False:
        wake(endpoint.id, oms)
    return Answer(shown(following, oms))


def rotated(call: Call[Any], oms: NoticesWiring) -> Answer:
    """Give an endpoint another secret; the one before signs as well for a day."""
    endpoint = seen_endpoint(call, oms)
    with oms.webhooks.rotating(endpoint.id):
        secret = oms.signing.make(endpoint.id, at=oms.now())
    return Answer({**shown(endpoint, oms), "secret": secret})


def ended(call: Call[Any], oms: NoticesWiring) -> Answer:
    """Deliver nothing to an endpoint any more, and forget its secret.

    It ends first, so that none is without a secret; asked again, what was cut off is done.
    """
    endpoint = seen_endpoint(call, oms, ended=True)
    oms.webhooks.end(endpoint.id)
    oms.signing.forget(endpoint.id)
    _tidy(oms)
    return Answer(status=204)


def tested(call: Call[Any], oms: NoticesWiring) -> Answer:
    """Send an event that means nothing, and tell how that went; nothing else follows from it."""
    endpoint, at = seen_endpoint(call, oms), oms.now()
    event = LogEntry(
        id=oms.new_id("evt"),
        type="Webhook.Test",
        aggregate=f"webhook/{endpoint.id}",
        shop=endpoint.shop,
        sequence=1,
        at=at,
        actor=call.actor,
        cause=f"request:{call.request_id}",
        data=Raw(b""),
    )
    body = enveloped(event, {"endpoint": endpoint.id, "at": at})
    secrets = oms.signing.signing(endpoint.id, at=at, rotated_at=endpoint.rotated)
    outcome = signed(endpoint.url, secrets, event.id, body, at=at).by(oms.outgoing)
    told = {"delivered": outcome.ok, "status": outcome.status, "error": outcome.error}
    return Answer({"event": event.id, **told})


def shown(endpoint: Endpoint, oms: NoticesWiring) -> dict[str, Any]:
    """An endpoint as its keeper sees it, and how the last calls to it went."""
    values, standing = asdict(endpoint), oms.breakers.standing(endpoint.id)
    seen = asdict(standing)
    rests = standing.held or standing.paused_until is not None
    return {
        **{name: values[name] for name in SHOWN},
        "status": "paused" if rests else "active",
        "paused": standing.held,
        "slow": standing.slow >= SLUGGISH,
        **{n: seen[n] for n in ("waiting", "failures", "paused_at", "paused_until", "error")},
    }


def _demand_heard(events: Iterable[str], role: str) -> None:
    """Raises Problem for event types that there are not, or that are not for the role."""
    wanted = sorted({*events} - {"*"})
    if unknown := [each for each in wanted if each not in MEANING]:
        text = f"There is no event {', '.join(unknown)}; there are {', '.join(sorted(MEANING))}."
        raise Problem(422, "event_unknown", text, {"events": f"unknown: {', '.join(unknown)}"})
    if closed := [each for each in wanted if not may_hear(role, each)]:
        named = ", ".join(closed)
        text = f"A key with the role {role} does not hear of {named}: it may not read them."
        raise Problem(422, "event_not_for_role", text, {"events": f"not for {role}: {named}"})


def _demand_callable(url: str, oms: NoticesWiring) -> None:
    try:
        oms.outgoing.check(url)
    except Refusal as refusal:
        raise Problem(422, refusal.reason, refusal.text, refusal.fields) from None


def seen_endpoint(call: Call[Any], oms: NoticesWiring, *, ended: bool = False) -> Endpoint:
    """The endpoint that the path names, if the caller keeps it; raises Unknown."""
    endpoint = oms.webhooks.endpoint(call.path["endpoint"], ended=ended)
    if not endpoint.kept_by(call.caller):
        raise Unknown("endpoint_unknown", f"There is no endpoint {endpoint.id}.")
    return endpoint
