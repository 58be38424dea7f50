"""The order confirmation: what an order comes to as it stands, on paper."""

from __future__ import annotations

from datetime import date
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from oms.billing.invoice import Invoice
from oms.core import money
from oms.core.calendar import book_day
from oms.core.parties import Language, Party
from oms.core.refusals import Refusal
from oms.master.letterhead import Letterhead
from oms.master.seller import Seller
from oms.orders.customer import Gift
from oms.orders.order import Order


class Confirmation(Struct, frozen=True, kw_only=True):
    """An order as it is confirmed: `draft` has its lines, charges and taxes as if all were billed.

    `method` is how it is sent, `gift` what goes with it.
    """

    number: str
    made_on: date
    ordered_on: date
    promised_on: date | None
    method: str
    draft: Invoice
    gift: Gift | None = None
    letterhead: Letterhead | None = None
    intro: str | None = None
    closing: str | None = None

    @property
    def kind(self) -> str:
        """Under which name the shop keeps its words for it."""
        return "confirmation"

    @property
    def locale(self) -> Language:
        """The customer's language."""
        return self.draft.locale

    @property
    def seller(self) -> Seller:
        """Seller of the order."""
        return self.draft.seller

    @property
    def buyer(self) -> Party:
        """Customer who ordered."""
        return self.draft.buyer

    @property
    def external_number(self) -> str:
        """The shop's number of the order."""
        return self.draft.external_number


def as_it_stands(order: Order) -> Order:
    """The order without what was cancelled; raises Refusal when nothing is left of it."""
    kept = tuple(
        replace(line, ordered=left, cancelled=0, discounts=_left(order, line.number, left))
        for line in order.lines
        if (left := line.ordered - line.cancelled)
    )
    if order.screening.refused or not kept:
        raise Refusal("nothing_to_confirm", "The order is refused, or cancelled as a whole.")
    return replace(order, lines=kept)


def _left(order: Order, number: str, left: int) -> tuple[Any, ...]:
    """The discounts of the pieces that are left of a line."""
    line = order.line(number)
    return tuple(
        replace(each, amount=money.portion(each.amount, 0, left, line.ordered, order.currency))
        for each in line.discounts
    )


def confirmation_of(order: Order, draft: Invoice, made_on: date) -> Confirmation:
    """The confirmation of an order of which `draft` is what it would cost."""
    number = order.references.purchase_order
    return Confirmation(
        number=order.external_number,
        made_on=made_on,
        ordered_on=book_day(order.placed_at),
        promised_on=order.wishes.promised_on,
        method=order.shipping.method,
        draft=replace(draft, purchase_order=number, method=order.payment.method),
        gift=order.wishes.gift,
    )


def facts_of(order: Order) -> dict[str, Any]:
    """Facts of a confirmation: the order's own data, without where its pieces are."""
    left = {line.number: line.ordered - line.cancelled for line in order.lines}
    return {
        "lines": [
            [line.number, line.sku, left[line.number], line.unit_price, line.discounts]
            for line in order.lines
            if left[line.number]
        ],
        "discounts": order.discounts,
        "shipping": order.shipping,
        "method": order.payment.method,
        "customer": order.customer,
        "billing": order.billing_address,
        "ship_to": order.ship_to,
        "currency": [order.currency, order.price_mode],
        "placed_at": order.placed_at,
        "promised_on": order.wishes.promised_on,
        "purchase_order": order.references.purchase_order,
        "gift": order.wishes.gift,
    }
