"""A document's dunning as an order or a bill carries it: its state, what is due, who is awaited."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from msgspec.structs import replace

from oms.core.values import BUSINESS_ZONE, Due, Waiting
from oms.orders.deadlines import RESERVE_WITHIN
from oms.orders.document_events import (
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


def _overdue(_: Document, event: InvoiceOverdue) -> dict[str, Any]:
    return {"asked_at": event.at}


def _planned(_: Document, event: DunningPlanned) -> dict[str, Any]:
    over = event.on is None and event.reason == SETTLED
    return {"asked_at": None, "next_on": event.on, "settled": over}


def _dunned(document: Document, event: InvoiceReminded | InvoiceDunned) -> dict[str, Any]:
    state = document.dunning or Dunning()
    letters = (*state.letters, event.letter)
    return {"asked_at": None, "next_on": event.letter.next_on, "letters": letters}


def _letter_archived(document: Document, event: LetterArchived) -> dict[str, Any]:
    state = document.dunning or Dunning()
    letters = tuple(
        replace(each, key=event.key, sha256=event.sha256) if each.id == event.letter else each
        for each in state.letters
    )
    return {"letters": letters}


def _held(document: Document, event: DunningHeld) -> dict[str, Any]:
    """Letting go wakes what had ended, too."""
    state = document.dunning or Dunning(next_on=document.due_on)
    on = event.at.astimezone(BUSINESS_ZONE).date()
    over = state.next_on is None and state.asked_at is None and len(state.letters) < LETTERS
    wakes = over and not event.until and not state.settled
    return {
        "next_on": on if wakes else state.next_on,
        "held_until": event.until,
        "held_by": event.by,
        "reason": event.reason if event.until else "",
    }


_CHANGES: dict[type, Any] = {
    InvoiceOverdue: _overdue,
    DunningPlanned: _planned,
    InvoiceReminded: _dunned,
    InvoiceDunned: _dunned,
    LetterArchived: _letter_archived,
    DunningHeld: _held,
}

DunningEvent = (
    InvoiceOverdue | DunningPlanned | InvoiceReminded | InvoiceDunned | LetterArchived | DunningHeld
)


def apply(document: Document, event: DunningEvent) -> Document:
    """The document after an event of its dunning."""
    changes = _CHANGES[type(event)](document, event)
    return replace(document, dunning=replace(document.dunning or Dunning(), **changes))
