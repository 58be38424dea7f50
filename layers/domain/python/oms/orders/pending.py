"""Changes of an order: those that were made, and one that waits for a warehouse."""

from __future__ import annotations

from datetime import datetime

from oms.core.parties import Address
from oms.core.pseudonyms import Personal
from oms.core.values import Value
from oms.orders.customer import Shipping
from oms.orders.lines import LineChange
from oms.orders.money_parts import Payment


class Change(Value, frozen=True, omit_defaults=True):
    """Changes that are wanted in an order; None leaves a part as it is.

    `vat_id` is the buyer's.
    """

    lines: tuple[LineChange, ...] = ()
    billing_address: Address | None = None
    shipping_address: Address | None = None
    shipping: Shipping | None = None
    payment: Payment | None = None
    vat_id: Personal | None = None
    reason: Personal = ""


class PendingChange(Value, frozen=True, omit_defaults=True):
    """A confirmed change that waits until warehouses have given back what it touches."""

    id: str
    wanted: Change
    by: str
    requested_at: datetime


class Changes(Value, frozen=True, omit_defaults=True):
    """Changes of an order: the ids of those that were `confirmed`, and the one that waits."""

    confirmed: tuple[str, ...] = ()
    pending: PendingChange | None = None
