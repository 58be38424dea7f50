"""The seller as printed on documents, the bank account, and what public buyers demand."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

XRechnung = Literal["ubl", "cii"]
"""The syntax in which a public buyer gets an XRechnung."""


class Bank(Struct, frozen=True):
    """Bank account that the seller is paid on."""

    name: str
    iban: str
    bic: str | None = None


class Seller(Struct, frozen=True, kw_only=True):
    """The merchant as printed; § 14 (4) no. 2 UStG demands `vat_id` or `tax_number`."""

    name: str
    line1: str
    postal_code: str
    city: str
    country: str
    line2: str | None = None
    vat_id: str | None = None
    tax_number: str | None = None
    register: str | None = None
    managers: str | None = None
    email: str | None = None
    phone: str | None = None
    website: str | None = None
    bank: Bank | None = None
    contact: str | None = None

    @property
    def contact_name(self) -> str:
        """Name of whom a buyer asks for (BT-41): the contact, or the seller where none is named."""
        return (self.contact or "").strip() or self.name
