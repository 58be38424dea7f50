"""Matching: which order a transaction of the bank is for, by what its text says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Literal, NamedTuple

from msgspec import Struct

from oms.orders.balance import BILLS
from oms.orders.ledger import effective
from oms.orders.order import Order
from oms.orders.owing import outstanding
from oms.payments.credit import customers_money
from oms.payments.paying import claims, fits, shared

MOST_WORDS = 30
WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
PRINTED = re.compile(r"[A-Z0-9/._-]*\d")
MOST_DIGITS = 9
ORDER = re.compile(r"\bord_[0-9a-f]{32}\b")


class Assigned(Struct, frozen=True, omit_defaults=True):
    """A part of a transaction that an order got, from whom.

    It is negative where an order gave something back: the bank took it, or it went `to` another.
    """

    order: str
    amount: Decimal
    by: str
    to: str = ""


Deed = Literal["receive", "reverse", "refund"]


class Planned(Struct, frozen=True, omit_defaults=True):
    """A part of a transaction that an order is to get.

    Money that came is for `documents`, if it names some. Of money that went, `of` is the payment
    that the bank takes back, or the credit note that is paid out.
    """

    order: str
    amount: Decimal
    deed: Deed = "receive"
    documents: tuple[str, ...] = ()
    of: str = ""


class Transfer(Struct, frozen=True, kw_only=True):
    """A transaction of the bank: money that came in, or (negative) went; `id` is the bank's own.

    `reverses` is the transaction that the bank takes back. One for several orders has a `plan`.
    """

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
    reverses: str = ""
    plan: tuple[Planned, ...] = ()

    @property
    def left(self) -> Decimal:
        """Amount that no order has got yet."""
        return self.amount - sum((part.amount for part in self.assigned), Decimal(0))

    @property
    def state(self) -> Literal["unmatched", "partly_matched", "matched"]:
        """State of the transaction: orders have got all, a part or nothing of it."""
        if not self.assigned:
            return "unmatched"
        return "partly_matched" if self.left else "matched"

    @property
    def told(self) -> tuple[object, ...]:
        """Facts that the bank tells of it, which must not differ the next time."""
        return (
            self.amount,
            self.currency,
            self.value_date,
            self.reference,
            self.payer,
            self.payer_account,
            self.shop,
            self.reverses,
        )

    def given(self, order: str) -> Decimal:
        """Amount that an order has got of it, less what it gave back."""
        return sum((part.amount for part in self.assigned if part.order == order), Decimal(0))


def words_of(reference: str) -> tuple[str, ...]:
    """Words of a text that may be a shop's order number: those with a digit, also when torn apart.

    Banks tear long words and turn letters into capitals.
    """
    words = [word.rstrip("._+-") for word in WORD.findall(reference)][:MOST_WORDS]
    pairs = [*pairwise(words)]
    tagged = [part for word in words for part in word.split("+")[1:]]  # as in EREF+BB-10001
    said = [*words, *tagged, *(f"{a}{glue}{b}" for a, b in pairs for glue in ("", "-"))]
    likely = [word for word in said if any(c.isdigit() for c in word) and len(word) <= 64]
    return tuple(dict.fromkeys([*likely, *(word.upper() for word in likely)]))


class Printed(NamedTuple):
    """Text that may be a document's number as printed: the n-th of a range (`numbering`)."""

    text: str
    range: str
    number: int


def invoices_in(reference: str) -> tuple[Printed, ...]:
    """Words of a text that may be the number of an invoice; where its digits begin is open."""
    return tuple(
        Printed(word, word[:-digits].rstrip("-"), number)
        for word in PRINTED.findall(reference.upper())[:MOST_WORDS]
        for digits in range(1, min(len(word) - len(word.rstrip("0123456789")), MOST_DIGITS) + 1)
        if (number := int(word[-digits:]))
    )


def orders_in(reference: str) -> tuple[str, ...]:
    """The ids of ours in a text."""
    return tuple(ORDER.findall(reference.lower()))


class Named(NamedTuple):
    """An order that a transaction names, and the documents of it that are named."""

    order: Order
    documents: tuple[str, ...] = ()

    @property
    def bills(self) -> tuple[str, ...]:
        """Those of them that ask for money."""
        kinds = {document.id: document.type for document in self.order.documents}
        return tuple(id for id in self.documents if kinds.get(id) in BILLS)


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


def incoming(transfer: Transfer, named: Sequence[Named], tolerance: Decimal) -> tuple[Planned, ...]:
    """Parts of money that came, by the orders that it names; none if that is open.

    Documents say more than orders. Several get it when it settles all that they are asked.
    """
    able = [each for each in named if each.order.currency == transfer.currency]
    able = [each for each in able if each.bills] or able
    if chosen := choose(transfer, (each.order for each in able)):
        (one,) = (each for each in able if each.order.id == chosen.id)
        return (Planned(chosen.id, transfer.amount, documents=one.bills),)
    wanted = [claims(each.order, transfer.value_date, each.bills) for each in able]
    if wanted and all(wanted) and fits(transfer.amount, sum(wanted, ()), tolerance):
        shares = shared(transfer.amount, wanted, tolerance)
    else:
        shares = tuple(outstanding(each.order) for each in able)
        if not all(shares) or sum(shares) != transfer.amount:
            return ()
    return tuple(
        Planned(each.order.id, share, documents=each.bills)
        for each, share in zip(able, shares, strict=True)
    )


def outgoing(transfer: Transfer, named: Sequence[Named]) -> tuple[Planned, ...]:
    """Part of money that went, by the order that gives it, of those named; none if that is open."""
    able = [each for each in named if each.order.currency == transfer.currency]
    found = [part for each in able if (part := given_back(transfer, each, -transfer.amount))]
    return (found[0],) if len(found) == 1 else ()


def given_back(transfer: Transfer, named: Named, amount: Decimal) -> Planned | None:
    """Part of an order in money that went: it was too much, or the bank takes a payment back."""
    order = named.order
    if 0 < amount <= customers_money(order):
        notes = {d.id for d in order.documents if d.type == "credit_note"}
        of = next((id for id in named.documents if id in notes), "")
        return Planned(order.id, -amount, "refund", of=of)
    same = [each.id for each in effective(order) if each.amount == amount > 0]
    if len(same) != 1:
        return None
    return Planned(order.id, -amount, "reverse", of=same[0])


def reversed_by(transfer: Transfer, original: Transfer) -> tuple[Planned, ...]:
    """Parts that orders give back of a payment that the bank takes back, the last one first."""
    rest, parts = -transfer.amount, []
    for order in dict.fromkeys(part.order for part in reversed(original.assigned)):
        part = min(rest, original.given(order))
        if part > 0:
            parts.append(Planned(order, -part, "reverse", of=original.id))
            rest -= part
    return tuple(parts)
