"""Dunning: when an open invoice is asked for again, what is claimed then, and what stops it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

from oms.billing.bill import Bill
from oms.billing.documenting import Holder, apply
from oms.billing.invoice import Invoice
from oms.core.parties import Language
from oms.core.refusals import Refusal
from oms.core.values import BUSINESS_ZONE
from oms.master.terms import DunningRules
from oms.orders.applying import tell
from oms.orders.document_events import (
    DunningHeld,
    DunningPlanned,
    InvoiceDunned,
    InvoiceOverdue,
    InvoiceReminded,
    LetterArchived,
)
from oms.orders.documents import Document, Dunning, Letter, Level, letter_of
from oms.orders.ledger import ledger
from oms.orders.order import Order
from oms.orders.overdue import SETTLED
from oms.orders.waiting import dunning_due
from oms.payments.interest import LUMP_SUM, POINTS, in_default_since, interest
from oms.payments.reminding import Fee, OpenAmount, Reminder

LAST = 2
CALM = timedelta(days=7)
"""How long after a payment was taken back the next letter waits at least."""


class Claim(NamedTuple):
    """Open amount of a document, and of whom it is claimed."""

    open: Decimal
    buyer: Literal["B2C", "B2B"]
    currency: str


def claim_of(order: Order, id: str) -> Claim:
    """Open amount of an order's document, as a claim."""
    item = ledger(order).item(id)
    return Claim(item.open if item else Decimal(0), order.customer.type, order.currency)


def call(holder: Holder, id: str, at: datetime) -> Holder:
    """An open invoice is looked at: a step decides what comes next. Once each time it is due."""
    dues = holder.dunning_due() if isinstance(holder, Bill) else dunning_due(holder)
    for due in dues:
        if due.id == id and due.at <= at:
            return apply(holder, InvoiceOverdue(id, at))
    return holder


def called(bill: Bill, *, at: datetime) -> Bill:
    """The bill once all its documents that are due are looked at."""
    for due in tuple(bill.dunning_due()):
        bill = call(bill, due.id, at)
    return bill


def proceed(holder: Holder, id: str, claim: Claim, rules: DunningRules, *, at: datetime) -> Holder:
    """Send the letter that is due, or put on record when to look again, and why.

    Nothing happens unless the clock has called, so that a second time changes nothing. Money or a
    credit that came meanwhile stops it.
    """
    document, today = holder.document(id), at.astimezone(BUSINESS_ZONE).date()
    state = document.dunning or Dunning()
    if state.asked_at is None:
        return holder
    if not isinstance(holder, Bill) and holder.erased:  # there is nobody to write to
        return apply(holder, DunningPlanned(id, None, "person erased", at))
    if claim.open <= 0:
        # An order is open again by itself once its money is taken back; a bill has to be woken.
        again = None if isinstance(holder, Bill) else today
        return apply(holder, DunningPlanned(id, again, SETTLED, at))
    level = len(state.letters)
    if not rules.on or level > LAST or document.due_on is None:
        return apply(holder, DunningPlanned(id, None, "off" if level <= LAST else "done", at))
    last = state.letters[-1].issued_at.astimezone(BUSINESS_ZONE).date() if state.letters else None
    ready = (last or document.due_on) + rules.patience(level)
    if today < ready:
        return apply(holder, DunningPlanned(id, ready, "not yet", at))
    letter = written(document, claim, rules, at=at)
    reminded = InvoiceReminded if level == 0 else InvoiceDunned
    return apply(holder, reminded(letter, id, at))


def paid(bill: Bill, id: str, claim: Claim, *, at: datetime) -> Bill:
    """Put on record that nothing is open any more of a document which no clock looks at again."""
    state = bill.document(id).dunning
    if state is None or state.next_on or state.asked_at or state.settled or claim.open > 0:
        return bill
    return bill.tell(DunningPlanned(id, None, SETTLED, at))


def woken(bill: Bill, id: str, soonest: date, *, at: datetime) -> Bill:
    """Look at a document again, not before a day: money of one of its orders was taken back.

    It is written also where no letter is left, so that nobody who saw it paid can say so any more.
    """
    state = bill.document(id).dunning
    if state is None or (state.next_on and state.next_on >= soonest):
        return bill
    return bill.tell(DunningPlanned(id, soonest, "payment reversed", at))


def written(document: Document, claim: Claim, rules: DunningRules, *, at: datetime) -> Letter:
    """The next letter of a document, with what it claims."""
    state, today = document.dunning or Dunning(), at.astimezone(BUSINESS_ZONE).date()
    level: Level = (0, 1, 2)[len(state.letters)]
    due_on, currency = document.due_on or today, claim.currency
    first = state.letters[0].issued_at.astimezone(BUSINESS_ZONE).date() if state.letters else None
    since = in_default_since(due_on, first, claim.buyer)
    owed = Decimal(0)
    if level and rules.interest and since and since < today:
        points, rates = POINTS[claim.buyer], rules.base_rates
        owed = interest(claim.open, since, today, points, currency, rates)
    able = level and rules.lump_sum and claim.buyer == "B2B" and currency == "EUR"
    return Letter(
        id=letter_id(document.id, level),
        level=level,
        issued_at=at,
        open=claim.open,
        pay_by=today + timedelta(rules.pay_within),
        fee=rules.fee(level),
        interest=owed,
        lump_sum=LUMP_SUM if able else Decimal(0),
        next_on=today + rules.patience(level + 1) if level < LAST else None,
    )


def letter_id(document: str, level: int) -> str:
    """The id of a document's letter of a level: there is one of each."""
    return f"let_{document}-{level}"


def archive(holder: Holder, id: str, *, key: str, sha256: str, at: datetime) -> Holder:
    """Put on record where a letter is kept; repeating it changes nothing."""
    document, letter = letter_of(holder.documents, id)
    if letter.key:
        return holder
    return apply(holder, LetterArchived(id, document.id, key, sha256, at))


def hold(
    holder: Holder, id: str, until: date | None, *, reason: str, by: str, at: datetime
) -> Holder:
    """Send no letter of a document until after a day; None lets it go on.

    The same again changes nothing. Raises Unknown, and Refusal for what is never dunned.
    """
    document = holder.document(id)
    if document.due_on is None:
        raise Refusal("not_dunned", f"{document.number} is not paid after its issue.")
    state = document.dunning or Dunning()
    if (state.held_until, state.reason) == (until, reason if until else ""):
        return holder
    return apply(holder, DunningHeld(id, until, reason, by, at))


def calm_until(at: datetime) -> date:
    """Until when no letter goes out once a payment was taken back."""
    return at.astimezone(BUSINESS_ZONE).date() + CALM


def calmed(order: Order, *, at: datetime) -> Order:
    """Give who had paid some days after the bank has taken the money back."""
    soonest = calm_until(at)
    for item in ledger(order).items:
        state = order.document(item.document).dunning
        if item.open > 0 and state and state.next_on and state.next_on < soonest:
            order = tell(order, DunningPlanned(item.document, soonest, "payment reversed", at))
    return order


_FEES: dict[Language, tuple[str, str]] = {
    "de": ("Mahngebühr", "Verzugspauschale (§ 288 Abs. 5 BGB)"),
    "en": ("Dunning fee", "Lump sum for default (section 288 (5) BGB)"),
}
_INTEREST: dict[Language, str] = {
    "de": "Verzugszinsen (§ 288 BGB)",
    "en": "Default interest (section 288 BGB)",
}


def reminder_of(letter: Letter, document: Document, snapshot: Invoice) -> Reminder:
    """Content of the letter, from the invoice as it was issued."""
    fee, lump = _FEES[snapshot.locale]
    fees = ((fee, letter.fee), (lump, letter.lump_sum))
    amount = OpenAmount(
        number=document.number,
        issued_on=snapshot.issued_on,
        due_on=document.due_on or snapshot.issued_on,
        gross=document.gross,
        open=letter.open,
    )
    return Reminder(
        level=letter.level,
        issued_on=letter.issued_at.astimezone(BUSINESS_ZONE).date(),
        pay_by=letter.pay_by,
        currency=snapshot.currency,
        locale=snapshot.locale,
        seller=snapshot.seller,
        buyer=snapshot.buyer,
        items=(amount,),
        reference=document.number,
        fees=tuple(Fee(text, amount) for text, amount in fees if amount),
        interest=letter.interest,
        interest_text=_INTEREST[snapshot.locale] if letter.interest else None,
    )
