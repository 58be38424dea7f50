"""Answers about returns."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from oms.returns.inspection import Disposition, Grade
from oms.returns.rma import Basis, Reason, ReturnStatus
from oms.returns.verdicts import Decision
from oms_aws.platform.answers import (
    ID,
    Cursor,
    ExternalNumber,
    Money,
    Number,
    OrderId,
    Pieces,
    Shop,
    Sku,
    Time,
    Told,
    Version,
)
from oms_aws.platform.models import Model

ReturnId = Annotated[str, Field(examples=[f"ret_{ID}"])]
ByLine = Annotated[dict[str, int], Field(description="Pieces by line.", examples=[{"1": 2}])]
ReceiptNumber = Annotated[str, Field(description="The warehouse's own.", examples=["WE-2026-88"])]


class ReturnLine(Model):
    """Pieces that are to come back, and why."""

    number: Number
    sku: Sku
    quantity: Pieces
    reason: Reason


class Inspected(Model):
    """Pieces that came back in one condition, where they went, and whether they are paid back."""

    number: Number
    sku: Sku
    quantity: Pieces
    grade: Grade
    disposition: Disposition
    decision: Annotated[Decision | None, Field(description="Null while it waits for a clerk.")]
    decided_by: Annotated[str, Field(examples=[""])]
    reason: Annotated[str, Field(description="The clerk's.", examples=[""])]


class Unexpected(Model):
    """Something in the parcel that the order has not."""

    sku: Sku
    quantity: Pieces


class GoodsReceipt(Model):
    """A parcel that came back."""

    number: ReceiptNumber
    location: Annotated[str, Field(examples=["HAM-1"])]
    received_at: Time
    by: Annotated[str, Field(examples=["wms:hamburg"])]
    lines: list[Inspected]
    unexpected: list[Unexpected]


class ReturnCredit(Model):
    """A credit note over what came back, and what its money goes back for."""

    receipt: ReceiptNumber
    note: Annotated[str, Field(examples=[f"crn_{ID}"])]
    number: Annotated[str, Field(examples=["REK-2026-000017"])]
    original: Annotated[str, Field(description="The invoice.", examples=[f"inv_{ID}"])]
    pieces: ByLine
    gross: Money
    ground: Annotated[str, Field(examples=["§ 357 (1) BGB"])]
    shipping: Annotated[
        Money, Field(description="Of it the cost of delivery, in the invoice's price mode.")
    ]


class Uncredited(Model):
    """A receipt that could not be credited, and why."""

    receipt: ReceiptNumber
    reason: Annotated[str, Field(examples=["not_billed"])]
    text: Annotated[str, Field(examples=["No invoice bills these pieces."])]


class Return(Model):
    """Goods of an order that come back."""

    id: ReturnId
    shop: Shop
    status: ReturnStatus
    order: OrderId
    external_number: ExternalNumber
    number: Annotated[
        str, Field(description="The RMA number, for the parcel.", examples=["BB-10001-R1"])
    ]
    basis: Basis
    withdrawal: Annotated[str, Field(description="Its id, or empty.", examples=[f"wdr_{ID}"])]
    lines: list[ReturnLine]
    missing: Annotated[dict[str, int], Field(description="Still to come, by line.")]
    announced_at: Time
    announced_by: Annotated[str, Field(examples=["clerk:clara"])]
    expected_by: Annotated[date, Field(examples=["2026-12-30"])]
    receipts: list[GoodsReceipt]
    credits: list[ReturnCredit]
    uncredited: list[Uncredited]
    overdue_at: Time | None
    closed_at: Time | None
    version: Version


class Returns(Model):
    """A page of returns, each shop's newest first."""

    items: list[Return]
    cursor: Cursor


CLOSED = "It is closed (`return_closed`)"
ANSWERS: dict[str, Told] = {
    "POST /v1/returns": Told(
        Return, ("ETag", "Location"), "So many pieces cannot come back (`not_returnable`)."
    ),
    "GET /v1/returns": Told(Returns),
    "GET /v1/returns/{rma}": Told(Return, ("ETag",)),
    "POST /v1/returns/{rma}/receipts": Told(
        Return,
        ("ETag", "Location"),
        "Pieces are not with the customer (`pieces_not_there`), or the receipt was taken with "
        f"other content (`receipt_differs`). {CLOSED}.",
    ),
    "POST /v1/returns/{rma}/decisions": Told(
        Return, ("ETag",), f"A line does not wait for a decision (`line_not_open`). {CLOSED}."
    ),
    "POST /v1/returns/{rma}/close": Told(
        Return, ("ETag",), "What came back is being credited (`return_in_work`)."
    ),
}
