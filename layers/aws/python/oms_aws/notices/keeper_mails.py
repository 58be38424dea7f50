"""Mails to the keeper of a webhook endpoint: that it fails, and that it works again."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from oms.core.parties import Language
from oms.core.refusals import Unknown
from oms.notices.endpoints import EndpointEvent, WebhookPaused, decode_endpoint_event
from oms_aws.notices.keeper_letters import EndpointPaused, EndpointResumed
from oms_aws.notices.letter_parts import Shop
from oms_aws.notices.letters import compose
from oms_aws.notices.mailing import Mail
from oms_aws.notices.webhooks import Endpoint
from oms_aws.notices.wiring import NoticesWiring
from oms_aws.platform.log import read_event
from oms_aws.platform.mail import Claim
from oms_aws.platform.queue import EventNotice
from oms_aws.platform.senders import Envelope, address, envelope

US = "Auftakt"
"""Who writes to clients of no shop."""


def tell_keeper(signal: EventNotice, oms: NoticesWiring) -> None:
    """Write once for each event; nothing of what the keeper did, nor of an endpoint that ended."""
    entry = read_event(oms.table, signal.aggregate, signal.sequence)
    event = decode_endpoint_event(entry)
    if event.by == "keeper":
        return
    try:
        endpoint = oms.webhooks.endpoint(event.endpoint)
    except Unknown:
        return
    if not (endpoint.shop or endpoint.contact):
        return
    mail, by = _mail(endpoint, event, oms)
    if oms.mail.claim(Claim(signal.id, mail.kind, signal.redriven > 0), at=oms.now()):
        return
    message_id = oms.mail.send(signal.id, mail.kind, mail.to, mail.letter, by)
    oms.table.write([oms.mail.sent(signal.id, mail.kind, message_id)])


def _mail(endpoint: Endpoint, event: EndpointEvent, oms: NoticesWiring) -> tuple[Mail, Envelope]:
    language: Language = endpoint.language or "de"
    if endpoint.shop:
        shop = oms.catalogue.cached_shop(endpoint.shop)
        by = envelope(shop, (oms.settings.sender, *oms.settings.senders))
        sender, team = Shop(shop.name, shop.support_email), shop.name
        language = endpoint.language or shop.language
    else:
        own = address(US, oms.settings.sender)
        by, sender = Envelope(own, own), Shop(US, oms.settings.sender)
        team = endpoint.client
    to = endpoint.contact or sender.support_email
    at = urlsplit(endpoint.url)
    # What stands behind the path may be a secret of the subscriber's.
    url = f"{at.scheme}://{at.netloc}{at.path}"
    common: dict[str, Any] = {
        "shop": sender,
        "customer": f"Team {team}",
        "url": url,
        "name": endpoint.description,
    }
    if isinstance(event, WebhookPaused):
        rests = EndpointPaused(
            **common,
            since=_time(event.since),
            until=_time(event.until),
            failures=event.failures,
            error=event.error,
        )
        return Mail("endpoint_paused", to, compose("endpoint_paused", rests, language)), by
    works = EndpointResumed(**common, since=_time(event.since))
    return Mail("endpoint_resumed", to, compose("endpoint_resumed", works, language)), by


def _time(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else ""
