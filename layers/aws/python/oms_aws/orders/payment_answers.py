"""Answers about an order's money: taken, given back, received and owed."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from oms.core.values import Provider as ProviderName
from oms.payments.capturing import State
from oms_aws.platform.answers import ID, Currency, Money, Time
from oms_aws.platform.models import Model


class Payment(Model):
    """Payment as the shop stated it."""

    method: Annotated[str, Field(examples=["paypal"])]
    status: Literal["authorised", "captured", "pending", "failed", "open"]
    amount: Annotated[Money, Field(examples=["264.70"])]
    reference: Annotated[str | None, Field(examples=["PAY-1"])]
    authorised_at: Annotated[Time | None, Field(examples=[None])]
    provider: Annotated[
        ProviderName | None,
        Field(description="Where we move the money; null: the shop does.", examples=[None]),
    ]


class MoneyTaken(Model):
    """Money that was captured."""

    id: Annotated[str, Field(examples=[f"cap_{ID}-1"])]
    document: Annotated[
        str, Field(description="The invoice it is for; empty: none yet.", examples=[f"inv_{ID}-1"])
    ]
    amount: Annotated[Money, Field(examples=["264.70"])]
    at: Time
    reference: Annotated[
        str, Field(description="What the provider, or the shop, calls it.", examples=["ch_3Rl9KA"])
    ]
    by: Annotated[Literal["stripe", "test", "shop"], Field(description="Who captured it.")]
    authorisation: Annotated[str, Field(examples=["pi_3Rl9KA"])]


class MoneyBack(Model):
    """Money that went back."""

    id: Annotated[str, Field(examples=[f"rfd_{ID}-1"])]
    document: Annotated[
        str,
        Field(description="The credit note; empty: it was too much.", examples=[f"crn_{ID}"]),
    ]
    amount: Annotated[Money, Field(examples=["129.90"])]
    at: Time
    reference: Annotated[str, Field(examples=["re_1Nispe2e"])]
    by: Annotated[Literal["stripe", "test", "shop", "bank"], Field(description="Who refunded it.")]
    authorisation: Annotated[str, Field(examples=["pi_3Rl9KA"])]


class PaymentFailure(Model):
    """Money that could not be moved."""

    id: Annotated[str, Field(examples=["failure_1"])]
    of: Literal["capture", "refund", "void"]
    document: Annotated[str, Field(examples=[f"inv_{ID}-1"])]
    amount: Annotated[Money, Field(examples=["264.70"])]
    reason: Annotated[str, Field(examples=["declined"])]
    text: Annotated[str, Field(description="In the provider's words.", examples=["Declined."])]
    at: Time
    reference: Annotated[str, Field(examples=["pi_3Rl9KA"])]
    closed_at: Annotated[Time | None, Field(examples=[None])]
    closed_by: Annotated[str | None, Field(examples=[None])]
    left: Annotated[bool, Field(description="Nobody tries it again.", examples=[False])]


class Dispute(Model):
    """The customer wants their bank to take money back."""

    id: Annotated[str, Field(examples=["dp_1JAyTw"])]
    amount: Annotated[Money, Field(examples=["264.70"])]
    reason: Annotated[str, Field(examples=["fraudulent"])]
    status: Annotated[str, Field(description="The provider's.", examples=["needs_response"])]
    at: Time
    until: Annotated[Time | None, Field(description="When an answer is due.", examples=[None])]


class Received(Model):
    """Money that the bank reported for the order."""

    id: Annotated[str, Field(description="The bank's transaction.", examples=["2026-11-24-0001"])]
    amount: Annotated[Money, Field(examples=["264.70"])]
    value_date: date
    payer: Annotated[str, Field(examples=["Erika Mustermann"])]


class Settlement(Model):
    """Standing of the order with the customer's money, gross."""

    owed: Annotated[
        Money, Field(description="What it costs without cancelled pieces.", examples=["264.70"])
    ]
    received: Annotated[Money, Field(description="What came by bank.", examples=["0"])]
    outstanding: Annotated[Money, Field(description="Still to be paid.", examples=["0"])]
    overpaid: Annotated[
        Money, Field(description="Came by bank beyond that: the customer's.", examples=["0"])
    ]
    state: Annotated[State, Field(description="Of the payment.", examples=["captured"])]
    authorised: Annotated[Money, Field(description="May be taken in all.", examples=["264.70"])]
    captured: Annotated[Money, Field(description="Was taken.", examples=["264.70"])]
    refunded: Annotated[Money, Field(description="Went back.", examples=["0"])]
    billed: Annotated[Money, Field(description="Invoices less credit notes.", examples=["264.70"])]
    unpaid: Annotated[Money, Field(description="Billed, and has not come.", examples=["0"])]
    currency: Currency


class OrderCredit(Model):
    """Credit that an order on account takes of its customer's limit."""

    amount: Annotated[Money, Field(description="Gross, at capture.", examples=["264.70"])]
    of: Annotated[
        Money, Field(description="Its total then, in its price mode.", examples=["264.70"])
    ]
    limit: Annotated[Money | None, Field(description="The limit then.", examples=["5000.00"])]
    booked_by: Annotated[
        str | None,
        Field(description="Who let it be booked whatever the limit.", examples=[None]),
    ]
