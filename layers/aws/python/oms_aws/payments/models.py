"""Requests of an accountant: what the bank reported, and which order a payment is for."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_validator

from oms.core.money import MINOR_UNITS
from oms_aws.platform.models import Currency, Digits, Id, Model, Name, Text
from oms_aws.platform.moments import PlannedDay, ToldDay

MOST_PAYMENTS = 200

TransactionId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:+-]{0,63}$")]
Either = Annotated[Decimal, Digits, Field(max_digits=12, decimal_places=4)]


class PaymentRow(Model):
    """One transaction of the bank, with what the payer wrote; negative for money that went.

    `reverses` is the transaction that the bank takes back, where it says so.
    """

    transaction_id: TransactionId
    reference: Annotated[Text, Field(max_length=500)]
    amount: Either
    currency: Currency
    value_date: ToldDay
    payer: Name | None = None
    payer_account: Name | None = None
    shop: Id | None = None
    reverses: TransactionId | None = None

    @model_validator(mode="after")
    def check_amount(self) -> PaymentRow:
        places = MINOR_UNITS[self.currency]
        if not self.amount:
            raise ValueError("no money came or went")
        if self.amount != round(self.amount, places):
            raise ValueError(f"amounts in {self.currency} have at most {places} decimal places")
        return self


class PaymentBatch(Model):
    """Up to 200 transactions of the bank; each is taken or refused by itself."""

    items: Annotated[list[Any], Field(min_length=1, max_length=MOST_PAYMENTS)]


class AssignPayment(Model):
    """The order that a payment is for; without an amount, all that is left of it.

    `documents` are the invoices that it pays. With `source`, another order gives what it has too
    much of the payment.
    """

    order: Id
    amount: Either | None = None
    documents: Annotated[tuple[Id, ...], Field(max_length=100)] = ()
    source: Id | None = None

    @model_validator(mode="after")
    def check_source(self) -> AssignPayment:
        if self.amount == 0:
            raise ValueError("no money to assign")
        if self.source and (self.source == self.order or self.documents):
            raise ValueError("from one order to another, and of no document")
        return self


class HoldDunning(Model):
    """Until which day, that day included, no letter goes out; null lets the dunning go on."""

    until: PlannedDay | None
    reason: Annotated[Text, Field(min_length=1, max_length=200)]
