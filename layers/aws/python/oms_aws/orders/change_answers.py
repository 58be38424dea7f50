"""The answers about changes and cancellations of orders, and recalls from warehouses."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from oms_aws.orders.answers import CHANGED, Order
from oms_aws.orders.fulfilment_answers import LinePieces
from oms_aws.platform.answers import (
    ID,
    Currency,
    FulfilmentId,
    Location,
    Money,
    Number,
    OrderId,
    Sku,
    Time,
    Told,
)
from oms_aws.platform.models import Model


class TaxShare(Model):
    """Part of an order that falls under one tax rate, in percent."""

    rate: Annotated[str, Field(examples=["19"])]
    net: Annotated[Money, Field(examples=["222.44"])]
    tax: Annotated[Money, Field(examples=["42.26"])]
    gross: Annotated[Money, Field(examples=["264.70"])]


class ChangeTotals(Model):
    """Cost of the order without its cancelled pieces; `total` is in its price mode."""

    goods: Annotated[Money, Field(examples=["259.80"])]
    discount: Annotated[Money, Field(examples=["0"])]
    shipping: Annotated[Money, Field(examples=["4.90"])]
    total: Annotated[Money, Field(examples=["264.70"])]
    taxes: Annotated[
        list[TaxShare], Field(description="Empty while a product of it is not in the catalogue.")
    ]
    gross: Annotated[
        Money | None, Field(description="What the customer pays.", examples=["264.70"])
    ]
    currency: Currency


class ChangedLine(Model):
    """A line before and after."""

    number: Number
    sku: Sku
    quantity_before: Annotated[int, Field(description="0 for a new line.", examples=[2])]
    quantity: Annotated[int, Field(description="0 if it is taken out.", examples=[3])]
    unit_price_before: Annotated[Money | None, Field(examples=["129.90"])]
    unit_price: Money
    backordered: Annotated[
        int,
        Field(description="Pieces that would wait for stock, as it is now.", examples=[0]),
    ]


class PaymentCover(Model):
    """Cover of what is due by what is authorised or paid."""

    status: Annotated[str, Field(examples=["authorised"])]
    amount: Annotated[Money, Field(examples=["409.10"])]
    due: Annotated[Money, Field(examples=["409.10"])]
    covered: Annotated[
        bool | None, Field(description="Null on account: see `credit_covered`.", examples=[True])
    ]


class HoldAhead(Model):
    """A hold that confirming the change raises."""

    reason: Annotated[str, Field(examples=["payment_insufficient"])]
    text: Annotated[str, Field(examples=["264.70 of 409.10 EUR are authorised."])]
    owner: Annotated[str, Field(examples=["clerk"])]


class GivenBack(Model):
    """Pieces that a warehouse has to give back before the change can be done."""

    fulfilment: FulfilmentId
    location: Location
    lines: list[LinePieces]


class ChangePreview(Model):
    """Preview of a change. Confirm it by its id before it expires, or leave it."""

    id: Annotated[str, Field(examples=[f"chg_{ID}"])]
    order_id: OrderId
    expires_at: Time
    before: ChangeTotals
    after: ChangeTotals
    lines: Annotated[list[ChangedLine], Field(description="Those that differ.")]
    recalls: Annotated[
        list[GivenBack],
        Field(description="Confirming asks warehouses for these first.", examples=[[]]),
    ]
    payment: PaymentCover
    holds: Annotated[list[HoldAhead], Field(examples=[[]])]
    ends_holds: Annotated[
        list[str], Field(description="Holds that the change mends.", examples=[["hold_1"]])
    ]
    approval_needed: Annotated[bool, Field(examples=[False])]
    credit_covered: Annotated[bool, Field(examples=[True])]


class Recalling(Model):
    """Pieces that were with a warehouse: it is asked to give them back until a time."""

    fulfilment: FulfilmentId
    location: Location
    until: Time
    lines: list[LinePieces]


class CancelledOrder(Order):
    """The order, what of it is cancelled now, and what is being recalled from warehouses.

    Recalled pieces are cancelled once the warehouse has accepted that.
    """

    cancelled: list[LinePieces]
    recalling: Annotated[list[Recalling], Field(examples=[[]])]


ANSWERS: dict[str, Told] = {
    "POST /v1/orders/{order}/changes": Told(
        ChangePreview,
        conflict="It changes nothing (`nothing_to_change`), leaves nothing (`nothing_left`), "
        "touches what has left (`not_changeable`; `errors` names it), a change or recall of the "
        "pieces waits for a warehouse already (`change_pending`, `recall_open`), or the order is "
        "at its end (`order_closed`).",
    ),
    "POST /v1/orders/{order}/changes/{change}/confirm": Told(
        CHANGED.model,
        CHANGED.headers,
        "The order has changed since the preview (`order_changed`), the change comes to something "
        "else by now (`preview_outdated`), or an hour has passed (`preview_expired`): look again. "
        "Nothing was changed.",
    ),
    "POST /v1/orders/{order}/cancellations": Told(
        CancelledOrder,
        ("ETag",),
        "Pieces have left already (`not_cancellable`; `errors` names the lines), or the "
        "Idempotency-Key came with another body before. Nothing was cancelled.",
    ),
}
