"""Answers about customers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from oms_aws.master.answers import LARGE, Changes, Stored
from oms_aws.master.shop_answers import DunningRules
from oms_aws.platform.answers import (
    Address,
    Currency,
    Cursor,
    Erasure,
    Money,
    Shop,
    Time,
    Told,
    Version,
)
from oms_aws.platform.models import Model


class VatCheck(Model):
    """Answer about a VAT id."""

    vat_id: Annotated[str, Field(examples=["ATU57477929"])]
    valid: bool
    checked_at: Time
    source: Literal["format", "vies", "manual"]
    name: str | None
    consultation: str | None


class Terms(Model):
    """Terms of an invoice: when it is due."""

    days: Annotated[int, Field(examples=[30])]
    discount_percent: Annotated[str, Field(examples=["2"])]
    discount_days: Annotated[int, Field(examples=[10])]


class Person(Model):
    """Someone of the customer's who can be written to."""

    id: Annotated[str, Field(examples=["P-2"])]
    name: Annotated[str, Field(examples=["Ruth Vorstand"])]
    email: Annotated[str, Field(examples=["ruth@verein.example"])]


class ApprovalRule(Model):
    """Rule by which a person must approve orders."""

    level: Annotated[int, Field(examples=[1])]
    approver: Person
    substitute: Person | None
    over: Money
    cost_centres: Annotated[list[str], Field(examples=[["Jugend"]])]
    product_groups: Annotated[list[str], Field(examples=[[]])]
    hours: Annotated[int, Field(examples=[48])]


class Billing(Model):
    """Rhythm in which shipments on account are billed together."""

    collective: Literal["monthly", "weekly", "purchase_order"]
    week_ends: Annotated[str, Field(examples=["sunday"])]


class Account(Model):
    """Master data of a shop's customer."""

    id: Annotated[str, Field(examples=["C-2001"])]
    shop: Shop
    type: Literal["B2C", "B2B"]
    name: Annotated[str, Field(examples=["Alpenverein Sektion Tal"])]
    email: Annotated[str, Field(examples=["einkauf@verein.example"])]
    locale: Literal["de", "en"]
    phone: str | None
    company: str | None
    addresses: list[Address]
    group: Annotated[str | None, Field(examples=["clubs"])]
    vat_id: Annotated[str | None, Field(examples=["ATU57477929"])]
    vat_check: VatCheck | None
    currency: Currency
    credit_limit: Annotated[str | None, Field(examples=["5000.00"])]
    terms: Terms
    priority: Annotated[int, Field(examples=[10])]
    partial_allowed: bool
    leitweg_id: Annotated[str | None, Field(examples=["04011000-12345-34"])]
    xrechnung: Annotated[
        Literal["ubl", "cii"] | None,
        Field(description="Syntax of an XRechnung, where not the shop's.", examples=[None]),
    ]
    approvals: list[ApprovalRule]
    dunning: Annotated[
        DunningRules | None, Field(description="Null: as the shop does.", examples=[None])
    ]
    delivery_note_prices: Annotated[
        bool | None, Field(description="Null: as the shop says.", examples=[None])
    ]
    billing: Billing | None
    erasure: Annotated[
        Erasure | None, Field(description="That it is to be erased.", examples=[None])
    ]
    version: Annotated[Version, Field(examples=[1])]


class Accounts(Model):
    """A page of a shop's customers."""

    items: list[Account]
    cursor: Cursor


ANSWERS: dict[str, Told] = {
    "PUT /v1/customers/{customer}": Told(Account, ("ETag",), LARGE),
    "GET /v1/customers/{customer}": Told(Account, ("ETag",)),
    "GET /v1/customers": Told(Accounts),
    "GET /v1/customers/{customer}/history": Told(Changes),
    "POST /v1/customers/batch": Told(Stored),
}
