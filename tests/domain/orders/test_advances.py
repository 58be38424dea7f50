"""A deposit is taxed when money for it comes, rate by rate, and no longer than we have that."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from oms.billing.books import Voucher
from oms.billing.crediting import credit_note
from oms.billing.deposits import Asked, part_of
from oms.billing.drafting import final_invoice, prepayment_invoice
from oms.billing.invoice import Invoice, draft_invoice
from oms.billing.posting import voucher_of
from oms.core import money
from oms.master.bookkeeping import ACCOUNTS, Bookkeeping
from oms.orders import balance
from oms.orders.advances import advances
from oms.orders.deposits import unpaid
from oms.orders.ledger import ledger
from oms.orders.news import (
    CreditNoteIssued,
    InvoiceIssued,
    PaymentCaptured,
    PaymentFailed,
    PaymentRefunded,
)
from oms.orders.order import Order
from oms.orders.parts import Capture, Document, Payment, PaymentFailure, Received, Refund
from oms.payments import payment
from oms.payments.paying import lay
from oms.records import datev
from oms.records.export import Export
from oms.records.prepaid import booked_on, voucher_of_step
from oms.records.reductions import reductions, voucher_for
from tests.domain.payments.test_open_items import ORDER
from tests.world import papers

NOVEMBER = datetime(2026, 11, 20, 9, tzinfo=UTC)
SALE = papers.sale("gross")
ZERO = Decimal(0)


class Books:
    """An order's deposits as they are asked for, paid, credited and deducted, and its bookings."""

    def __init__(self) -> None:
        self.at = NOVEMBER
        self.order: Order = replace(ORDER, lines=(), documents=())
        self.papers: dict[str, Invoice] = {}
        self.whole = draft_invoice(
            SALE, papers.shipment(), number="RE-1", issued_on=papers.DAY, earlier=[]
        )

    @property
    def day(self) -> date:
        return self.at.date()

    def ask(self, amount: str | Decimal, **more: Any) -> str:
        number = f"AN-{len(self.papers) + 1}"
        standing = [t for each in self.asked() for t in each.standing]
        invoice = prepayment_invoice(
            SALE, papers.shipment(), Decimal(amount), number=number, issued_on=self.day,
            standing=standing,
        )  # fmt: skip
        return self._issue(invoice, **more)

    def _issue(self, invoice: Invoice, **more: Any) -> str:
        id = f"doc_{invoice.number}"
        document = Document(id, invoice.kind, invoice.number, "", self.at, invoice.gross, **more)
        self.papers[id] = invoice
        credit = invoice.kind == "credit_note"
        news = CreditNoteIssued(document) if credit else InvoiceIssued(document)
        self.order = replace(self.order.tell(news), news=())
        return id

    def asked(self) -> list[Asked]:
        found = []
        for each in self.order.documents:
            if each.type == "prepayment":
                notes = [d.id for d in self.order.documents if d.original == each.id]
                credits = tuple(self.papers[note] for note in notes)
                found.append(Asked(self.papers[each.id], credits))
        return found

    def credit(self, number: int, gross: str | Decimal) -> str:
        each = self.asked()[number]
        part = part_of(each, Decimal(gross))
        note = credit_note(
            each.invoice, each.credits, part.claims, exactly=part.gross or None,
            number=f"RK-{len(self.papers) + 1}", issued_on=self.day, reason="kleiner",
            unpaid=ZERO,
        )  # fmt: skip
        return self._issue(note, original=f"doc_{each.invoice.number}")

    def pay(self, amount: str | Decimal, *, on: date | None = None, **more: Any) -> str:
        on = on or self.day
        laid = lay(self.order, Decimal(amount), on, **more)
        id = f"T-{len(self.order.payments) + 1}"
        self._receive(Received(id, Decimal(amount), on, laid=laid, at=self.at))
        return id

    def take_back(self, payment: str, amount: Decimal) -> None:
        id = f"R-{len(self.order.payments) + 1}"
        self._receive(Received(id, -amount, self.day, reverses=payment, at=self.at))

    def _receive(self, came: Received) -> None:
        self.order = replace(payment.receive(self.order, came, at=self.at), news=())

    def refund(self, amount: str | Decimal) -> None:
        n = len(self.order.refunds) + 1
        back = Refund(f"rfd_{n}", "", Decimal(amount), self.at, f"re_{n}", "bank")
        self.order = replace(self.order.tell(PaymentRefunded(back, self.at)), news=())

    def final(self) -> str:
        """What nobody paid of deposits is credited, what left is billed less what stands."""
        for n, each in reversed([*enumerate(self.asked())]):
            if each.standing:
                document = self.order.document(f"doc_{each.invoice.number}")
                if missing := unpaid(self.order, document):
                    self.credit(n, missing)
        standing = [each.deducted for each in self.asked() if each.standing]
        number = f"RE-{len(self.papers) + 1}"
        kind = final_invoice([self.whole], standing, number=number, issued_on=self.day)
        return self._issue(kind)

    def vouchers(self, exports: tuple[Export, ...] = ()) -> list[Voucher]:
        """The documents, what was let go of them, and the steps of what is taxed of deposits."""
        known = {id: voucher_of(id, paper) for id, paper in self.papers.items()}
        return [
            *known.values(),
            *(voucher_for(each, known[each.document]) for each in reductions(self.order)),
            *(
                voucher_of_step(
                    each, known[each.document], [known[n] for n in each.notes],
                    booked_on(each, exports),
                )
                for each in advances(self.order)
            ),
        ]  # fmt: skip

    def rows(self, chart: str = "SKR03", exports: tuple[Export, ...] = ()) -> list[list[str]]:
        """The bookings of deposits' money: day, debit or credit, accounts and amount."""
        books = Bookkeeping(consultant=1001, client=1, chart=chart)  # type: ignore[arg-type]
        names = (
            "Belegdatum", "Konto", "Soll/Haben-Kennzeichen", "Gegenkonto (ohne BU-Schlüssel)",
            "Umsatz (ohne Soll/Haben-Kz)",
        )  # fmt: skip
        return [
            [row[name] for name in names]
            for voucher in self.vouchers(exports)
            for row in datev.bookings(voucher, books, "DE", None)
        ]

    def balances(self) -> dict[str, Decimal]:
        """What is on which account, debits positive, and the tax that was posted in all."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for voucher in self.vouchers():
            for case, sign, amount in voucher.booked:
                sums["clearing" if voucher.received else "debtors"] += sign * amount.gross
                sums[case] -= sign * amount.gross
                sums["tax"] += 0 if voucher.received else sign * amount.tax
            # Of a step also the cent of tax that moves where nothing else does.
            sums["tax"] += sum((a.tax for a in voucher.amounts if voucher.received), ZERO)
        return sums

    def received(self) -> Decimal:
        """What is on the accounts of deposits received."""
        return sum((-v for case, v in self.balances().items() if case.startswith("deposit")), ZERO)

    @property
    def state(self) -> list[Decimal]:
        """What is cleared and not paid or credited, what was received, and the tax that is due."""
        return [self.balances()["clearing"], self.received(), self.balances()["tax"]]


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
    books.order = books.order.tell(PaymentFailed(failure, books.at))
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


def test_a_capture_is_taxed_on_its_own_day() -> None:
    books = Books()
    id = books.ask("150.00")
    books.at = datetime(2026, 12, 2, 7, tzinfo=UTC)
    taken = Capture(
        "cap_1", id, Decimal("150.00"), datetime(2026, 11, 30, 12, tzinfo=UTC), "c", "shop"
    )
    books.order = books.order.tell(PaymentCaptured(taken, books.at))
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
            for came in books.order.payments:
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
