"""Requests to change an order, or what a warehouse has of it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from pydantic import Field

from oms.core.money import MINOR_UNITS
from oms.orders.pending import Change
from oms_aws.master.customer_models import VatId
from oms_aws.orders.models import PaymentIn, ShippingIn
from oms_aws.platform.models import MOST_LINES, AddressIn, Amount, Id, Model, Text


class ChangeLine(Model):
    """Wish for a line: all its pieces without the cancelled ones, and the price of each.

    What is missing stays; a quantity of 0 takes the line out. A number that the order does not have
    is a new line and needs all three.
    """

    number: Id
    sku: Id | None = None
    quantity: Annotated[int, Field(strict=True, ge=0, le=1_000_000)] | None = None
    unit_price: Amount | None = None


class ChangeOrder(Model):
    """Changes that are wanted in an order; what is missing stays. `vat_id` is the buyer's."""

    lines: Annotated[tuple[ChangeLine, ...], Field(max_length=MOST_LINES)] = ()
    billing_address: AddressIn | None = None
    shipping_address: AddressIn | None = None
    shipping: ShippingIn | None = None
    payment: PaymentIn | None = None
    vat_id: VatId | None = None
    reason: Text = ""

    def faults(self) -> dict[str, str]:
        """Faults across fields: field -> reason."""
        first: dict[str, int] = {}
        wrong = {}
        for n, line in enumerate(self.lines):
            if first.setdefault(line.number, n) != n:
                wrong[f"lines.{n}.number"] = f"lines.{first[line.number]} has this number already"
        return wrong

    def amounts_wrong_in(self, currency: str) -> dict[str, str]:
        """Amounts that have more decimal places than the order's currency: field -> reason."""
        amounts = {f"lines.{n}.unit_price": line.unit_price for n, line in enumerate(self.lines)}
        amounts["shipping.price"] = self.shipping.price if self.shipping else None
        amounts["payment.amount"] = self.payment.amount if self.payment else None
        places = MINOR_UNITS[currency]
        return {
            field: f"amounts in {currency} have at most {places} decimal places"
            for field, amount in amounts.items()
            if amount is not None and amount != round(amount, places)
        }


class AnswerRecall(Model):
    """Answer of the warehouse: the recalled pieces are back, or cannot be any more."""

    answer: Literal["accepted", "refused"]
    reason: Text = ""


def asked_change(body: ChangeOrder) -> Change:
    """The change that a body asks for."""
    return msgspec.convert(body.model_dump(), Change)
