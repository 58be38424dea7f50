"""A document's dunning as an order or a bill carries it: its state, what is due, who is awaited."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from msgspec.structs import replace

from oms.core.values import BUSINESS_ZONE, Due, Waiting
from oms.orders.deadlines import RESERVE_WITHIN
from oms.orders.document_news import (
    DunningHeld,
    DunningPlanned,
    InvoiceDunned,
    InvoiceOverdue,
    InvoiceReminded,
    LetterArchived,
)
from oms.orders.documents import Document, Dunning

DAY = timedelta(days=1)
MORNING = time(8)
"""When letters go out."""

LETTERS = 3
COLLECT_WITHIN = timedelta(days=7)
"""How long an accountant has to hand over what was dunned twice."""

SETTLED = "settled"
"""Why the dunning of a document stops: nothing is open of it."""


def due_of(document: Document) -> Due | None:
    """Day to look at the document, as long as it is open; None for never."""
    state = document.dunning
    if state is None:
        on = document.due_on + DAY if document.due_on else None
    else:
        on = None if state.asked_at else state.next_on
    if on is None:
        return None
    held = state.held_until if state else None
    on = max(on, held + DAY) if held else on
    return Due("dunning", document.id, datetime.combine(on, MORNING, BUSINESS_ZONE))


def awaited(document: Document) -> Waiting | None:
    """Wait for the document's money, as long as it is open."""
    state = document.dunning or Dunning()
    if state.asked_at:
        return Waiting("auftakt", "dunning", state.asked_at + RESERVE_WITHIN)
    if len(state.letters) == LETTERS:
        until = datetime.combine(state.letters[-1].pay_by, time(), BUSINESS_ZONE)
        return Waiting("accountant", "collection", until + COLLECT_WITHIN)
    if document.due_on is None:
        return None
    pay_by = state.letters[-1].pay_by if state.letters else document.due_on
    return Waiting("customer", "payment", datetime.combine(pay_by, time(), BUSINESS_ZONE))


def letters_to_keep(document: Document) -> Iterator[Waiting]:
    """The document's letters that are not in the archive yet: that is for us to do."""
    for letter in document.dunning.letters if document.dunning else ():
        if letter.key is None:
            yield Waiting("auftakt", "letter", letter.issued_at + RESERVE_WITHIN)


def _overdue(_: Document, news: InvoiceOverdue) -> dict[str, Any]:
    return {"asked_at": news.at}


def _planned(_: Document, news: DunningPlanned) -> dict[str, Any]:
    over = news.on is None and news.reason == SETTLED
    return {"asked_at": None, "next_on": news.on, "settled": over}


def _dunned(document: Document, news: InvoiceReminded | InvoiceDunned) -> dict[str, Any]:
    state = document.dunning or Dunning()
    letters = (*state.letters, news.letter)
    return {"asked_at": None, "next_on": news.letter.next_on, "letters": letters}


def _letter_archived(document: Document, news: LetterArchived) -> dict[str, Any]:
    state = document.dunning or Dunning()
    letters = tuple(
        replace(each, key=news.key, sha256=news.sha256) if each.id == news.letter else each
        for each in state.letters
    )
    return {"letters": letters}


def _held(document: Document, news: DunningHeld) -> dict[str, Any]:
    """Letting go wakes what had ended, too."""
    state = document.dunning or Dunning(next_on=document.due_on)
    on = news.at.astimezone(BUSINESS_ZONE).date()
    over = state.next_on is None and state.asked_at is None and len(state.letters) < LETTERS
    wakes = over and not news.until and not state.settled
    return {
        "next_on": on if wakes else state.next_on,
        "held_until": news.until,
        "held_by": news.by,
        "reason": news.reason if news.until else "",
    }


_CHANGES: dict[type, Any] = {
    InvoiceOverdue: _overdue,
    DunningPlanned: _planned,
    InvoiceReminded: _dunned,
    InvoiceDunned: _dunned,
    LetterArchived: _letter_archived,
    DunningHeld: _held,
}

DunningNews = (
    InvoiceOverdue | DunningPlanned | InvoiceReminded | InvoiceDunned | LetterArchived | DunningHeld
)


def apply(document: Document, news: DunningNews) -> Document:
    """The document after news of its dunning."""
    changes = _CHANGES[type(news)](document, news)
    return replace(document, dunning=replace(document.dunning or Dunning(), **changes))
