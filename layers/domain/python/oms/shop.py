"""Shops: the sales channels of the merchant, and who sells there."""

from __future__ import annotations

from msgspec import Struct

from oms.books import Bookkeeping
from oms.invoice import Language, Seller
from oms.order import RESERVE_HOURS
from oms.payment import PaymentRules
from oms.tax import Registrations


class Shop(Struct, frozen=True, kw_only=True):
    """A sales channel; `invoice_prefix` begins its invoice numbers, as in `RE-2026-000123`.

    `language` is what its team is written in. A held order keeps its reservation `reserve_hours`.
    `bookkeeping` is how its books are kept, `tax` what the tax office knows of the seller.
    """

    id: str
    name: str
    seller: Seller
    support_email: str
    invoice_prefix: str = "RE"
    language: Language = "de"
    reserve_hours: int = RESERVE_HOURS
    bookkeeping: Bookkeeping | None = None
    payment: PaymentRules = PaymentRules()
    tax: Registrations = Registrations()
    version: int = 0
