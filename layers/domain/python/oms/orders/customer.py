"""The customer of an order, how it is sent, and what was wished of it."""

from __future__ import annotations

from datetime import date
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


class Wishes(Value, frozen=True, omit_defaults=True):
    """Wishes of the buyer and the shop: when, in how many parts, before whom and with what words.

    `priority` is what the shop said, and `rank` what counts among those who wait: the order's own
    priority, or the customer's. Without `partial_said` the customer's account says whether a part
    may go first.
    """

    partial_allowed: bool = True
    partial_said: bool = True
    priority: int | None = None
    rank: int = 0
    promised_on: date | None = None
    note: Personal | None = None
    gift: Gift | None = None


class References(Value, frozen=True, omit_defaults=True):
    """References of a buyer's own books: on whose behalf and under which number it was ordered."""

    cost_centre: str | None = None
    purchase_order: str | None = None
    ordered_by: str | None = None
