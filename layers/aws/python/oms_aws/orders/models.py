"""Bodies of requests about orders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from oms.core.money import MINOR_UNITS
from oms.core.values import Provider
from oms.orders.fulfilments import Cause
from oms_aws.platform.models import (
    BIDI,
    MOST_LINES,
    AddressIn,
    Amount,
    Currency,
    Email,
    Id,
    Model,
    Name,
    Phone,
    Quantity,
    Text,
    _ip,
    _printable,
)
from oms_aws.platform.moments import PlannedDay, Told


class CustomerIn(Model):
    """Customer of the order."""

    id: Id
    type: Literal["B2C", "B2B"]
    name: Name
    email: Email
    phone: Phone | None = None
    locale: Literal["de", "en"] = "de"
    company: Name | None = None
    vat_id: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}[A-Z0-9+*]{2,14}$")] | None = None
    group: Name | None = None


class DiscountIn(Model):
    """Discount in the order's currency and price mode, and why."""

    amount: Amount
    code: Id | None = None


class LineIn(Model):
    """An order line; its discounts are off all its pieces together."""

    number: Id
    sku: Id
    quantity: Quantity
    unit_price: Amount
    discounts: Annotated[list[DiscountIn], Field(max_length=10)] = []


class ShippingIn(Model):
    """Shipping method, and its price."""

    method: Id
    price: Amount


class PaymentIn(Model):
    """Payment as the shop knows it.

    With a `provider` we capture and refund there: `reference` is what it calls the payment, of
    Stripe the id of the PaymentIntent. Without one the shop does, and tells.
    """

    method: Id
    status: Literal["authorised", "captured", "pending", "failed", "open"]
    amount: Amount
    reference: Name | None = None
    authorised_at: Told | None = None
    provider: Provider | None = None

    @model_validator(mode="after")
    def check_reference(self) -> PaymentIn:
        if self.provider and not self.reference:
            raise ValueError("a payment at a provider needs a reference")
        if self.provider == "stripe" and not re.fullmatch(
            r"pi_[A-Za-z0-9_]+", self.reference or ""
        ):
            raise ValueError("the reference is no id of a PaymentIntent (pi_…)")
        return self


class DeliveryIn(Model):
    """Wishes about delivery: a part before the rest, and the turn when stock is short.

    What is not said is as the customer's account says.
    """

    partial_allowed: bool | None = None
    priority: Annotated[int, Field(strict=True, ge=0, le=9_999)] | None = None
    promised_on: PlannedDay | None = None


class Basket(Model):
    """Lines and what is off them, in one currency and price mode."""

    currency: Currency
    price_mode: Literal["gross", "net"]
    lines: Annotated[list[LineIn], Field(min_length=1, max_length=MOST_LINES)]
    discounts: Annotated[list[DiscountIn], Field(max_length=10)] = []

    def faults(self) -> dict[str, str]:
        """Faults across fields: field -> reason."""
        amounts = {f"lines.{n}.unit_price": line.unit_price for n, line in enumerate(self.lines)}
        amounts |= {f"discounts.{m}.amount": each.amount for m, each in enumerate(self.discounts)}
        for n, line in enumerate(self.lines):
            found = enumerate(line.discounts)
            amounts |= {f"lines.{n}.discounts.{m}.amount": each.amount for m, each in found}
        wrong = self.too_fine(amounts)
        first: dict[str, int] = {}
        for n, line in enumerate(self.lines):
            if first.setdefault(line.number, n) != n:
                wrong[f"lines.{n}.number"] = f"lines.{first[line.number]} has this number already"
        return wrong | self._too_much_off()

    def too_fine(self, amounts: Mapping[str, Decimal]) -> dict[str, str]:
        """Amounts with fractions of the currency's smallest unit: field -> reason."""
        places = MINOR_UNITS[self.currency]
        return {
            field: f"amounts in {self.currency} have at most {places} decimal places"
            for field, amount in amounts.items()
            if amount != round(amount, places)
        }

    def _too_much_off(self) -> dict[str, str]:
        left = [
            line.unit_price * line.quantity - sum(each.amount for each in line.discounts)
            for line in self.lines
        ]
        wrong = {
            f"lines.{n}.discounts": "more than the price of the line"
            for n, rest in enumerate(left)
            if rest < 0
        }
        if sum(each.amount for each in self.discounts) > sum(left):
            wrong["discounts"] = "more than the price of the goods"
        return wrong


def _message(text: str) -> str:
    if BIDI & set(text):
        raise ValueError("characters that turn the direction of text are not allowed")
    if text.count("\n") >= 15:
        raise ValueError("must have at most 15 lines")
    return _printable(text)


class GiftIn(Model):
    """A gift: its message is on the packing slip, and no prices are in the parcel."""

    message: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
        AfterValidator(_message),
    ]
    sender: Annotated[Name | None, Field(alias="from")] = None
    recipient: Annotated[Name | None, Field(alias="to")] = None


class PlaceOrder(Basket):
    """An order, as a shop places it.

    `total` is what the customer was shown, goods less discounts and shipping in `price_mode`: where
    a shop sends it, an order that does not make as much is held.
    """

    external_number: Id
    placed_at: Told
    customer: CustomerIn
    billing_address: AddressIn
    shipping_address: AddressIn | None = None
    shipping: ShippingIn
    payment: PaymentIn
    total: Amount | None = None
    delivery: DeliveryIn = DeliveryIn()
    note: Text | None = None
    client_ip: Annotated[str, AfterValidator(_ip)] | None = None
    cost_centre: Name | None = None
    purchase_order: Name | None = None
    ordered_by: Id | None = None
    gift: GiftIn | None = None

    def faults(self) -> dict[str, str]:
        """Faults across fields: field -> reason."""
        more = {"shipping.price": self.shipping.price, "payment.amount": self.payment.amount}
        if self.total is not None:
            more["total"] = self.total
        return super().faults() | self.too_fine(more)


class CancelLine(Model):
    """Pieces of a line to cancel."""

    number: Id
    quantity: Quantity


class CancelOrder(Model):
    """A cancellation, of the whole order without `lines`; cancellations are counted by `cause`."""

    cause: Cause = "customer"
    reason: Text = ""
    lines: Annotated[list[CancelLine], Field(min_length=1, max_length=MOST_LINES)] | None = None
