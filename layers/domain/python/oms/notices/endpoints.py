"""Endpoints of subscribers: what their keepers are told of how calls to them go."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from oms.core.events import DomainEvent, EventReader

By = Literal["failures", "keeper"]


class WebhookPaused(DomainEvent, frozen=True, tag="Webhook.Paused"):
    """An endpoint gets nothing for now: too many calls in a row failed, or its keeper wants it so.

    `since` when it rests; `until` is when it is called again, to see whether it works. A keeper's
    pause has no end.
    """

    endpoint: str
    by: By
    since: datetime
    at: datetime
    failures: int = 0
    error: str = ""
    until: datetime | None = None


class WebhookResumed(DomainEvent, frozen=True, tag="Webhook.Resumed"):
    """An endpoint that was paused works again, or its keeper lets it go on; `since` it rested.

    Of a keeper's pause that is not known.
    """

    endpoint: str
    by: By
    at: datetime
    since: datetime | None = None


EndpointEvent = WebhookPaused | WebhookResumed
decode_endpoint_event = EventReader[EndpointEvent](EndpointEvent).read
