"""Requests about money that was moved elsewhere, and decisions on money that was not."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from oms_aws.platform.models import Amount, Id, Model, Name, Text
from oms_aws.platform.moments import Told

Positive = Annotated[Amount, Field(gt=0)]


class MoneyMoved(Model):
    """Capture or refund by the shop; `document` is the invoice or credit note it is for.

    `reference` is what the shop's own provider calls it. Without `at` it was now.
    """

    amount: Positive
    reference: Name
    at: Told | None = None
    document: Id | None = None


class AuthorisationIn(Model):
    """Another authorisation of the same provider, for what is still to be captured."""

    reference: Name
    amount: Positive
    authorised_at: Told | None = None


class DecideFailure(Model):
    """Try it again, with another authorisation if there is one, or leave it so."""

    decision: Literal["retry", "leave"]
    reason: Text
    payment: AuthorisationIn | None = None

    def faults(self) -> dict[str, str]:
        wrong = self.payment and self.decision == "leave"
        return {"payment": "only of use for another try"} if wrong else {}


class StripeObject(Model):
    """Object that an event of Stripe's is about."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    object: dict[str, Any]


class StripeEvent(Model):
    """An event of Stripe's; what else it says is not needed."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    type: str
    data: StripeObject
