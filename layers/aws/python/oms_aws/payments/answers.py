"""Answers about payments and credit."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from oms_aws.platform.answers import (
    Currency,
    Cursor,
    ExternalNumber,
    Money,
    OrderId,
    Shop,
    Told,
    Version,
)
from oms_aws.platform.models import Model

Transaction = Annotated[str, Field(description="The bank's.", examples=["2026-11-24-0001"])]
State = Literal["unmatched", "partly_matched", "matched"]


class TakenRow(Model):
    """Outcome of a row; `row` counts from 0."""

    row: Annotated[int, Field(ge=0, examples=[0])]
    transaction_id: Annotated[str | None, Field(examples=["2026-11-24-0001"])]
    state: Annotated[
        Literal["unmatched", "partly_matched", "matched", "refused"], Field(examples=["matched"])
    ]
    new: Annotated[bool, Field(description="False for one that is known already.")]
    orders: Annotated[list[str], Field(description="Which orders have got it.")]
    reason: Annotated[str | None, Field(description="Why it was refused.", examples=[None])]


class Taken(Model):
    """Outcome of each row, in their order."""

    items: list[TakenRow]


class Part(Model):
    """A part of a payment that an order has got."""

    order: OrderId
    amount: Annotated[Money, Field(examples=["264.70"])]
    by: Annotated[str, Field(examples=["accountant:anton"])]
    to: Annotated[str, Field(description="The order that it went on to.", examples=[""])]


class PlannedPart(Model):
    """A part of a payment that an order is to get."""

    order: OrderId
    amount: Annotated[Money, Field(examples=["264.70"])]


class BankPayment(Model):
    """A transaction of the bank: money that came in, and which orders have got it."""

    transaction_id: Transaction
    amount: Annotated[Money, Field(examples=["264.70"])]
    currency: Currency
    value_date: Annotated[date, Field(examples=["2026-11-24"])]
    reference: Annotated[str, Field(examples=["Bestellung BB-10001"])]
    payer: Annotated[str, Field(examples=["Erika Mustermann"])]
    payer_account: Annotated[str, Field(examples=["DE02120300000000202051"])]
    shop: Annotated[str, Field(description="Empty: of no shop in particular.", examples=[""])]
    state: State
    left: Annotated[Money, Field(description="What no order has got.", examples=["0.00"])]
    assigned: list[Part]
    candidates: Annotated[
        list[str], Field(description="Orders that its text names, when it names several.")
    ]
    version: Annotated[Version, Field(examples=[1])]
    reverses: Annotated[
        str, Field(description="The transaction that the bank takes back.", examples=[""])
    ]
    plan: Annotated[list[PlannedPart], Field(description="Who gets it, when it is for several.")]


class Payments(Model):
    """A page of payments, by value date."""

    items: list[BankPayment]
    cursor: Cursor


class Exposure(Model):
    """Credit that an order takes, gross."""

    order: OrderId
    external_number: ExternalNumber
    in_approval: Annotated[Money, Field(examples=["0.00"])]
    unshipped: Annotated[Money, Field(description="Not invoiced yet.", examples=["264.70"])]
    open_invoices: Annotated[Money, Field(examples=["0.00"])]
    deposits: Annotated[Money, Field(description="Paid before the invoice.", examples=["0.00"])]
    overpaid: Annotated[Money, Field(examples=["0.00"])]
    used: Annotated[Money, Field(examples=["264.70"])]
    booked_by: Annotated[
        str | None,
        Field(description="Who let it be booked whatever the limit.", examples=[None]),
    ]


class CreditAccount(Model):
    """A customer's credit: used = in approval + unshipped + open invoices - deposits."""

    customer: Annotated[str, Field(examples=["C-2001"])]
    shop: Shop
    currency: Currency
    limit: Annotated[
        Money | None, Field(description="Null: nothing on account.", examples=["5000.00"])
    ]
    used: Annotated[Money, Field(examples=["264.70"])]
    free: Annotated[
        Money, Field(description="Negative once it is overdrawn.", examples=["4735.30"])
    ]
    in_approval: Annotated[Money, Field(examples=["0.00"])]
    unshipped: Annotated[Money, Field(examples=["264.70"])]
    open_invoices: Annotated[Money, Field(examples=["0.00"])]
    deposits: Annotated[Money, Field(examples=["0.00"])]
    overpaid: Annotated[
        Money, Field(description="The customer's money, of no order.", examples=["0.00"])
    ]
    items: Annotated[list[Exposure], Field(description="What makes it up, oldest first.")]
    cursor: Cursor


ANSWERS: dict[str, Told] = {
    "POST /v1/payments": Told(Taken),
    "GET /v1/payments": Told(Payments),
    "POST /v1/payments/{payment}/assignments": Told(
        BankPayment,
        conflict="More than is left of it (`more_than_left`), another currency "
        "(`currency_differs`), the order has got another part of it (`assigned_already`), or "
        "has nothing to give back (`nothing_to_give_back`).",
    ),
    "GET /v1/customers/{customer}/credit": Told(CreditAccount),
}
