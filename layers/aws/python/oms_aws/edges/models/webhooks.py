"""The models of webhooks: where to, of which events, and what is sent again."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from oms_aws.edges.models import Line, Model
from oms_aws.edges.moments import Moment

Url = Annotated[str, StringConstraints(max_length=500, pattern=r"^https?://[^\s]+$")]
EventName = Annotated[str, StringConstraints(pattern=r"^(\*|[A-Z][A-Za-z]+\.[A-Z][A-Za-z]+)$")]
EventNames = Annotated[list[EventName], Field(min_length=1, max_length=50)]


class Subscribe(Model):
    """Where a client wants to hear of which events, and what it calls that."""

    url: Url
    events: EventNames
    description: Line = ""


class EndpointChange(Model):
    """What is to be another than before; `paused` lets what comes wait until it is false again."""

    url: Url | None = None
    events: EventNames | None = None
    description: Line | None = None
    paused: Annotated[bool, Field(strict=True)] | None = None


class Replay(Model):
    """Which deliveries to send again: those of events since a time, or those named."""

    after: Moment | None = None
    deliveries: Annotated[list[str], Field(max_length=1_000)] | None = None
