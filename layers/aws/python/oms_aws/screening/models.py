"""Requests to screening: corrected addresses."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from oms_aws.platform.models import AddressIn, Email, Model, Phone, Text


class CorrectAddress(Model):
    """Address that an order is to go to; without `phone` or `email` these stay as they are.

    `confirmed`: a street without a house number, or a place that does not fit, is right.
    """

    address: AddressIn
    phone: Phone | None = None
    email: Email | None = None
    reason: Annotated[Text, Field(min_length=1)]
    confirmed: bool = False


class ReleaseHold(Model):
    """Reason that a hold is let go."""

    reason: Annotated[Text, Field(min_length=1)]
