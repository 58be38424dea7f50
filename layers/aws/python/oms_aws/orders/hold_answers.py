"""Answers about the checks of an order: findings, holds and approvals."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from oms_aws.platform.answers import PersonName, Time
from oms_aws.platform.models import Model


class PersonAsked(Model):
    """Someone of the customer's."""

    id: Annotated[str, Field(examples=["P-2"])]
    name: PersonName
    email: Annotated[str, Field(examples=["chefin@example.com"])]


class Approval(Model):
    """One stage of the order's approval."""

    hold: Annotated[str, Field(examples=["hold_1"])]
    level: Annotated[int, Field(description="Lower ones are asked first.", examples=[1])]
    approver: PersonAsked
    substitute: PersonAsked | None
    hours: Annotated[int, Field(description="The time to answer.", examples=[48])]
    asked_at: Annotated[Time | None, Field(description="Null before its turn.")]
    reminded_at: Annotated[Time | None, Field(examples=[None])]
    escalated_at: Annotated[
        Time | None, Field(description="When the substitute was asked as well.", examples=[None])
    ]
    decision: Annotated[Literal["approved", "rejected"] | None, Field(examples=[None])]
    person: Annotated[str | None, Field(description="Whose word it was.", examples=[None])]
    by: Annotated[str | None, Field(description="Who gave it to us.", examples=[None])]
    decided_at: Annotated[Time | None, Field(examples=[None])]
    reason: Annotated[str, Field(examples=[""])]


class Hold(Model):
    """Reason that an order does not go on, who can let it, and until when."""

    id: Annotated[str, Field(examples=["hold_1"])]
    reason: Annotated[str, Field(examples=["payment_pending"])]
    text: Annotated[str, Field(examples=["The payment is not confirmed yet."])]
    owner: Annotated[str, Field(examples=["clerk"])]
    raised_at: Time
    deadline: Time
    data: Annotated[dict[str, Any], Field(examples=[{}])]
    released_at: Time | None
    released_by: Annotated[str | None, Field(examples=["clerk:anna"])]
    release_reason: Annotated[str | None, Field(examples=["The bank confirmed it."])]
    text_de: Annotated[str, Field(examples=["Die Zahlung ist noch nicht bestätigt."])]
    escalated_at: Annotated[
        Time | None, Field(description="When the team was told that its deadline has passed.")
    ]


class Finding(Model):
    """Result of one check."""

    check: Annotated[str, Field(examples=["address"])]
    verdict: Literal["pass", "hold", "refuse"]
    reason: Annotated[str, Field(examples=[""])]
    text: Annotated[str, Field(examples=[""])]
    owner: Annotated[str, Field(examples=["clerk"])]
    hours: Annotated[int, Field(description="How long a hold lasts at most.", examples=[48])]
    data: Annotated[dict[str, Any], Field(examples=[{}])]
    text_de: Annotated[str, Field(examples=[""])]
