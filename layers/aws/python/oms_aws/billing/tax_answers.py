"""Answers about taxes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from oms_aws.master.customer_answers import VatCheck
from oms_aws.platform.answers import Currency, Money, Number, Sku, Time, Told
from oms_aws.platform.models import Model

Rate = Annotated[str, Field(description="In percent.", examples=["19"])]
Category = Annotated[str, Field(description="EN 16931, UNCL 5305.", examples=["S"])]
State = Annotated[str | None, Field(description="Whose tax it is.", examples=["DE"])]
Vatex = Annotated[str | None, Field(description="VATEX code.", examples=[None])]


class Note(Model):
    """Words that the invoice must say."""

    de: str
    en: str


class Decision(Model):
    """Tax of a line, and why."""

    rate: Rate
    category: Category
    case: Annotated[str, Field(examples=["distance sale below threshold"])]
    reason: Annotated[str, Field(examples=["§ 3c Abs. 4, § 3 Abs. 6, § 12 UStG"])]
    territory: Annotated[str, Field(examples=["AT"])]
    vatex: Vatex
    note: Note | None
    proof: Annotated[str | None, Field(description="What the seller has to keep.")]
    state: State
    scheme: Annotated[
        Literal["home", "local", "oss", "unregistered", "none"],
        Field(description="Where the seller declares it."),
    ]
    seller_vat_id: str | None
    counts: Annotated[bool, Field(description="Counts towards the threshold of distance sales.")]


class QuotedLine(Model):
    """A line of the basket; `total` is after its discounts."""

    number: Number
    sku: Sku
    total: Annotated[Money, Field(examples=["218.32"])]
    decision: Decision


class QuotedCharge(Model):
    """A part of shipping or of a discount, taxed as the goods of one rate."""

    kind: Literal["shipping", "discount"]
    amount: Annotated[Money, Field(examples=["4.12"])]
    category: Category
    rate: Rate


class QuotedTax(Model):
    """The sums of one rate."""

    category: Category
    rate: Rate
    net: Annotated[Money, Field(examples=["217.44"])]
    tax: Annotated[Money, Field(examples=["41.31"])]
    gross: Annotated[Money, Field(examples=["258.75"])]
    vatex: Vatex
    reason: str | None
    state: State


class Quote(Model):
    """Taxes of a basket; an invoice over it would say the same."""

    currency: Currency
    price_mode: Literal["gross", "net"]
    lines: list[QuotedLine]
    charges: list[QuotedCharge]
    taxes: list[QuotedTax]
    net: Annotated[Money, Field(examples=["217.44"])]
    tax: Annotated[Money, Field(examples=["41.31"])]
    gross: Annotated[Money, Field(examples=["258.75"])]
    distance_sales: Annotated[
        Literal["below", "above"],
        Field(description="Where the seller stands with this basket: 10,000 EUR a year."),
    ]
    vat_id: Annotated[
        Literal["valid", "invalid", "unreachable"] | None,
        Field(description="Null where it does not matter.", examples=[None]),
    ]


class VatChecked(Model):
    """Answer about a customer's VAT id; `check` null: VIES said nothing (`fault`)."""

    customer: Annotated[str, Field(examples=["C-2001"])]
    vat_id: Annotated[str, Field(examples=["ATU57477929"])]
    outcome: Literal["valid", "invalid", "unreachable"]
    check: VatCheck | None
    good_until: Time | None
    fault: Annotated[str | None, Field(examples=[None])]


ANSWERS: dict[str, Told] = {
    "POST /v1/tax/quote": Told(
        Quote,
        conflict="A product is not known (`product_unknown`), or nobody but a person decides the "
        "case (`foreign_dispatch`, `unknown_country`, `no_tax_rate`, `no_exchange_rate`).",
    ),
    "POST /v1/customers/{customer}/vat-check": Told(VatChecked),
}
