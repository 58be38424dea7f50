"""The customer of an order, how it is sent, and what goes with a gift."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from oms.core.pseudonyms import Personal
from oms.core.values import Value


class Customer(Value, frozen=True, omit_defaults=True):
    """Customer of the order; `locale` is the language of what the customer sees."""

    id: str
    type: Literal["B2C", "B2B"]
    name: Personal
    email: Personal
    locale: Literal["de", "en"]
    phone: Personal | None = None
    company: Personal | None = None
    vat_id: Personal | None = None
    group: str | None = None


class Shipping(Value, frozen=True, omit_defaults=True):
    """Shipping method, and its price in the order's currency and price mode."""

    method: str
    price: Decimal


class Gift(Value, frozen=True, omit_defaults=True):
    """Wishes of the buyer to the receiver; no price is in the parcel then."""

    message: Personal
    sender: Personal | None = None
    recipient: Personal | None = None
