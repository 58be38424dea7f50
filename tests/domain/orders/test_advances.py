"""A deposit is taxed when money for it comes, rate by rate, and no longer than we have that."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from oms.billing.books import Voucher
from oms.core import money
from oms.master.bookkeeping import ACCOUNTS, Bookkeeping
from oms.orders import balance
from oms.orders.advances import advances
from oms.orders.applying import tell
from oms.orders.ledger import ledger
from oms.orders.money_events import PaymentCaptured, PaymentFailed
from oms.orders.money_parts import Capture, Payment, PaymentFailure
from oms.records import datev
from oms.records.export import Export
from oms.records.prepaid import booked_on, voucher_of_step
from tests.domain.orders.deposit_books import ZERO, Books


@pytest.mark.parametrize(
    ("chart", "clearing", "full", "reduced", "revenue"),
    [
        ("SKR03", "1593", "1718", "1711", ("8400", "8300")),
        ("SKR04", "1495", "3272", "3260", ("4400", "4300")),
    ],
)
def test_asked_for_in_november_paid_in_december_and_january(
    chart: str, clearing: str, full: str, reduced: str, revenue: tuple[str, str]
) -> None:
    books = Books()
    books.ask("150.00")
    assert books.rows(chart) == [
        ["2011", "10000", "S", clearing, "128,70"],
        ["2011", "10000", "S", clearing, "21,30"],
    ]
    assert books.balances()["tax"] == 0
    books.at = datetime(2026, 12, 15, 9, tzinfo=UTC)
    books.pay("75.00")
    assert books.rows(chart)[2:] == [
        ["1512", clearing, "S", full, "64,35"],
        ["1512", clearing, "S", reduced, "10,65"],
    ]
    assert books.balances()["tax"] == Decimal("10.97")  # 10.27 and 0.70
    books.at = datetime(2027, 1, 11, 9, tzinfo=UTC)
    books.pay("75.00", on=date(2027, 1, 8))
    assert books.rows(chart)[4:] == [
        ["0801", clearing, "S", full, "64,35"],
        ["0801", clearing, "S", reduced, "10,65"],
    ]
    invoice = books.asked()[0].invoice
    assert books.balances()["tax"] == invoice.tax == Decimal("21.94")  # 20.55 and 1.39
    assert books.balances()["clearing"] == 0
    books.final()
    rows = [row for row in books.rows(chart) if row[1] == "10000"][2:]
    assert [row[2:4] for row in rows] == [
        ["S", revenue[0]], ["S", revenue[1]], ["H", full], ["H", reduced],
    ]  # fmt: skip
    assert [row[4] for row in rows[2:]] == ["128,70", "21,30"]
    assert books.state == [0, 0, books.whole.tax]


def test_a_deposit_that_was_credited_stays_taxed_until_its_money_is_given_back() -> None:
    books = Books()
    books.ask("150.00")
    books.pay("150.00")
    books.at += timedelta(days=12)
    books.credit(0, "150.00")
    assert books.received() == Decimal("150.00")
    assert books.balances()["clearing"] == Decimal("150.00")
    assert books.balances()["tax"] == Decimal("21.94")
    books.at += timedelta(days=40)
    books.refund("50.00")
    assert books.received() == Decimal("100.00")
    books.refund("100.00")
    assert books.state == [0, 0, 0]
    assert [row[:4] for row in books.rows()[-2:]] == [
        ["1101", "1593", "H", "1718"], ["1101", "1593", "H", "1711"],
    ]  # fmt: skip


def test_a_refund_that_did_not_arrive_is_money_that_we_have() -> None:
    books = Books()
    books.ask("150.00")
    books.pay("150.00")
    books.credit(0, "150.00")
    books.refund("150.00")
    assert books.received() == 0
    failure = PaymentFailure(
        "pf_1", "refund", "", Decimal("150.00"), "bounced", "", books.at, reference="re_1"
    )
    books.order = tell(books.order, PaymentFailed(failure, books.at))
    assert books.received() == Decimal("150.00")
    books.refund("150.00")
    assert books.state == [0, 0, 0]
    books.pay("10.00")
    assert books.received() == 0


def test_what_nobody_paid_is_never_taxed() -> None:
    books = Books()
    books.ask("150.00")
    books.credit(0, "150.00")
    assert advances(books.order) == ()
    assert books.state == [0, 0, 0]
    assert books.balances()["debtors"] == 0


def test_money_of_a_credited_deposit_that_pays_the_invoice_is_no_advance_any_more() -> None:
    books = Books()
    books.ask("150.00")
    books.ask("100.00")
    books.pay("250.00")
    books.credit(0, "40.00")
    assert books.received() == Decimal("250.00")
    books.final()
    assert books.state == [0, 0, books.whole.tax]


def test_what_the_bank_takes_back_is_taxed_no_more() -> None:
    books = Books()
    books.ask("150.00")
    paid = books.pay("150.00")
    books.at += timedelta(days=15)
    books.take_back(paid, Decimal("150.00"))
    assert [row[:4] for row in books.rows()[-2:]] == [
        ["0512", "1593", "H", "1718"], ["0512", "1593", "H", "1711"],
    ]  # fmt: skip
    assert books.state == [-150, 0, 0]
    assert books.balances()["debtors"] == books.order.documents[0].gross


def test_after_the_final_invoice_nothing_more_moves() -> None:
    books = Books()
    books.ask("150.00")
    paid = books.pay("150.00")
    books.final()
    known = advances(books.order)
    books.take_back(paid, Decimal("150.00"))
    books.pay("150.00")
    assert advances(books.order) == known


def test_a_cash_discount_of_a_deposit_is_a_reduction_of_its_own() -> None:
    books = Books()
    books.ask("150.00", discount_until=date(2026, 12, 1), discount_percent=Decimal(2))
    books.pay("147.00")
    assert books.received() == Decimal("150.00")
    assert books.balances()["discount_standard"] == Decimal("2.57")
    assert books.balances()["discount_reduced"] == Decimal("0.43")
    assert books.balances()["clearing"] == 0
    assert books.balances()["tax"] == Decimal("21.94") - Decimal("0.41") - Decimal("0.03")
    books.final()
    assert books.received() == 0


def test_money_that_was_there_before_is_taxed_with_the_issue() -> None:
    books = Books()
    paid = Payment("paypal", "captured", Decimal("500.00"), reference="pay_1")
    books.order = replace(books.order, payment=paid)
    books.ask("150.00")
    (step,) = advances(books.order)
    assert (step.on, step.after) == (date(2026, 11, 20), Decimal("150.00"))


def test_what_a_final_invoice_deducts_unheard_of_is_taxed_on_that_invoices_day() -> None:
    """The shop moves its money itself and tells of nothing; the last that was heard was before."""
    books = Books()
    authorised = Payment("paypal", "authorised", Decimal("500.00"), reference="pay_1")
    books.order = replace(books.order, payment=authorised)
    books.ask("150.00")
    assert advances(books.order) == ()
    books.at = datetime(2027, 1, 11, 9, tzinfo=UTC)
    books.final()
    (step,) = advances(books.order)
    assert (step.on, step.recorded_on) == (date(2027, 1, 11), date(2027, 1, 11))
    assert step.after == Decimal("150.00")


def test_a_capture_is_taxed_on_its_own_day() -> None:
    books = Books()
    id = books.ask("150.00")
    books.at = datetime(2026, 12, 2, 7, tzinfo=UTC)
    taken = Capture(
        "cap_1", id, Decimal("150.00"), datetime(2026, 11, 30, 12, tzinfo=UTC), "c", "shop"
    )
    books.order = tell(books.order, PaymentCaptured(taken, books.at))
    (step,) = advances(books.order)
    assert (step.on, step.recorded_on) == (date(2026, 11, 30), date(2026, 12, 2))


def batch_of(month: int, asked: datetime, **more: Any) -> Export:
    first = date(2026, month, 1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    known = {
        "id": f"exp_{month}", "shop": "s", "kind": "datev", "since": first, "until": last,
        "asked_by": "a", "asked_at": asked, "status": "written",
    }  # fmt: skip
    return Export(**{**known, **more})


def test_money_of_a_month_that_was_exported_is_named_as_late() -> None:
    books = Books()
    books.ask("150.00")
    books.at = datetime(2026, 12, 4, 9, tzinfo=UTC)
    books.pay("150.00", on=date(2026, 11, 30))
    (step,) = advances(books.order)
    third, fifth = (datetime(2026, 12, day, 9, tzinfo=UTC) for day in (3, 5))
    assert booked_on(step, [batch_of(11, fifth)]) == date(2026, 11, 30)
    assert booked_on(step, [batch_of(11, third)]) == date(2026, 12, 4)
    for open in (
        batch_of(11, third, kind="z3"),
        batch_of(11, third, status="refused"),
        batch_of(11, datetime(2026, 11, 25, 9, tzinfo=UTC)),  # a look before the month is over
        batch_of(10, third),
    ):
        assert booked_on(step, [open]) == date(2026, 11, 30)
    voucher = books.vouchers((batch_of(11, third),))[-1]
    row = next(iter(datev.bookings(voucher, Bookkeeping(consultant=1001, client=1), "DE", None)))
    assert row["Buchungstext"].startswith("Nachtrag Anzahlung ")
    assert (row["Belegdatum"], row["Datum Zuord. Steuerperiode"]) == ("0412", "30112026")


def test_a_step_is_marked_as_no_debtors() -> None:
    books = Books()
    books.ask("150.00")
    books.pay("75.00")
    own = Bookkeeping(consultant=1001, client=1)
    rows = [r for v in books.vouchers() for r in datev.bookings(v, own, "DE", None)]
    assert datev.owed(rows) == {"AN-1": Decimal("150.00")}
    assert datev.received(rows) == {"doc_AN-1.1": Decimal("75.00")}


def test_the_charts_know_the_clearing_account() -> None:
    assert [ACCOUNTS[chart]["clearing"] for chart in ("SKR03", "SKR04")] == ["1593", "1495"]


def test_what_is_asked_for_abroad_is_taxed_with_the_key_when_it_comes() -> None:
    books = Books()
    books.ask("150.00")
    books.pay("150.00")
    own = Bookkeeping(consultant=1001, client=1)
    asked, step = (
        replace(each, amounts=tuple(replace(a, case="destination") for a in each.amounts))
        for each in books.vouchers()
    )
    before, after = (
        next(iter(datev.bookings(each, own, "DE", "DE123456789"))) for each in (asked, step)
    )
    taxing = {"BU-Schlüssel", "EU-Steuersatz (Bestimmung)", "EU-Land u. UStID (Ursprung)"}
    assert not {name for name in taxing if before[name]}
    assert after["BU-Schlüssel"] == "240"


def test_in_another_currency_it_leaves_the_clearing_account_with_the_euro_it_came_with() -> None:
    books = Books()
    books.ask("150.00")
    for part in ("33.33", "33.33", "33.33", "50.01"):
        books.pay(part)
    asked, *steps = books.vouchers()
    per_euro = Decimal("0.9312")

    def in_francs(voucher: Voucher) -> Voucher:
        amounts = tuple(replace(each, per_euro=per_euro) for each in voucher.amounts)
        return replace(voucher, amounts=amounts, currency="CHF")

    known = in_francs(asked)
    steps = [voucher_of_step(each, known, [], each.on) for each in advances(books.order)]
    worth = sum((a.in_euro.gross for step in steps for a in step.amounts), ZERO)
    assert worth == known.in_euro.gross
    assert sum((a.in_euro.tax for s in steps for a in s.amounts), ZERO) == known.in_euro.tax


deeds = st.lists(
    st.tuples(st.sampled_from(["ask", "pay", "back", "credit", "refund"]), st.integers(1, 99)),
    max_size=9,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(deeds, st.booleans())
def test_whatever_is_paid_and_credited_the_accounts_are_empty_in_the_end(
    script: list[tuple[str, int]], ends: bool
) -> None:
    books, taken = Books(), set()
    for deed, percent in script:
        books.at += timedelta(days=3)
        stands = [money.total([t.gross for t in each.standing]) for each in books.asked()]
        own = max(ZERO, ledger(books.order).left)
        if deed == "ask" and sum(stands) < 400:
            books.ask(Decimal(percent) / 2)
        elif deed == "pay" and stands:
            books.pay(money.rounded(Decimal(percent) * 3 / 2, "EUR"))
        elif deed == "credit" and any(stands):
            n = next(n for n, rest in enumerate(stands) if rest)
            books.credit(n, money.rounded(stands[n] * percent / 99, "EUR") or stands[n])
        elif deed == "back":
            for came in books.order.settlement.payments:
                if came.amount > 0 and came.id not in taken:
                    taken.add(came.id)
                    books.take_back(came.id, came.amount)
                    break
        elif deed == "refund" and own:
            books.refund(money.rounded(own * percent / 99, "EUR") or own)
        _hold(books)
    if ends:
        books.final()
    else:
        for n, each in enumerate(books.asked()):
            if rest := money.total([t.gross for t in each.standing]):
                books.credit(n, rest)
    _hold(books)
    if (left := ledger(books.order).left) > 0:
        books.refund(left)
    _hold(books)
    assert books.state == [0, 0, books.whole.tax if ends else 0]


def _hold(books: Books) -> None:
    """Debtors owe what is open of the documents, and no more is taxed than we have."""
    book = ledger(books.order)
    open = sum((item.open for item in book.items), ZERO) - book.left
    assert books.balances()["debtors"] - balance.came(books.order) == open
    received = books.received()
    there = max(ZERO, balance.came(books.order))
    assert 0 <= received <= there + sum(each.discount for each in book.items)
    assert books.order.documents == () or all(
        0 <= step.after <= books.order.document(step.document).gross
        for step in advances(books.order)
    )
