"""Dunning: when an open invoice is asked for again, what is claimed then, and what stops it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from msgspec import Struct

from oms.interest import LUMP_SUM, POINTS, in_default_since, interest
from oms.invoice import Invoice, Language
from oms.ledger import OpenItem, ledger
from oms.news import (
    DunningHeld,
    DunningPlanned,
    InvoiceDunned,
    InvoiceOverdue,
    InvoiceReminded,
    LetterArchived,
)
from oms.order import Order
from oms.parts import PLACE, Document, Dunning, Letter, Level
from oms.refusals import Refusal
from oms.reminding import Fee, OpenAmount, Reminder

LAST = 2
CALM = timedelta(days=7)
"""How long after a payment was taken back the next letter waits at least."""


class DunningRules(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a shop asks for what is overdue, or how it does so with a customer.

    Days: the reminder goes out `remind_after` the invoice was due, each dunning letter so long
    after the letter before it; a letter sets a new deadline of `pay_within`. `first_fee` and
    `second_fee` are what these letters cost; the reminder costs nothing. With `interest` they claim
    the statutory default interest, with `lump_sum` 40 EUR of who is no consumer (§ 288 BGB).
    """

    on: bool = True
    remind_after: int = 7
    first_after: int = 14
    second_after: int = 14
    pay_within: int = 7
    first_fee: Decimal = Decimal(0)
    second_fee: Decimal = Decimal(0)
    interest: bool = True
    lump_sum: bool = False
    base_rates: dict[date, Decimal] = {}

    def patience(self, level: int) -> timedelta:
        """How long after what came before a letter of the level may go out."""
        return timedelta((self.remind_after, self.first_after, self.second_after)[level])

    def fee(self, level: int) -> Decimal:
        """What the letters up to a level cost together."""
        return sum((Decimal(0), self.first_fee, self.second_fee)[: level + 1], Decimal(0))


def call(order: Order, id: str, at: datetime) -> Order:
    """An open invoice is looked at: a step decides what comes next. Once each time it is due."""
    for due in order.dunning_due():
        if due.id == id and due.at <= at:
            return order.tell(InvoiceOverdue(id, at))
    return order


def proceed(order: Order, id: str, rules: DunningRules, *, at: datetime) -> Order:
    """Send the letter that is due, or put on record when to look again, and why.

    Nothing happens unless the clock has called, so that a second time changes nothing. Money or a
    credit that came meanwhile stops it.
    """
    document, today = order.document(id), at.astimezone(PLACE).date()
    state = document.dunning or Dunning()
    if state.asked_at is None:
        return order
    item = ledger(order).item(id)
    if item is None or item.open <= 0:
        return order.tell(DunningPlanned(id, today, "settled", at))
    level = len(state.letters)
    if not rules.on or level > LAST or document.due_on is None:
        return order.tell(DunningPlanned(id, None, "off" if level <= LAST else "done", at))
    last = state.letters[-1].issued_at.astimezone(PLACE).date() if state.letters else None
    ready = (last or document.due_on) + rules.patience(level)
    if today < ready:
        return order.tell(DunningPlanned(id, ready, "not yet", at))
    letter = written(order, document, item, rules, at=at)
    reminded = InvoiceReminded if level == 0 else InvoiceDunned
    return order.tell(reminded(letter, id, at))


def written(
    order: Order, document: Document, item: OpenItem, rules: DunningRules, *, at: datetime
) -> Letter:
    """The next letter of a document, with what it claims."""
    state, today = document.dunning or Dunning(), at.astimezone(PLACE).date()
    level: Level = (0, 1, 2)[len(state.letters)]
    buyer, due_on = order.customer.type, document.due_on or today
    first = state.letters[0].issued_at.astimezone(PLACE).date() if state.letters else None
    since = in_default_since(due_on, first, buyer)
    owed = Decimal(0)
    if level and rules.interest and since and since < today:
        points, rates = POINTS[buyer], rules.base_rates
        owed = interest(item.open, since, today, points, order.currency, rates)
    able = level and rules.lump_sum and buyer == "B2B" and order.currency == "EUR"
    return Letter(
        id=letter_id(document.id, level),
        level=level,
        issued_at=at,
        open=item.open,
        pay_by=today + timedelta(rules.pay_within),
        fee=rules.fee(level),
        interest=owed,
        lump_sum=LUMP_SUM if able else Decimal(0),
        next_on=today + rules.patience(level + 1) if level < LAST else None,
    )


def letter_id(document: str, level: int) -> str:
    """The id of a document's letter of a level: there is one of each."""
    return f"let_{document}-{level}"


def letter_of(order: Order, id: str) -> tuple[Document, Letter]:
    """The letter of that id, and its document; raises Refusal."""
    for document in order.documents:
        for letter in (document.dunning or Dunning()).letters:
            if letter.id == id:
                return document, letter
    raise Refusal("letter_unknown", f"The order has no letter {id}.")


def archive(order: Order, id: str, *, key: str, sha256: str, at: datetime) -> Order:
    """Put on record where a letter is kept; repeating it changes nothing."""
    document, letter = letter_of(order, id)
    if letter.key:
        return order
    return order.tell(LetterArchived(id, document.id, key, sha256, at))


def hold(order: Order, id: str, until: date | None, *, reason: str, by: str, at: datetime) -> Order:
    """Send no letter of a document until after a day; None lets it go on.

    The same again changes nothing. Raises Unknown, and Refusal for what is never dunned.
    """
    document = order.document(id)
    if document.due_on is None:
        raise Refusal("not_dunned", f"{document.number} is not paid after its issue.")
    state = document.dunning or Dunning()
    if (state.held_until, state.reason) == (until, reason if until else ""):
        return order
    return order.tell(DunningHeld(id, until, reason, by, at))


def calmed(order: Order, *, at: datetime) -> Order:
    """Give who had paid some days after the bank has taken the money back."""
    soonest = at.astimezone(PLACE).date() + CALM
    for item in ledger(order).items:
        state = order.document(item.document).dunning
        if item.open > 0 and state and state.next_on and state.next_on < soonest:
            order = order.tell(DunningPlanned(item.document, soonest, "payment reversed", at))
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
    """What the letter says, from the invoice as it was issued."""
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
        issued_on=letter.issued_at.astimezone(PLACE).date(),
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
