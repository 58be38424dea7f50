"""Accounts: what the merchant has agreed with a customer, apart from any single order."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from oms.core.erasure import Erasure
from oms.core.parties import Address, Person
from oms.core.pseudonyms import Personal
from oms.master.seller import XRechnung
from oms.master.terms import DunningRules

__all__ = ["Account", "ApprovalRule", "Billing", "PaymentTerms", "Person", "VatCheck"]

Weekday = Literal[
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
]  # fmt: skip


class VatCheck(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Answer about a VAT id; `consultation` is the number that proves the inquiry."""

    vat_id: Personal
    valid: bool
    checked_at: datetime
    source: Literal["format", "vies", "manual"]
    name: Personal | None = None
    consultation: str | None = None


class PaymentTerms(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Terms of an invoice: due `days` after its date; within `discount_days` less a percentage."""

    days: int = 14
    discount_percent: Decimal = Decimal(0)
    discount_days: int = 0


class ApprovalRule(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Rule by which a person must approve an order before it goes on.

    The rule applies when everything it names does: a gross total of more than `over`, one of its
    `cost_centres`, a line of one of the `product_groups`. Rules of a lower `level` are asked first.
    The `substitute` may answer in place of the approver; nobody approves an order of their own, nor
    two levels of one order. `hours` is the time to answer before it is escalated.
    """

    level: int
    approver: Person
    substitute: Person | None = None
    over: Decimal = Decimal(0)
    cost_centres: tuple[str, ...] = ()
    product_groups: tuple[str, ...] = ()
    hours: int = 48


class Billing(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Rhythm in which shipments on account are billed together.

    Monthly: all of a calendar month. Weekly: those up to the end of `week_ends`. By purchase order:
    those of one purchase order number, once its orders have left, or at the end of the month.
    """

    collective: Literal["monthly", "weekly", "purchase_order"]
    week_ends: Weekday = "sunday"


class Account(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Master data of a shop's customer.

    `group` chooses the price lists. `credit_limit` is gross, in `currency`; None means that nothing
    is sold on account. `priority` ranks backorders (higher first). `partial_allowed` is what an
    order takes that says nothing itself. `xrechnung` is the syntax of a public buyer's e-invoices,
    where it is not that of the shop, `delivery_note_prices` overrules what the shop says. `billing`
    says that shipments are billed together. Of one that was erased nothing is left but what was
    agreed; whoever stores it anew has another customer of that id.
    """

    id: str
    shop: str
    type: Literal["B2C", "B2B"]
    name: Personal
    email: Personal
    locale: Literal["de", "en"] = "de"
    phone: Personal | None = None
    company: Personal | None = None
    addresses: tuple[Address, ...] = ()
    group: str | None = None
    vat_id: Personal | None = None
    vat_check: VatCheck | None = None
    currency: str = "EUR"
    credit_limit: Decimal | None = None
    terms: PaymentTerms = PaymentTerms()
    priority: int = 0
    partial_allowed: bool = True
    leitweg_id: str | None = None
    xrechnung: XRechnung | None = None
    approvals: tuple[ApprovalRule, ...] = ()
    dunning: DunningRules | None = None
    delivery_note_prices: bool | None = None
    billing: Billing | None = None
    erasure: Erasure | None = None
    version: int = 0

    @property
    def erased(self) -> bool:
        """True once its personal data are gone."""
        return bool(self.erasure and self.erasure.erased_at)
