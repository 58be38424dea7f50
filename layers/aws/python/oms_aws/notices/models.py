"""The models of webhooks: where to, of which events, and what is sent again."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from oms_aws.platform.models import Line, Mailbox, Model
from oms_aws.platform.moments import Moment

Url = Annotated[str, StringConstraints(max_length=500, pattern=r"^https?://[^\s]+$")]
EventName = Annotated[str, StringConstraints(pattern=r"^(\*|[A-Z][A-Za-z]+\.[A-Z][A-Za-z]+)$")]
EventNames = Annotated[list[EventName], Field(min_length=1, max_length=50)]


Contact = Mailbox | Literal[""]
Language = Literal["de", "en"]


class Subscribe(Model):
    """Endpoint that a client wants, for which events, and who is told by mail when it fails
    (a shop's support address if it names nobody)."""

    url: Url
    events: EventNames
    description: Line = ""
    contact: Contact = ""
    language: Language | None = None


class EndpointChange(Model):
    """Change of an endpoint; `paused` lets what comes wait until it is false again."""

    url: Url | None = None
    events: EventNames | None = None
    description: Line | None = None
    contact: Contact | None = None
    language: Language | None = None
    paused: Annotated[bool, Field(strict=True)] | None = None


class Replay(Model):
    """Deliveries to send again: those of events since a time, or those named."""

    after: Moment | None = None
    deliveries: Annotated[list[str], Field(max_length=1_000)] | None = None
