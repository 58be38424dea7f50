"""Answers about withdrawals."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from oms.master.exclusions import Exclusion
from oms.returns.verdicts import Decision, Verdict
from oms.returns.withdrawal import Flag, Status
from oms.returns.withdrawal_events import GoodsProof
from oms_aws.platform.answers import (
    ID,
    PAGES,
    Cursor,
    Erasure,
    ExternalNumber,
    FulfilmentId,
    Number,
    PersonName,
    Pieces,
    Shop,
    Sku,
    Time,
    Told,
    Version,
)
from oms_aws.platform.models import Model

WithdrawalId = Annotated[str, Field(examples=[f"wdr_{ID}"])]
OrderOrNone = Annotated[str, Field(description="Empty while unknown.", examples=[f"ord_{ID}"])]
ByLine = Annotated[dict[str, int], Field(description="Pieces by line.", examples=[{"1": 2}])]
Day = Annotated[date, Field(examples=["2026-12-14"])]


class WithdrawalStatement(Model):
    """Words of the consumer, and nothing else (§ 356a (2) BGB)."""

    name: PersonName
    contract: Annotated[str, Field(examples=["BB-10001"])]
    email: Annotated[str, Field(examples=["erika@post.example"])]
    part: Annotated[str, Field(description="A part of it, in words.", examples=["the socks"])]
    lines: ByLine


class WithdrawnLine(Model):
    """Pieces of a line, and the verdict on them."""

    number: Number
    sku: Sku
    quantity: Pieces
    verdict: Verdict
    law: Annotated[
        str, Field(description="What the verdict rests on.", examples=["§ 355 (1), (2) BGB"])
    ]
    until: Annotated[
        Day | None, Field(description="The last day; null while the period has not begun.")
    ]
    exclusion: Annotated[
        Exclusion | None,
        Field(description="Of the product; one of a seal ends the right once that is removed."),
    ]
    decision: Annotated[Decision | None, Field(description="Null while it waits for a clerk.")]
    decided_by: Annotated[str, Field(examples=["clerk:clara"])]
    reason: Annotated[str, Field(description="The clerk's.", examples=[""])]


class RecalledPieces(Model):
    """Pieces that a warehouse is asked to give back."""

    fulfilment: FulfilmentId
    pieces: ByLine
    answer: Literal["", "accepted", "refused"]


class StoppedPieces(Model):
    """Pieces that did not leave, or are being recalled, and those that are to come back (`out`)."""

    at: Time
    cancelled: ByLine
    recalled: list[RecalledPieces]
    out: ByLine


class GoodsProved(Model):
    """Proof that the goods were sent, or are back."""

    proof: GoodsProof
    at: Time
    tracking: Annotated[str, Field(examples=["00340434161094042557"])]


class Withdrawal(Model):
    """A consumer's statement to withdraw, and what became of it."""

    id: WithdrawalId
    shop: Shop
    status: Status
    channel: Literal["page", "api"]
    language: Annotated[str, Field(examples=["de"])]
    statement: WithdrawalStatement
    declared_at: Annotated[Time, Field(description="When the consumer sent it.")]
    received_at: Annotated[Time, Field(description="When it reached us.")]
    flags: Annotated[
        list[Flag], Field(description="What makes a clerk look; none of them refuses it.")
    ]
    suggested: Annotated[
        OrderOrNone, Field(description="The order that it may be about, for a clerk to decide.")
    ]
    receipt: Annotated[str, Field(description="Id of the mail that acknowledges it.")]
    acknowledged_at: Time | None
    unacknowledged_at: Annotated[Time | None, Field(description="Since when a receipt is overdue.")]
    unmatched_at: Annotated[Time | None, Field(description="Since when a clerk has to match it.")]
    order: OrderOrNone
    external_number: ExternalNumber
    lines: list[WithdrawnLine]
    matched_at: Time | None
    stopped: StoppedPieces | None
    goods: GoodsProved | None
    goods_due: Annotated[Day | None, Field(description="Last day to send the goods back.")]
    goods_overdue_at: Time | None
    refund_due: Annotated[
        Day | None, Field(description="Last day to refund; null while that may wait for goods.")
    ]
    refund_overdue_at: Time | None
    refunded_at: Time | None
    closed_at: Time | None
    erasure: Erasure | None
    version: Version


class Withdrawals(Model):
    """A page of withdrawals, each shop's newest first."""

    items: list[Withdrawal]
    cursor: Cursor


CLOSED = "It is closed (`withdrawal_closed`)"
ANSWERS: dict[str, Told] = {
    "GET /withdraw": Told(
        text="The form of the first step.", content_type="text/html", pages=(404, 503)
    ),
    "POST /withdraw": Told(
        text="The second step, or that the statement is stored.",
        content_type="text/html",
        pages=(404, 422, 503),
    ),
    "GET /withdrawal/{token}": Told(
        text="The statement, when it came, and the hash of the log.",
        content_type="text/html",
        pages=PAGES,
    ),
    "POST /v1/withdrawals": Told(
        Withdrawal, ("ETag", "Location"), text="The statement is durably stored."
    ),
    "GET /v1/withdrawals": Told(Withdrawals),
    "GET /v1/withdrawals/{withdrawal}": Told(Withdrawal, ("ETag",)),
    "POST /v1/withdrawals/{withdrawal}/match": Told(
        Withdrawal, ("ETag",), f"It is about another order (`withdrawal_matched`). {CLOSED}."
    ),
    "POST /v1/withdrawals/{withdrawal}/decisions": Told(
        Withdrawal, ("ETag",), f"A line does not wait for a decision (`line_not_open`). {CLOSED}."
    ),
    "POST /v1/withdrawals/{withdrawal}/goods": Told(
        Withdrawal, ("ETag",), "No goods of it are to come back (`no_goods_out`)."
    ),
    "POST /v1/withdrawals/{withdrawal}/close": Told(Withdrawal, ("ETag",)),
}
