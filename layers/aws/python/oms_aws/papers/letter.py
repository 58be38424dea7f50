"""The frame of all papers: head, address window, words, foot."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from oms.core.parties import Language, Party
from oms.master.letterhead import Letterhead
from oms.master.seller import Seller
from oms.payments.girocode import is_iban
from oms_aws.papers.press import Sheet
from oms_aws.platform.rendering import words
from oms_aws.platform.wording import (
    address_lines,
    clean,
    joined,
    lines,
    return_address,
    seller_lines,
)

Row = dict[str, Any]
Words = dict[str, Any]
WIDEST = 34
"""Millimetres of a column of numbers at most."""


def letter(
    *,
    locale: Language,
    title: str,
    made_on: date,
    seller: Seller,
    to: Party,
    info: Iterable[tuple[str, str | None]],
    intro: Iterable[str],
    letterhead: Letterhead | None,
) -> Sheet:
    """A sheet with nothing below its first words yet."""
    known = words("papers")[locale]
    worn = letterhead or Letterhead()
    tagline = joined(" · ", seller.website, seller.email, seller.phone)
    return {
        "locale": locale,
        "page": known["page"],
        "title": clean(title),
        "issued": [made_on.year, made_on.month, made_on.day],
        "colour": worn.colour,
        "picture": worn.logo.type if worn.logo else None,
        "seller": {
            "name": clean(seller.name),
            "tagline": tagline if worn.tagline is None else clean(worn.tagline),
        },
        "return_address": return_address(seller),
        "address": address_lines(to, seller.country, locale),
        "info": [[known[name], clean(value)] for name, value in info if value],
        "intro": [*intro],
        "delivery": None,
        "message": None,
        "table": None,
        "taxes": None,
        "totals": None,
        "after": [],
        "giro": None,
        "footer": _own_footer(worn) or _footer(seller, locale),
    }


def paragraphs(*texts: str | None) -> list[str]:
    """Texts as they stand on paper, each line of theirs for itself."""
    return [line for text in texts if text for line in lines(text) if line]


def table(
    heads: list[str],
    rows: list[Row],
    *,
    wide: int,
    left: tuple[int, ...] = (),
    carried: str = "",
) -> dict[str, Any]:
    """A table whose column `wide` takes what room the others leave.

    A row has its `cells`, `below` (small print under the wide one), `strong` and `sum`. The other
    columns are as wide as their longest text. `carried` says what sums carried over a page are.
    """
    widths = []
    for n, head in enumerate(heads):
        longest = max(len(head), *(len(row["cells"][n]) for row in rows), 0)
        widths.append(None if n == wide else min(3 + 1.75 * longest, WIDEST))
    aligned = ["left" if n == wide or n in left else "right" for n in range(len(heads))]
    facts = {"heads": heads, "widths": widths, "aligned": aligned, "wide": wide, "rows": rows}
    return {**facts, "carried": carried}


def row(cells: list[str], *, below: str = "", strong: bool = False, sum: str = "") -> Row:
    """One row of a table; `sum` is what all rows so far come to."""
    return {"cells": cells, "below": below, "strong": strong, "sum": sum}


def giro(seller: Seller, amount: str, reference: str, svg: str, locale: Language) -> Row:
    """The box with which a customer transfers: the code, and the same in words."""
    known, bank = words("papers")[locale], seller.bank
    facts = (
        (known["payee"], seller.name),
        ("IBAN", iban_text(bank.iban) if bank else None),
        ("BIC", bank.bic if bank else None),
        (known["amount"], amount),
        (known["reference"], reference),
    )
    rows = [[label, clean(value)] for label, value in facts if value]
    return {"svg": svg, "title": known["giro"], "hint": known["giro_hint"], "rows": rows}


def iban_text(iban: str) -> str:
    """An IBAN in groups of four."""
    bare = "".join(iban.split())
    if not is_iban(bare):
        return iban
    return " ".join(bare[n : n + 4] for n in range(0, len(bare), 4))


def _own_footer(worn: Letterhead) -> list[list[str]]:
    columns = [[clean(line) for line in column if line.strip()] for column in worn.footer]
    return [column for column in columns if column]


def _footer(seller: Seller, locale: Language) -> list[list[str]]:
    """Up to four columns: who, how to reach, register and tax, bank."""
    known = words("papers")[locale]

    def said(key: str, value: str | None) -> str | None:
        return known[key].format(value) if value else None

    bank = seller.bank
    columns: tuple[tuple[str | None, ...], ...] = (
        seller_lines(seller),
        (said("phone", seller.phone), seller.email, seller.website),
        (
            seller.register,
            seller.managers,
            said("vat_id", seller.vat_id),
            said("tax_number", seller.tax_number),
        ),
        (bank.name, said("bank", iban_text(bank.iban)), said("bic", bank.bic)) if bank else (),
    )
    texts = [[clean(line) for line in column if line] for column in columns]
    return [column for column in texts if column]
