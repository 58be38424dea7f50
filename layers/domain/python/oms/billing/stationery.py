"""Stationery: a paper gets the letterhead and the words that its shop has when it is issued."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from oms.billing.invoice import Invoice
from oms.billing.invoice_texts import day_text, percent_text
from oms.core.parties import Language
from oms.master.letterhead import EVERY, Wording, filled
from oms.master.shop import Shop

Paper = TypeVar("Paper", bound=Struct)


def dressed(paper: Paper, shop: Shop) -> Paper:
    """The paper with its shop's letterhead and words, as they are now.

    A paper is a struct with `kind`, `locale`, `buyer`, `letterhead`, `intro` and `closing`. What it
    says of itself stays with it: a letterhead that changes later does not change it.
    """
    seen: Any = paper
    kind, locale = str(seen.kind), seen.locale
    facts = _facts(seen)
    worn: dict[str, Any] = {
        "letterhead": shop.letterhead,
        "intro": _said(shop, kind, locale, "intro", facts),
        "closing": _said(shop, kind, locale, "closing", facts),
    }
    if isinstance(paper, Invoice) and paper.kind != "credit_note":
        worn["payment"] = _payment(shop, paper, facts) or paper.payment
    return replace(paper, **worn)


def _wordings(shop: Shop, kind: str, locale: Language) -> list[Wording]:
    """The words of the kind, then those of every kind."""
    found = (shop.texts.get(name, {}).get(locale) for name in (kind, EVERY))
    return [each for each in found if each]


def _said(shop: Shop, kind: str, locale: Language, what: str, facts: dict[str, str]) -> str | None:
    for wording in _wordings(shop, kind, locale):
        if text := getattr(wording, what):
            return filled(text, facts)
    return None


def _payment(shop: Shop, invoice: Invoice, facts: dict[str, str]) -> str | None:
    """The shop's words on how the invoice is or was paid, if it has any that fit."""
    for wording in _wordings(shop, invoice.kind, invoice.locale):
        text = wording.payment.get(invoice.method) or wording.payment.get(EVERY)
        if text and (said := filled(text, facts)):
            return said.rstrip(".")
    return None


def _facts(paper: Any) -> dict[str, str]:
    """Facts that the texts may name, of this paper; those it does not know are empty."""
    terms = getattr(paper, "terms", None)
    facts = {
        "number": getattr(paper, "number", None) or getattr(paper, "invoice_number", ""),
        "order": getattr(paper, "external_number", None) or getattr(paper, "order_number", ""),
        "name": paper.buyer.name,
    }
    if terms:
        facts["due_on"] = day_text(terms.due_on, paper.locale)
    if terms and terms.discount_percent:
        until = paper.issued_on + timedelta(terms.discount_days)
        facts["discount_percent"] = percent_text(terms.discount_percent, paper.locale)
        facts["discount_until"] = day_text(until, paper.locale)
    return facts
