"""Collecting: which shipments one invoice bills together, from when to when, and in how many."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from oms.billing.billing import ON_ACCOUNT
from oms.billing.entries import Entry
from oms.billing.invoice import Invoice
from oms.core.money import total
from oms.core.refusals import Refusal, Unknown
from oms.master.account import Account, Billing
from oms.orders.applying import tell
from oms.orders.document_events import InvoiceCollected, InvoiceDeferred, InvoiceReduced
from oms.orders.documents import Collected, Document
from oms.orders.order import Order

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
GRACE = timedelta(minutes=15)
"""How long after the end of a period shipments of it are still taken in."""

MOST_LINES = 2_000
MOST_BYTES = 300_000
"""What one document may hold: its record is an item of at most 400 KB, compressed."""


class Period(NamedTuple):
    """The days that are billed together (both inclusive), and the instant at which they are over.

    `name` tells it from all other periods of a customer.
    """

    name: str
    first: date
    last: date
    cut_off: datetime
    purchase_order: str = ""


class Part(NamedTuple):
    """The shipments of one document, and why they are not in the one before."""

    entries: tuple[Entry, ...]
    why: str


def billing_of(order: Order, account: Account | None) -> Billing | None:
    """Rhythm in which the order's shipments are billed together; None if they are not.

    Only what a business buys on account and has paid no deposit for: else an invoice to be paid
    would be one with such as are paid.
    """
    if account is None or account.billing is None or order.customer.type != "B2B":
        return None
    deposits = any(document.type == "prepayment" for document in order.documents)
    return None if deposits or order.payment.method != ON_ACCOUNT else account.billing


def period_of(billing: Billing, at: datetime, zone: ZoneInfo, purchase_order: str = "") -> Period:
    """The period in which a moment lies; it ends at midnight in the shop's time zone."""
    day = at.astimezone(zone).date()
    of_order = purchase_order if billing.collective == "purchase_order" else ""
    if billing.collective == "weekly":
        last = day + timedelta((WEEKDAYS.index(billing.week_ends) - day.weekday()) % 7)
        first, name = last - timedelta(6), f"week to {last}"
    else:
        first = day.replace(day=1)
        last = (first + timedelta(31)).replace(day=1) - timedelta(1)
        name = f"{first:%Y-%m}"
    over = datetime.combine(last + timedelta(1), time(), zone).astimezone(UTC)
    return Period(f"{name} {of_order}".strip(), first, last, over, of_order)


def bill_id(shop: str, customer: str, period: str, number: int) -> str:
    """The id of a customer's n-th bill of a period: always the same one."""
    text = "\n".join((shop, customer, period, str(number)))
    return f"bil_{hashlib.sha256(text.encode()).hexdigest()[:32]}"


# -- what an order says of it -----------------------------------------------------------------


def defer(
    order: Order, fulfilment: str, bill: str, *, due_at: datetime, gross: Decimal, at: datetime
) -> Order:
    """Leave a shipment to the collective invoice; a second time changes nothing."""
    if any(each.fulfilment == fulfilment for each in order.settlement.collected):
        return order
    return tell(order, InvoiceDeferred(fulfilment, bill, due_at, gross, at))


def to_collect(order: Order, fulfilment: str) -> Collected:
    """The shipment, while it is still to be billed with others; raises Refusal or Unknown."""
    for each in order.to_collect:
        if each.fulfilment == fulfilment:
            return each
    found = order.fulfilment(fulfilment)
    for document in order.documents:
        if found.id in document.billed and document.type != "credit_note":
            text = f"{found.id} was billed by {document.number}: credit that."
            raise Refusal("billed_already", text, {"document": document.id})
    raise Unknown("not_collected", f"{fulfilment} is not to be billed with others.")


def reduce(
    order: Order, fulfilment: str, credit: Invoice, *, reason: str, by: str, at: datetime
) -> Order:
    """Take something of a shipment back before it is billed."""
    to_collect(order, fulfilment)
    return tell(order, InvoiceReduced(fulfilment, credit.gross, reason, by, at))


def share(order: Order, document: Document) -> Order:
    """Put the order's share of a bill's document on record; a second time changes nothing."""
    if any(known.id == document.id for known in order.documents):
        return order
    return tell(order, InvoiceCollected(document))


# -- what one document can hold ---------------------------------------------------------------


def planned(
    entries: Iterable[Entry], *, most_lines: int = MOST_LINES, most_bytes: int = MOST_BYTES
) -> tuple[Part, ...]:
    """The shipments by document, in the order in which they were supplied.

    What differs in a term of `_terms` cannot stand in one document, nor what is too much for one.
    A shipment is never torn apart.
    """
    groups: dict[tuple[tuple[str, object], ...], list[Entry]] = {}
    for entry in sorted(entries, key=_place):
        groups.setdefault(_terms(entry.draft), []).append(entry)
    parts: list[Part] = []
    for terms, group in groups.items():
        why = "" if not parts else _difference(terms, next(iter(groups)))
        for piece in _pieces(group, most_lines, most_bytes):
            parts.append(Part(piece, why))
            why = "size"
    return tuple(parts)


def _place(entry: Entry) -> tuple[date, str]:
    return entry.draft.supplied_on, entry.draft.fulfilment_id


def _terms(draft: Invoice) -> tuple[tuple[str, object], ...]:
    """Terms that all shipments of a document have in common, by name.

    Taxes of several states would merge where their rates are equal; the reason of an exemption
    stands once on a document; an exempt supply needs its one place of delivery (BT-80); a document
    lies in one year, as its supplies count in theirs.
    """
    exempt = sorted({t.category for t in draft.taxes} - {"S", "Z"})
    places = draft.ship_to if exempt else draft.ship_to.country
    return (
        ("currency", draft.currency),
        ("rate of exchange", draft.exchange),
        ("price mode", draft.price_mode),
        ("buyer", (draft.buyer, draft.buyer_type, draft.leitweg_id)),
        ("language", draft.locale),
        ("seller", draft.seller),
        ("tax", (tuple(sorted({str(t.state) for t in draft.taxes})), tuple(exempt), draft.notes)),
        ("destination", places),
        ("year", draft.supplied_on.year),
    )


def _difference(terms: Sequence[tuple[str, object]], others: Sequence[tuple[str, object]]) -> str:
    return ", ".join(
        name for (name, one), (_, other) in zip(terms, others, strict=True) if one != other
    )


def _pieces(
    group: Sequence[Entry], most_lines: int, most_bytes: int
) -> Iterable[tuple[Entry, ...]]:
    piece: list[Entry] = []
    for entry in group:
        if piece and (
            sum(map(_lines, [*piece, entry])) > most_lines
            or sum(each.size for each in [*piece, entry]) > most_bytes
        ):
            yield tuple(piece)
            piece = []
        piece.append(entry)
    yield tuple(piece)


def _lines(entry: Entry) -> int:
    return len(entry.draft.lines) + sum(len(credit.lines) for credit in entry.credits)


def gross_of(entries: Iterable[Entry]) -> Decimal:
    """Gross amount of shipments, less what was taken back of them."""
    return total(
        [
            amount
            for entry in entries
            for amount in (entry.draft.gross, *(-credit.gross for credit in entry.credits))
        ]
    )
