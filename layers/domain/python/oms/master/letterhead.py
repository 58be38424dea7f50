"""Letterhead and texts: what a shop's papers look like and say, apart from their facts."""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

PaperKind = Literal[
    "confirmation", "delivery_note", "packing_slip", "reminder", "dunning_1", "dunning_2"
]
"""Papers that are no invoices."""

EVERY = "*"
"""The texts of all kinds that have none of their own."""

COLOUR = "#1f5a54"
PLACES = {
    "number": "the number of the paper",
    "order": "the shop's number of the order",
    "name": "the name of who gets it",
}
"""What a text may name in braces, and what stands there on the paper."""

PAYMENT_PLACES = PLACES | {
    "due_on": "the last day to pay",
    "discount_percent": "the discount for who pays early, in percent",
    "discount_until": "the last day with that discount",
}
"""What words on the payment may name; a text is left out where the paper lacks what it names."""

_PLACE = re.compile(r"\{([^{}]*)\}")


class Logo(Struct, frozen=True):
    """A picture in the archive: its bytes are found by their hash and never change."""

    sha256: str
    type: Literal["png", "svg"]

    @property
    def key(self) -> str:
        """Key of its bytes in the archive."""
        return f"logos/{self.sha256}.{self.type}"


class Letterhead(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Head and foot of a shop's papers; where nothing is set it follows from the seller.

    `footer` is up to four columns of lines, in place of the seller's particulars.
    """

    colour: str = COLOUR
    logo: Logo | None = None
    tagline: str | None = None
    footer: tuple[tuple[str, ...], ...] = ()


class Wording(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The words of one kind of paper in one language; `payment` by method of payment."""

    intro: str | None = None
    closing: str | None = None
    payment: dict[str, str] = {}


class PaperRules(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Papers that a shop wants, and how.

    Without a word on `delivery_note_prices` private customers see prices there, businesses do not.
    """

    delivery_note_prices: bool | None = None
    confirmation_link: bool = False


def place_fault(text: str, places: dict[str, str]) -> str | None:
    """Fault of the braces of a text, or None."""
    for name in _PLACE.findall(text):
        if name not in places:
            return f"{{{name}}} is unknown: use {', '.join(f'{{{each}}}' for each in places)}"
    if any(brace in _PLACE.sub("", text) for brace in "{}"):
        return "a brace is not closed, or not opened"
    return None


def filled(text: str, facts: dict[str, str]) -> str | None:
    """The text with its facts; None when it names one that is not there."""
    names = set(_PLACE.findall(text))
    if any(not facts.get(name) for name in names):
        return None
    return _PLACE.sub(lambda match: facts[match[1]], text)
