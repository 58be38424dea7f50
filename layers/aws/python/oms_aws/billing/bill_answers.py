"""Answers about collective invoices."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from oms.core.documents import Kind
from oms_aws.orders.answers import Waiting
from oms_aws.platform.answers import (
    ID,
    Cursor,
    DocumentId,
    FulfilmentId,
    Money,
    OrderId,
    Shop,
    Time,
    Told,
    Url,
)
from oms_aws.platform.models import Model

BillId = Annotated[str, Field(pattern=r"^bil_", examples=["bil_5d41402abc4b2a76b9719d911017c592"])]


class BillShare(Model):
    """Part of a document that bills an order, or credits it."""

    order: OrderId
    fulfilments: list[FulfilmentId]
    gross: Annotated[Money, Field(examples=["119.00"])]


class BillDocument(Model):
    """A document of a bill; `why` says what differs, where not all stands on one."""

    id: DocumentId
    type: Kind
    number: Annotated[str, Field(examples=["RE-2026-000124"])]
    gross: Annotated[Money, Field(examples=["1190.00"])]
    why: Annotated[str, Field(examples=["currency"])]
    original: DocumentId | None
    cancelled_by: Annotated[DocumentId | None, Field(examples=[None])]
    orders: list[BillShare]
    url: Annotated[Url, Field(examples=[f"https://oms.example/v1/documents/inv_{ID}"])]


class Bill(Model):
    """Shipments of a customer's period, collected until `due_at` and billed then."""

    id: BillId
    customer: Annotated[str, Field(examples=["C-17"])]
    shop: Shop
    period: Annotated[str, Field(examples=["2026-11"])]
    first: Annotated[date, Field(examples=["2026-11-01"])]
    last: Annotated[date, Field(examples=["2026-11-30"])]
    purchase_order: Annotated[str, Field(examples=[""])]
    status: Literal["open", "closed", "settled"]
    due_at: Time
    closed_at: Time | None
    documents: list[BillDocument]
    waiting: list[Waiting]


class Bills(Model):
    """A page of a customer's bills."""

    items: list[Bill]
    cursor: Cursor


class ClosedBills(Model):
    """The bills that were closed: their documents are issued in a moment."""

    items: list[Bill]


class Reduction(Model):
    """Standing of a collected shipment; `credited` is all that was taken back of it so far."""

    fulfilment: FulfilmentId
    bill: BillId
    due_at: Time
    gross: Annotated[Money, Field(examples=["119.00"])]
    credited: Annotated[Money, Field(examples=["11.90"])]
    taken_back: Annotated[Money, Field(examples=["11.90"])]


ANSWERS: dict[str, Told] = {
    "POST /v1/customers/{customer}/collective-invoices": Told(ClosedBills),
    "GET /v1/customers/{customer}/collective-invoices": Told(Bills),
    "POST /v1/orders/{order}/reductions": Told(
        Reduction,
        conflict="More is claimed than is left of the shipment (`not_creditable`), or it is billed "
        "(`billed_already`): credit the invoice.",
    ),
}
