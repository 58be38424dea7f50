"""Matching: which order a transaction of the bank is for, by what its text says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Literal, NamedTuple

from msgspec import Struct

from oms.order import Order
from oms.payment import outstanding

MOST_WORDS = 30
WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
PRINTED = re.compile(r"[A-Z0-9/._-]*\d")
MOST_DIGITS = 9
ORDER = re.compile(r"\bord_[0-9a-f]{32}\b")


class Assigned(Struct, frozen=True):
    """A part of a transaction that an order got, from whom."""

    order: str
    amount: Decimal
    by: str


class Transfer(Struct, frozen=True, kw_only=True):
    """A transaction of the bank: money that came in; `id` is the bank's own."""

    id: str
    amount: Decimal
    currency: str
    value_date: date
    reference: str
    payer: str = ""
    payer_account: str = ""
    shop: str = ""
    assigned: tuple[Assigned, ...] = ()
    candidates: tuple[str, ...] = ()
    version: int = 0

    @property
    def left(self) -> Decimal:
        """What no order has got yet."""
        return self.amount - sum((part.amount for part in self.assigned), Decimal(0))

    @property
    def state(self) -> Literal["unmatched", "partly_matched", "matched"]:
        """Whether the orders have got it."""
        if not self.assigned:
            return "unmatched"
        return "partly_matched" if self.left else "matched"

    @property
    def told(self) -> tuple[object, ...]:
        """What the bank says of it, which must not differ the next time."""
        return (
            self.amount,
            self.currency,
            self.value_date,
            self.reference,
            self.payer,
            self.payer_account,
            self.shop,
        )


def words_of(reference: str) -> tuple[str, ...]:
    """What in a text may be a shop's number of an order: words with a digit, also when torn apart.

    Banks tear long words and turn letters into capitals.
    """
    words = [word.rstrip("._+-") for word in WORD.findall(reference)][:MOST_WORDS]
    pairs = [*pairwise(words)]
    tagged = [part for word in words for part in word.split("+")[1:]]  # as in EREF+BB-10001
    said = [*words, *tagged, *(f"{a}{glue}{b}" for a, b in pairs for glue in ("", "-"))]
    likely = [word for word in said if any(c.isdigit() for c in word) and len(word) <= 64]
    return tuple(dict.fromkeys([*likely, *(word.upper() for word in likely)]))


class Printed(NamedTuple):
    """What may be a document's number as it is printed: the n-th of a range (`oms.numbering`)."""

    text: str
    range: str
    number: int


def invoices_in(reference: str) -> tuple[Printed, ...]:
    """What in a text may be the number of an invoice; where its digits begin is open."""
    return tuple(
        Printed(word, word[:-digits].rstrip("-"), number)
        for word in PRINTED.findall(reference.upper())[:MOST_WORDS]
        for digits in range(1, min(len(word) - len(word.rstrip("0123456789")), MOST_DIGITS) + 1)
        if (number := int(word[-digits:]))
    )


def orders_in(reference: str) -> tuple[str, ...]:
    """The ids of ours in a text."""
    return tuple(ORDER.findall(reference.lower()))


def choose(transfer: Transfer, named: Iterable[Order]) -> Order | None:
    """The order that the transfer is for, among those that its text names; None if that is open.

    One is enough, if the currency is the same. Of several it is the one that lacks exactly what
    came.
    """
    able = [order for order in named if order.currency == transfer.currency]
    if len(able) == 1:
        return able[0]
    exact = [order for order in able if outstanding(order) == transfer.amount]
    return exact[0] if len(exact) == 1 else None
