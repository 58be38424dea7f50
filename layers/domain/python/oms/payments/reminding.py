"""Letters that ask for money which is due: a friendly reminder, then two dunning letters."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from oms.core.money import total
from oms.core.parties import Language, Party
from oms.master.letterhead import Letterhead, PaperKind
from oms.master.seller import Seller

Level = Literal[0, 1, 2]
KINDS: dict[Level, PaperKind] = {0: "reminder", 1: "dunning_1", 2: "dunning_2"}


class OpenAmount(Struct, frozen=True, kw_only=True):
    """An invoice, and what of it is still to be paid."""

    number: str
    issued_on: date
    due_on: date
    gross: Decimal
    open: Decimal


class Fee(Struct, frozen=True):
    """Cost of asking for it, with its words in the letter's language (§§ 280, 288 (5) BGB)."""

    text: str
    amount: Decimal


class Reminder(Struct, frozen=True, kw_only=True):
    """A letter as sent: what was open then, and until when it shall be paid.

    `level` 0 is the reminder, 1 and 2 the dunning letters. `interest_text` says how `interest` was
    reckoned. `reference` is what the payer writes, as a rule the invoice's number.
    """

    level: Level
    issued_on: date
    pay_by: date
    currency: str
    locale: Language
    seller: Seller
    buyer: Party
    items: tuple[OpenAmount, ...]
    reference: str
    fees: tuple[Fee, ...] = ()
    interest: Decimal = Decimal(0)
    interest_text: str | None = None
    letterhead: Letterhead | None = None
    intro: str | None = None
    closing: str | None = None

    @property
    def kind(self) -> PaperKind:
        """Under which name the shop keeps its words for such a letter."""
        return KINDS[self.level]

    @property
    def number(self) -> str:
        """Number of what the letter is about."""
        return self.reference

    @property
    def open(self) -> Decimal:
        """Open amount of the invoices."""
        return total([item.open for item in self.items])

    @property
    def total(self) -> Decimal:
        """Sum asked for: the open amounts, fees and interest."""
        return total([self.open, *(fee.amount for fee in self.fees), self.interest])
