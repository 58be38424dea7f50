"""Requests about customers: who they are, and what is agreed with them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from oms.core.identifiers import email_fault, is_vat_id
from oms.core.money import MINOR_UNITS
from oms.master.account import Weekday
from oms_aws.master.shop_models import DunningRulesIn
from oms_aws.platform.models import AddressIn, Amount, Currency, Digits, Email, Id, Model, Name
from oms_aws.platform.moments import Told


def _deliverable(address: str) -> str:
    if fault := email_fault(address):
        raise ValueError(fault)
    return address


def _possible(number: str) -> str:
    if not is_vat_id(number):
        raise ValueError("is no VAT id of its country: shape or check digit differ")
    return number


Mailbox = Annotated[Email, AfterValidator(_deliverable)]
VatId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z]{2}[A-Z0-9+*]{2,14}$"),
    AfterValidator(_possible),
]
Percentage = Annotated[Decimal, Digits, Field(ge=0, le=100, max_digits=5, decimal_places=2)]


class VatCheckIn(Model):
    """Answer about a VAT id: what was found, by whom, and when.

    What VIES said is for the system alone to write; left out, it stays while the id does.
    """

    vat_id: VatId
    valid: bool
    checked_at: Told
    source: Literal["format", "manual"]
    name: Name | None = None
    consultation: Name | None = None


class TermsIn(Model):
    """Terms of an invoice: due `days` after its date; within `discount_days` less a percentage."""

    days: Annotated[int, Field(strict=True, ge=0, le=365)] = 14
    discount_percent: Percentage = Decimal(0)
    discount_days: Annotated[int, Field(strict=True, ge=0, le=365)] = 0

    @model_validator(mode="after")
    def check_days(self) -> Self:
        if self.discount_days > self.days:
            raise ValueError("the discount cannot end after the invoice is due")
        return self


class PersonIn(Model):
    """Someone of the customer's who can be written to."""

    id: Id
    name: Name
    email: Mailbox


class ApprovalRuleIn(Model):
    """Rule by which a person must approve orders, from the lowest level on."""

    level: Annotated[int, Field(strict=True, ge=1, le=9)]
    approver: PersonIn
    substitute: PersonIn | None = None
    over: Amount = Decimal(0)
    cost_centres: Annotated[tuple[Name, ...], Field(max_length=100)] = ()
    product_groups: Annotated[tuple[Id, ...], Field(max_length=100)] = ()
    hours: Annotated[int, Field(strict=True, ge=1, le=720)] = 48

    @model_validator(mode="after")
    def check_substitute(self) -> Self:
        if self.substitute and self.substitute.id == self.approver.id:
            raise ValueError("the substitute is the approver")
        return self


class BillingIn(Model):
    """Rhythm in which shipments on account are billed together."""

    collective: Literal["monthly", "weekly", "purchase_order"]
    week_ends: Weekday = "sunday"


class AccountIn(Model):
    """Master data of a shop's customer; `credit_limit` null: nothing is sold on account."""

    type: Literal["B2C", "B2B"]
    name: Name
    email: Mailbox
    locale: Literal["de", "en"] = "de"
    phone: Annotated[str, StringConstraints(pattern=r"^\+?[0-9 ()/-]{3,30}$")] | None = None
    company: Name | None = None
    addresses: Annotated[tuple[AddressIn, ...], Field(max_length=100)] = ()
    group: Id | None = None
    vat_id: VatId | None = None
    vat_check: VatCheckIn | None = None
    currency: Currency = "EUR"
    credit_limit: Amount | None = None
    terms: TermsIn = TermsIn()
    priority: Annotated[int, Field(strict=True, ge=0, le=1_000)] = 0
    partial_allowed: bool = True
    leitweg_id: Annotated[
        str, StringConstraints(pattern=r"^[0-9]{2,12}(-[A-Z0-9]{1,30})?-[0-9]{2}$")
    ] | (None) = None
    xrechnung: Literal["ubl", "cii"] | None = None
    approvals: Annotated[tuple[ApprovalRuleIn, ...], Field(max_length=50)] = ()
    dunning: DunningRulesIn | None = None
    delivery_note_prices: bool | None = None
    billing: BillingIn | None = None

    @model_validator(mode="after")
    def check_together(self) -> Self:
        """Refuse what fits each for itself but not together."""
        places = MINOR_UNITS[self.currency]
        amounts = [*([self.credit_limit] if self.credit_limit is not None else [])]
        amounts += [rule.over for rule in self.approvals]
        if any(amount != round(amount, places) for amount in amounts):
            raise ValueError(f"amounts in {self.currency} have at most {places} decimal places")
        if self.vat_check and self.vat_check.vat_id != self.vat_id:
            raise ValueError("vat_check is of another vat_id")
        if self.type == "B2C" and (self.approvals or self.leitweg_id or self.billing):
            text = "only business customers have approvals, a leitweg_id or collective invoices"
            raise ValueError(text)
        return self


class AccountRow(AccountIn):
    """A customer of a batch."""

    id: Id
