"""Letters on orders: received, changed, refused, held or waiting."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from oms_aws.notices.letter_parts import Item, Shop, WaitingItem


class OrderReceived(Struct, frozen=True, kw_only=True):
    """The order has arrived. Amounts are in `currency` and the order's price mode."""

    shop: Shop
    customer: str
    order_number: str
    items: tuple[Item, ...]
    goods: Decimal
    shipping: Decimal
    total: Decimal
    currency: str
    discount: Decimal = Decimal(0)
    price_mode: Literal["gross", "net"] = "gross"
    ship_to: tuple[str, ...] = ()
    confirmation_url: str | None = None
    withdraw_url: str | None = None


class OrderChanged(Struct, frozen=True, kw_only=True):
    """Change of the order: pieces that came (`items`), went or cost otherwise.

    `total` is what it costs now, in `currency` and its price mode.
    """

    shop: Shop
    customer: str
    order_number: str
    items: tuple[Item, ...]
    removed: tuple[Item, ...]
    repriced: tuple[Item, ...]
    total: Decimal
    currency: str
    price_mode: Literal["gross", "net"] = "gross"
    ship_to: tuple[str, ...] = ()
    method: str | None = None
    vat_id: str | None = None


class OrderCancelled(Struct, frozen=True, kw_only=True):
    """The whole order or some of its pieces were cancelled; `remaining` is still on order."""

    shop: Shop
    customer: str
    order_number: str
    items: tuple[Item, ...]
    whole: bool
    reason: str | None = None
    remaining: tuple[Item, ...] = ()


class RecallRefused(Struct, frozen=True, kw_only=True):
    """Pieces that were to be cancelled could not be stopped any more."""

    shop: Shop
    customer: str
    order_number: str
    items: tuple[Item, ...]


class ChangeRefused(Struct, frozen=True, kw_only=True):
    """A change that was confirmed came too late; `items` is what the order is as before."""

    shop: Shop
    customer: str
    order_number: str
    items: tuple[Item, ...]


class OrderWaits(Struct, frozen=True, kw_only=True):
    """Days on which waiting pieces are expected; `first` if some were never told of before."""

    shop: Shop
    customer: str
    order_number: str
    items: tuple[WaitingItem, ...]
    first: bool
    cancel_url: str


class ApprovalNeeded(Struct, frozen=True, kw_only=True):
    """Somebody of the customer's is asked to agree to the order; `customer` is who is greeted.

    `again` says why it comes once more: as a reminder, or to the substitute.
    """

    shop: Shop
    customer: str
    order_number: str
    items: tuple[Item, ...]
    purchaser: str
    due: Decimal
    currency: str
    cost_centre: str | None
    purchase_order: str | None
    url: str
    until: str
    again: Literal["", "reminder", "substitute"] = ""


class ApprovalDecided(Struct, frozen=True, kw_only=True):
    """Decision of whoever was asked to agree to the order; the purchaser is told."""

    shop: Shop
    customer: str
    order_number: str
    items: tuple[Item, ...]
    approved: bool
    person: str
    reason: str | None = None


class HoldEscalated(Struct, frozen=True, kw_only=True):
    """Nobody has looked at a hold in time; the team is told. `customer` is who is greeted."""

    shop: Shop
    customer: str
    order_number: str
    order_id: str
    reason: str
    text: str
    owner: str
    raised_at: str
    deadline: str


class AddressWanted(Struct, frozen=True, kw_only=True):
    """Parcels cannot reach the address: the customer may correct it at `url`."""

    shop: Shop
    customer: str
    order_number: str
    text: str
    ship_to: tuple[str, ...]
    url: str
    until: str


class OrderRefused(Struct, frozen=True, kw_only=True):
    """The order cannot be accepted; only of a failed payment the customer hears why."""

    shop: Shop
    customer: str
    order_number: str
    items: tuple[Item, ...]
    payment_failed: bool
