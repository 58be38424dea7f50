"""Number ranges: which document takes its number from where, and how it is printed."""

from __future__ import annotations

import re
from datetime import date

from msgspec import Struct

from oms.core.documents import Kind
from oms.master.shop import Shop

PATTERN = r"^[A-Z0-9/._-]*(\{year\}[A-Z0-9/._-]*)?\{number(:0[1-9])?\}$"
"""A pattern ends in its number: `RE-{year}-{number:06}`; the digits are filled up with zeros."""

_NUMBER = re.compile(r"\{number(?::0(\d))?\}$")


class Range(Struct, frozen=True):
    """A number range; its `name` is `<shop>/<what is printed before the number>`."""

    name: str
    pattern: str

    def text(self, number: int) -> str:
        """The n-th number as it is printed (§ 14 (4) no. 4 UStG: sequential and unique)."""
        found = _NUMBER.search(self.pattern)
        digits = int(found[1] or 1) if found else 1
        return f"{_NUMBER.sub('', self.pattern)}{number:0{digits}d}"


def range_of(shop: Shop, kind: Kind, on: date) -> Range:
    """The range of a shop's documents of a kind on a day.

    Kinds with the same pattern share a range, so that no number is printed twice.
    """
    pattern = shop.number_patterns.get(kind) or _default(shop, kind)
    pattern = pattern.replace("{year}", f"{on.year}")
    return Range(f"{shop.id}/{_NUMBER.sub('', pattern).rstrip('-')}", pattern)


def _default(shop: Shop, kind: Kind) -> str:
    credit = "K" if kind == "credit_note" else ""
    return f"{shop.invoice_prefix}{credit}-{{year}}-{{number:06}}"
