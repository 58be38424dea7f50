"""Answers about personal data: what is known of a person, and what is erased of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from oms.returns.withdrawal import Status
from oms_aws.master.answers import Change
from oms_aws.master.customer_answers import Account
from oms_aws.orders.answers import LogEntry, Order
from oms_aws.platform.answers import ID, Cursor, ExternalNumber, OrderId, Shop, Time, Told
from oms_aws.platform.models import Model
from oms_aws.returns.answers import Withdrawal, WithdrawalId


class OrderToErase(Model):
    """An order of the person, and when its personal data go."""

    order: OrderId
    external_number: ExternalNumber
    outcome: Annotated[
        Literal["now", "later", "erased"],
        Field(description="At once, when `until` has passed or `reason` has ended, or long since."),
    ]
    reason: Annotated[
        Literal["unfinished", "money_open", "returns"] | None,
        Field(
            description="Why they are needed still: it is not finished, money or a dispute is "
            "open, or goods may come back (§§ 355, 357 BGB)."
        ),
    ]
    until: Annotated[Time | None, Field(description="Null while nobody can tell.")]


class WithdrawalToErase(Model):
    """A withdrawal of the person, and when its personal data go: once it is finished."""

    withdrawal: WithdrawalId
    status: Status
    outcome: Literal["now", "later", "erased"]


class Kept(Model):
    """Document that stays, because law demands it."""

    order: OrderId
    id: Annotated[str, Field(examples=[f"inv_{ID}-1"])]
    type: Annotated[str, Field(examples=["invoice"])]
    number: Annotated[str | None, Field(examples=["RE-2026-000123"])]
    until: Time
    law: Annotated[str, Field(examples=["§ 14b (1) UStG, § 147 (3) AO"])]


class ErasureShown(Model):
    """Preview of an erasure: what goes when, and what stays until when."""

    customer: Annotated[str, Field(examples=["C-2001"])]
    shop: Shop
    account: Annotated[
        bool, Field(description="Whether there is a record of the customer, which goes as well.")
    ]
    orders: Annotated[list[OrderToErase], Field(description="The newest hundred; all are erased.")]
    more: Annotated[int, Field(description="Orders that are not shown.", ge=0, examples=[0])]
    withdrawals: Annotated[
        list[WithdrawalToErase],
        Field(description="Those with the mail address, and from the orders that are shown."),
    ]
    kept: list[Kept]
    confirm: Annotated[
        str | None,
        Field(description="Send it back to have it done; null once it is.", examples=["5d41402a"]),
    ]


class OrderTold(Model):
    """An order of the person with all that happened to it."""

    order: Order
    events: list[LogEntry]


class WithdrawalTold(Model):
    """A withdrawal of the person with all that happened to it."""

    withdrawal: Withdrawal
    events: list[LogEntry]


class PersonTold(Model):
    """All that is known of a person: their record, and a page of their orders, newest first."""

    customer: Annotated[str, Field(examples=["C-2001"])]
    shop: Shop
    account: Account | None
    changes: Annotated[list[Change], Field(description="The last hundred of their record.")]
    lists: Annotated[
        list[Literal["block", "allow"]],
        Field(description="Lists against fraud with the mail address, for who may read them."),
    ]
    orders: list[OrderTold]
    withdrawals: list[WithdrawalTold]
    cursor: Cursor


ANSWERS: dict[str, Told] = {
    "POST /v1/customers/{customer}/erasure": Told(
        ErasureShown,
        conflict="Something has changed since it was looked at: look again (`preview_outdated`).",
    ),
    "GET /v1/customers/{customer}/data": Told(PersonTold),
}
