"""Checks of VAT ids: what one confirms, and for how long."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta

from oms.core.identifiers import is_vat_id
from oms.master.account import VatCheck

INVALID_IS_GOOD_FOR = timedelta(days=1)
"""A business may have been given its id since."""


def good_until(check: VatCheck, days: int) -> datetime:
    """Until when a check need not be repeated."""
    lives = timedelta(days=days) if check.valid else INVALID_IS_GOOD_FOR
    return check.checked_at + lives


def confirms(check: VatCheck, vat_id: str, name: str) -> bool:
    """True if a check is of this id, by someone who knows.

    What a person entered is a confirmation of id and name (§ 18e UStG): it holds for that name.
    """
    if check.vat_id != vat_id or check.source == "format":
        return False
    return check.source != "manual" or (bool(name) and plain(check.name) == plain(name))


def plain(name: str | None) -> str:
    """A name without what writers of it differ in: case, blanks and punctuation."""
    folded = unicodedata.normalize("NFKC", name or "").casefold()
    return "".join(character for character in folded if character.isalnum())


def is_good(check: VatCheck, vat_id: str, name: str, days: int, *, at: datetime) -> bool:
    """True if a check confirms the id for this name, and is young enough."""
    return confirms(check, vat_id, name) and at <= good_until(check, days)


def by_format(vat_id: str, *, at: datetime) -> VatCheck | None:
    """The finding that an id cannot be one: shape or check digits differ; None if it can be."""
    if is_vat_id(vat_id):
        return None
    return VatCheck(vat_id=vat_id, valid=False, checked_at=at, source="format")
