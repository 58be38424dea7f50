"""Texts on an invoice: days, percentages and how it is paid, in German and English."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from oms.core.parties import Language


def payment_text(method: str, locale: Language, due_on: date | None = None) -> str:
    """Sentence on how the invoice is or was paid; `due_on` is the last day to pay it."""
    if due_on is not None:
        day = day_text(due_on, locale)
        return f"Zahlbar bis {day} ohne Abzug" if locale == "de" else f"Payable by {day}, net cash"
    default = {"de": f"Zahlungsart: {method}", "en": f"Payment method: {method}"}
    return _PAYMENTS.get(method, default)[locale]


def day_text(day: date, locale: Language) -> str:
    """A day as a sentence has it: 07.12.2026 or 7 December 2026."""
    if locale == "de":
        return f"{day:%d.%m.%Y}"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def percent_text(percent: Decimal, locale: Language) -> str:
    """A percentage without its sign: 2,5 or 2.5."""
    text = f"{percent.normalize():f}"
    return text.replace(".", ",") if locale == "de" else text


_PAYMENTS: Mapping[str, Mapping[str, str]] = {
    "paypal": {"de": "Bezahlt mit PayPal", "en": "Paid with PayPal"},
    "card": {"de": "Bezahlt mit Kreditkarte", "en": "Paid by card"},
    "credit_card": {"de": "Bezahlt mit Kreditkarte", "en": "Paid by card"},
    "sepa": {"de": "Bezahlt per SEPA-Lastschrift", "en": "Paid by SEPA direct debit"},
    "direct_debit": {"de": "Bezahlt per SEPA-Lastschrift", "en": "Paid by SEPA direct debit"},
    "prepayment": {"de": "Bezahlt per Vorkasse", "en": "Paid in advance by bank transfer"},
    "klarna": {"de": "Bezahlt mit Klarna", "en": "Paid with Klarna"},
    "invoice": {"de": "Zahlbar sofort ohne Abzug", "en": "Payable immediately, net cash"},
}


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
