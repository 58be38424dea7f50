"""Answers about open items."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from oms_aws.platform.answers import (
    ID,
    Currency,
    Cursor,
    DocumentId,
    ExternalNumber,
    Money,
    OrderId,
    Shop,
    Time,
    Told,
)
from oms_aws.platform.models import Model

Age = Literal["not_due", "days_1_30", "days_31_60", "days_61_90", "over_90"]
CustomerId = Annotated[str, Field(examples=["C-2001"])]
CustomerName = Annotated[str, Field(examples=["Alpenverein Sektion Tal e. V."])]
Sum = Annotated[Money, Field(examples=["264.70"])]
None_ = Annotated[Money, Field(examples=["0.00"])]


class OpenOrder(Model):
    """Order behind an open item: several of a collective invoice, one of any other."""

    order: OrderId
    external_number: ExternalNumber
    open: Sum


class OpenDocument(Model):
    """A document that is open, or (negative) money of the customer's."""

    document: Annotated[
        str | None, Field(description="Null: money of no document.", examples=[f"inv_{ID}"])
    ]
    number: Annotated[str | None, Field(examples=["RE-2026-000123"])]
    type: Annotated[str, Field(description="As of documents, or `credit`.", examples=["invoice"])]
    shop: Shop
    customer: CustomerId
    customer_name: CustomerName
    issued_on: Annotated[date | None, Field(examples=["2026-11-24"])]
    due: Annotated[date, Field(examples=["2026-12-08"])]
    age: Age
    currency: Currency
    amount: Annotated[Money, Field(description="Billed, gross.", examples=["264.70"])]
    credited: None_
    paid: None_
    discount: Annotated[Money, Field(description="Cash discount earned.", examples=["0.00"])]
    waived: Annotated[Money, Field(description="Small differences let go.", examples=["0.00"])]
    open: Sum
    charges: Annotated[
        Money, Field(description="What the last dunning letter claims beyond it.", examples=["0"])
    ]
    level: Annotated[
        Literal[0, 1, 2] | None,
        Field(description="The last letter: 0 reminder, 1 and 2 dunning.", examples=[None]),
    ]
    last_letter_on: Annotated[date | None, Field(examples=[None])]
    next_on: Annotated[
        date | None, Field(description="When the next letter may follow.", examples=[None])
    ]
    held_until: Annotated[
        date | None, Field(description="No letter until after this day.", examples=[None])
    ]
    held_reason: str | None
    orders: list[OpenOrder]


class OpenItems(Model):
    """A page of open items, by due date."""

    items: list[OpenDocument]
    cursor: Cursor


class OpenAges(Model):
    """Open amounts, by how long they have been due."""

    not_due: Sum
    days_1_30: None_
    days_31_60: None_
    days_61_90: None_
    over_90: None_


class OpenTotal(Model):
    """The sums of a currency; `overdue` is part of `open`, `credit` is the customers' money."""

    currency: Currency
    open: Sum
    overdue: None_
    credit: None_
    ages: OpenAges


class CustomerTotals(Model):
    """Open amounts of one customer, by currency."""

    customer: CustomerId
    customer_name: CustomerName
    totals: list[OpenTotal]


class OpenTotals(Model):
    """Open amounts by currency and age; `customers` only when asked for."""

    shop: Shop
    as_of: Annotated[date, Field(examples=["2026-11-24"])]
    totals: list[OpenTotal]
    customers: list[CustomerTotals] | None = None


class SentLetter(Model):
    """A payment reminder (0) or dunning letter (1, 2); it opens as a document of its id."""

    id: Annotated[str, Field(examples=[f"let_inv_{ID}-0"])]
    level: Literal[0, 1, 2]
    issued_at: Time
    open: Sum
    charges: None_
    pay_by: Annotated[date, Field(examples=["2026-12-22"])]


class DunningState(Model):
    """State of a document's dunning."""

    document: DocumentId
    number: Annotated[str, Field(examples=["RE-2026-000123"])]
    due_on: Annotated[date | None, Field(examples=["2026-12-08"])]
    next_on: Annotated[date | None, Field(examples=["2026-12-29"])]
    held_until: Annotated[date | None, Field(examples=["2027-01-15"])]
    held_by: Annotated[str | None, Field(examples=["accountant:anton"])]
    reason: Annotated[str | None, Field(examples=["pays in two parts"])]
    letters: list[SentLetter]


ANSWERS: dict[str, Told] = {
    "GET /v1/open-items": Told(OpenItems),
    "GET /v1/open-items/totals": Told(OpenTotals),
    "POST /v1/open-items/{document}/dunning-hold": Told(
        DunningState, conflict="It is paid at its issue and never dunned (`not_dunned`)."
    ),
}
