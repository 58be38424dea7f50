"""The payment reminder and the dunning letter on paper."""

from __future__ import annotations

from decimal import Decimal

from oms.payments.girocode import transfer
from oms.payments.reminding import Reminder
from oms_aws.papers.codes import drawn
from oms_aws.papers.letter import Row, Words, giro, letter, paragraphs, row, table
from oms_aws.papers.press import Sheet
from oms_aws.platform.rendering import words
from oms_aws.platform.wording import amount_text, clean, date_text, money_text


def reminder_sheet(reminder: Reminder) -> Sheet:
    """Every text of a letter that asks for money."""
    locale = reminder.locale
    known: Words = words("papers")[locale]
    said = known["reminders"][reminder.level]
    sheet = letter(
        locale=locale,
        title=said["title"],
        made_on=reminder.issued_on,
        seller=reminder.seller,
        to=reminder.buyer,
        info=[
            ("letter_on", date_text(reminder.issued_on, locale)),
            ("customer", reminder.buyer.number),
            ("reference", reminder.reference),
        ],
        intro=paragraphs(reminder.intro or said["intro"]),
        letterhead=reminder.letterhead,
    )
    day, amount = date_text(reminder.pay_by, locale), _money(reminder.total, reminder)
    asked = said["asked"].format(day=day, amount=amount)
    payload = transfer(reminder.seller, reminder.total, reminder.currency, reminder.reference)
    svg = drawn(payload) if payload else None
    box = giro(reminder.seller, amount, reminder.reference, svg, locale) if svg else None
    return {
        **sheet,
        "table": table(known["open_columns"], _rows(reminder), wide=0),
        "totals": {"rows": _sums(reminder, known), "due": [known["asked_for"], amount]},
        "after": paragraphs(asked, reminder.closing or said["closing"]),
        "giro": box,
    }


def _money(amount: Decimal, reminder: Reminder) -> str:
    return money_text(amount, reminder.currency, reminder.locale)


def _rows(reminder: Reminder) -> list[Row]:
    currency, locale = reminder.currency, reminder.locale
    return [
        row(
            [
                clean(item.number),
                date_text(item.issued_on, locale),
                date_text(item.due_on, locale),
                amount_text(item.gross, currency, locale),
                amount_text(item.open, currency, locale),
            ]
        )
        for item in reminder.items
    ]


def _sums(reminder: Reminder, known: Words) -> list[list[str]]:
    if not reminder.fees and not reminder.interest:
        return []
    rows = [[known["open"], _money(reminder.open, reminder)]]
    rows += [[clean(fee.text), _money(fee.amount, reminder)] for fee in reminder.fees]
    if reminder.interest:
        text = clean(reminder.interest_text) if reminder.interest_text else known["interest"]
        rows.append([text, _money(reminder.interest, reminder)])
    return rows
