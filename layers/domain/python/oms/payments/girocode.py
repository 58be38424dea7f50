"""The payload of the QR code by which a banking app fills in a transfer."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

from oms.billing.invoice import Invoice
from oms.master.seller import Seller

LARGEST = Decimal("999999999.99")
LONGEST_NAME = 70
LONGEST_REFERENCE = 140
ON_TRANSFER = ("invoice", "prepayment")
"""The methods of payment that are a transfer of the buyer's."""


def transfer_of(invoice: Invoice) -> str | None:
    """The transfer that pays an invoice; None where nothing is to be transferred.

    That is so for what is paid already or by other means, for credit notes and pro formas.
    """
    if invoice.kind in ("credit_note", "pro_forma"):
        return None
    if invoice.method not in ON_TRANSFER and invoice.kind != "prepayment":
        return None
    due = invoice.gross - invoice.paid
    return transfer(invoice.seller, due, invoice.currency, invoice.number)


def transfer(seller: Seller, amount: Decimal, currency: str, reference: str) -> str | None:
    """The payload for an amount to the seller; None if its form has no place for it.

    Source: EPC069-12, version 3.1 of the guidelines, § 4: version 002, UTF-8, euro only,
    0.01 to 999,999,999.99, an IBAN that is none fills in nothing.
    """
    bank = seller.bank
    if bank is None or currency != "EUR" or not Decimal("0.01") <= amount <= LARGEST:
        return None
    iban = "".join(bank.iban.split()).upper()
    if not is_iban(iban):
        return None
    lines = (
        "BCD",
        "002",
        "1",
        "SCT",
        bank.bic or "",
        _line(seller.name, LONGEST_NAME),
        iban,
        f"EUR{amount:.2f}",
        "",
        "",
        _line(reference, LONGEST_REFERENCE),
    )
    return "\n".join(lines)


def is_iban(iban: str) -> bool:
    """True if the check digits of an IBAN without spaces are right (ISO 13616, ISO 7064)."""
    if not (iban.isascii() and iban.isalnum() and 15 <= len(iban) <= 34 and iban[2:4].isdigit()):
        return False
    return int("".join(str(int(each, 36)) for each in iban[4:] + iban[:4])) % 97 == 1


def _line(text: str, longest: int) -> str:
    """One printable line of at most so many characters."""
    kept = (c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return " ".join("".join(kept).split())[:longest].rstrip()
