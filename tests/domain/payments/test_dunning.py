"""An open invoice is asked for three times, each once, and what comes in between stops it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from oms.core.refusals import Refusal
from oms.core.values import BUSINESS_ZONE
from oms.master.terms import DunningRules
from oms.orders.documents import Document
from oms.orders.dues import due
from oms.orders.ledger import ledger
from oms.orders.money_parts import Received
from oms.orders.order import Order
from oms.orders.waiting import waiting as waiting_order
from oms.payments import dunning, payment
from oms.payments.dunning import archive, claim_of, proceed
from oms.payments.interest import base_rate, in_default_since, interest
from oms.payments.paying import allocate
from oms.records.due import apply_due
from tests.domain.payments.test_credit_properties import on_account

DUE = date(2026, 12, 1)
RULES = DunningRules(first_fee=Decimal("2.50"), second_fee=Decimal("5.00"))


def at(day: int, hour: int = 9) -> datetime:
    """A time so many days after the invoice is due."""
    return datetime(2026, 12, 1, hour, tzinfo=UTC) + timedelta(day)


def billed(gross: str = "100.00", **more: Any) -> Order:
    """A finished order with one open invoice, due on 1 December."""
    document = Document(
        "inv_1", "invoice", "RE-1", "", at(-14), Decimal(gross), key="k", due_on=DUE, **more
    )
    return replace(on_account(1, 1), lines=(), documents=(document,))


def clock(order: Order, time: datetime, rules: DunningRules = RULES) -> Order:
    """What the clock and its step do, twice."""
    for _ in range(2):
        order = apply_due(order, at=time)
        order = proceed(order, "inv_1", claim_of(order, "inv_1"), rules, at=time)
        order = printed(order, time)
    return replace(order, events=())


def printed(order: Order, time: datetime) -> Order:
    """The order with every letter in the archive."""
    for letter in order.documents[0].dunning.letters if order.documents[0].dunning else ():
        if letter.key is None:
            order = archive(order, letter.id, key=f"{letter.id}.pdf", sha256="0" * 64, at=time)
    return order


def days(order: Order, first: int, last: int, rules: DunningRules = RULES) -> Order:
    for day in range(first, last + 1):
        order = clock(order, at(day), rules)
    return order


def levels(order: Order) -> list[tuple[int, int]]:
    """Level and day of each letter, counted from the due date."""
    state = order.documents[0].dunning
    found = state.letters if state else ()
    return [(x.level, (x.issued_at.astimezone(BUSINESS_ZONE).date() - DUE).days) for x in found]


def paid(order: Order, amount: str, day: int, id: str = "T-1") -> Order:
    on = DUE + timedelta(day)
    laid = allocate(order, Decimal(amount), on)
    return payment.receive(order, Received(id, Decimal(amount), on, laid=laid), at=at(day))


def test_a_reminder_and_two_dunning_letters_each_once() -> None:
    order = days(billed(), -3, 60)
    assert levels(order) == [(0, 7), (1, 21), (2, 35)]
    reminder, first, second = order.documents[0].dunning.letters  # type: ignore[union-attr]
    assert (reminder.charges, first.fee, second.fee) == (0, Decimal("2.50"), Decimal("7.50"))
    assert [(w.party, w.cause) for w in waiting_order(order)] == [("accountant", "collection")]
    assert due(order) == ()


def test_nothing_is_sent_before_its_day_and_the_customer_is_waited_for() -> None:
    order = days(billed(), -3, 6)
    assert levels(order) == []
    (waiting,) = waiting_order(order)
    assert (waiting.party, waiting.cause) == ("customer", "payment")
    assert waiting.until.date() == DUE


def test_clock_that_was_late_sends_one_letter_and_not_three() -> None:
    order = clock(billed(), at(90))
    assert levels(order) == [(0, 90)]
    assert levels(days(order, 91, 103)) == [(0, 90)]
    assert levels(days(order, 91, 104)) == [(0, 90), (1, 104)]


def test_money_in_between_stops_it_and_a_part_does_not() -> None:
    order = paid(days(billed(), 0, 10), "40.00", 11)
    order = days(order, 11, 21)
    assert levels(order) == [(0, 7), (1, 21)]
    assert str(order.documents[0].dunning.letters[-1].open) == "60.00"  # type: ignore[union-attr]
    order = days(paid(order, "60.00", 22, "T-2"), 22, 90)
    assert len(levels(order)) == 2
    assert waiting_order(order) == ()


def test_money_between_the_call_and_the_letter_stops_it() -> None:
    order = apply_due(days(billed(), 0, 6), at=at(7))
    order = paid(order, "100.00", 7)
    order = proceed(order, "inv_1", claim_of(order, "inv_1"), RULES, at=at(7))
    assert levels(order) == []


def test_credit_note_stops_it() -> None:
    order = days(billed(), 0, 8)
    note = Document("crn_1", "credit_note", "K", "", at(9), Decimal(100), key="k", original="inv_1")
    order = days(replace(order, documents=(*order.documents, note)), 9, 90)
    assert levels(order) == [(0, 7)]


def test_payment_with_fees_settles_both_and_without_lets_the_fees_go() -> None:
    order = days(billed(), 0, 22)
    letter = order.documents[0].dunning.letters[-1]  # type: ignore[union-attr]
    whole = paid(order, str(100 + letter.charges), 23)
    assert ledger(whole).items[0].open == ledger(whole).left == 0
    bare = paid(order, "100.00", 23)
    assert ledger(bare).items[0].open == ledger(bare).left == 0
    assert len(levels(days(bare, 23, 90))) == 2


def test_reversal_goes_on_with_the_next_level_but_not_at_once() -> None:
    order = days(paid(days(billed(), 0, 10), "100.00", 11), 11, 40)
    assert levels(order) == [(0, 7)]
    back = Received("R-1", Decimal(-100), DUE + timedelta(41), reverses="T-1")
    order = replace(payment.receive(order, back, at=at(41)), events=())
    assert levels(days(order, 41, 47)) == [(0, 7)]
    assert levels(days(order, 41, 48)) == [(0, 7), (1, 48)]


def test_hold_keeps_letters_back_until_after_its_day() -> None:
    order = days(billed(), 0, 3)
    until = DUE + timedelta(20)
    order = dunning.hold(order, "inv_1", until, reason="talks", by="clerk:c", at=at(3))
    assert dunning.hold(order, "inv_1", until, reason="talks", by="clerk:c", at=at(3)) is order
    order = replace(order, events=())
    assert levels(days(order, 3, 20)) == []
    assert levels(days(order, 3, 21)) == [(0, 21)]
    gone = dunning.hold(order, "inv_1", None, reason="over", by="clerk:c", at=at(9))
    assert levels(days(replace(gone, events=()), 9, 9)) == [(0, 9)]


def test_stopped_for_a_customer_until_somebody_lets_it_go_on() -> None:
    order = days(billed(), 0, 40, DunningRules(on=False))
    assert levels(order) == []
    assert due(order) == ()
    order = dunning.hold(order, "inv_1", DUE, reason="x", by="clerk:c", at=at(41))
    order = dunning.hold(order, "inv_1", None, reason="go on", by="clerk:c", at=at(41))
    assert levels(days(replace(order, events=()), 42, 42)) == [(0, 42)]


def test_what_is_paid_at_issue_or_was_never_sent_is_not_dunned() -> None:
    card = replace(billed(), documents=(replace(billed().documents[0], due_on=None),))
    unsent = billed(rejected=("BR-1",), withdrawn_at=at(0))
    assert levels(days(card, 0, 60)) == levels(days(unsent, 0, 60)) == []
    with pytest.raises(Refusal, match="not paid after"):
        dunning.hold(card, "inv_1", DUE, reason="x", by="clerk:c", at=at(0))


def test_interest_is_nine_points_above_the_base_rate_from_thirty_days_after() -> None:
    assert base_rate(date(2026, 11, 25)) == Decimal("1.27")
    assert base_rate(date(2023, 6, 30)) == Decimal("1.62")
    assert base_rate(date(2027, 2, 1), {date(2027, 1, 1): Decimal("1.5")}) == Decimal("1.5")
    assert in_default_since(DUE, None, "B2C") is None
    assert in_default_since(DUE, date(2026, 12, 8), "B2C") == date(2026, 12, 9)
    assert in_default_since(DUE, date(2027, 2, 1), "B2B") == date(2027, 1, 1)
    # 10.27 % of 1000 over 10 days of 2026
    assert interest(
        Decimal(1000), date(2026, 3, 1), date(2026, 3, 11), Decimal(9), "EUR"
    ) == Decimal("2.81")
    # over the change of 2025-07-01: 30 days at 11.27 %, 31 at 10.27 %
    assert interest(
        Decimal(1000), date(2025, 6, 1), date(2025, 8, 1), Decimal(9), "EUR"
    ) == Decimal("17.99")


def test_letters_claim_interest_and_the_lump_sum_of_businesses_alone() -> None:
    rules = replace(RULES, lump_sum=True)
    order = days(billed("1000.00"), 0, 40, rules)
    letters = order.documents[0].dunning.letters  # type: ignore[union-attr]
    assert [letter.lump_sum for letter in letters] == [0, 40, 40]
    # in default since 9 December: 13 days at 10.27 %, then 27
    assert [str(letter.interest) for letter in letters] == ["0", "3.66", "7.60"]
    person = replace(billed("1000.00"), customer=replace(order.customer, type="B2C"))
    letters = days(person, 0, 40, rules).documents[0].dunning.letters  # type: ignore[union-attr]
    assert [letter.lump_sum for letter in letters] == [0, 0, 0]
    assert [str(letter.interest) for letter in letters] == ["0", "2.23", "4.64"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-5, 80), min_size=1, max_size=25), st.lists(st.integers(0, 80)))
def test_whenever_the_clock_strikes_no_level_comes_twice_or_too_early(
    strikes: list[int], payments: list[int]
) -> None:
    order = billed()
    for day in sorted(strikes):
        if day in payments:
            order = replace(paid(order, "10.00", day, f"T-{day}"), events=())
        order = clock(order, at(day))
    found = levels(order)
    assert [level for level, _ in found] == [*range(len(found))]
    for (_, before), (_, after) in pairwise(found):
        assert after - before >= 14
    assert all(day >= 7 for _, day in found)
