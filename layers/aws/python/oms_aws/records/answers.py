"""Answers about dead letters and health, route by route."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from oms_aws.platform.answers import Cursor, Time, Told
from oms_aws.platform.models import Model


class Queued(Model):
    """Number of deliveries that will be sent again."""

    queued: Annotated[int, Field(examples=[12])]


class DeadLetter(Model):
    """A message that a step gave up, and why."""

    id: Annotated[str, Field(examples=["dlq_019aafc3b5f77c10a2d4"])]
    step: Annotated[str, Field(examples=["billing/issue_invoice"])]
    reason: Annotated[str, Field(examples=["Unknown: There is no shop berg-beutel."])]
    body: Annotated[str, Field(description="What woke the step.", examples=["{…}"])]
    tries: Annotated[int, Field(examples=[5])]
    received_at: Time
    redriven_at: Annotated[Time | None, Field(examples=[None])]
    redriven_by: Annotated[str | None, Field(examples=[None])]
    group: Annotated[
        str | None,
        Field(description="What it is in turn with.", examples=["berg-beutel"]),
    ]


class DeadLetters(Model):
    """A page of dead letters, in order of their arrival."""

    items: list[DeadLetter]
    cursor: Cursor


class Redriven(Model):
    """The dead letter is on its way back to its step."""

    id: Annotated[str, Field(examples=["dlq_019aafc3b5f77c10a2d4"])]
    step: Annotated[str, Field(examples=["billing/issue_invoice"])]


class Health(Model):
    """The system is up, and its table answers."""

    status: Literal["ok"]
    time: Time


ANSWERS: dict[str, Told] = {
    "GET /v1/dead-letters": Told(DeadLetters),
    "POST /v1/dead-letters/{letter}/redrive": Told(Redriven),
    "POST /v1/emissions": Told(Queued),
    "GET /v1/health": Told(Health),
    "GET /": Told(text="A page that says what this is.", content_type="text/html"),
    "GET /docs": Told(text="This page.", content_type="text/html"),
    "GET /openapi.json": Told(text="This document."),
}
