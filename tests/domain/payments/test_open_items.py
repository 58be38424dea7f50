"""Whatever is billed, credited, paid and taken back, in any order, no cent of it is lost."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from oms.orders import balance
from oms.orders.documents import Document
from oms.orders.ledger import charges_paid, ledger
from oms.orders.money_parts import (
    Capture,
    Payment,
    PaymentAllocation,
    Received,
    Refund,
    Settlement,
)
from oms.orders.order import Order
from oms.payments.open_items import aged, open_items
from oms.records.money_invariants import accounted
from tests.domain.payments.test_credit_properties import NOW, on_account

ORDER = on_account(1, 1)
CENT = Decimal("0.01")
amounts = st.integers(1, 20_000).map(lambda cents: cents * CENT)


def bill(number: int, gross: Decimal, due: int | None = None, **more: object) -> Document:
    id = f"inv_{number}"
    on = date(2026, 12, 1) + timedelta(due) if due is not None else None
    at = NOW + timedelta(minutes=number)
    return Document(id, "invoice", id, f"ful_{number}", at, gross, due_on=on, **more)  # type: ignore[arg-type]


def note(number: int, of: str, gross: Decimal) -> Document:
    return Document(f"crn_{number}", "credit_note", "K", "", NOW, gross, original=of)


@st.composite
def orders(draw: Any) -> Order:
    """An order with any documents and any money."""
    bills = [
        bill(n, draw(amounts), draw(st.one_of(st.none(), st.integers(-30, 30))))
        for n in range(draw(st.integers(0, 4)))
    ]
    notes = [
        note(n, each.id, draw(st.integers(1, int(each.gross / CENT))) * CENT)
        for n, each in enumerate(bills)
        if draw(st.booleans())
    ]
    payments = []
    for n in range(draw(st.integers(0, 4))):
        amount, laid = draw(amounts), []
        if bills and draw(st.booleans()):
            on = draw(st.sampled_from(bills)).id
            let_go = draw(st.sampled_from([Decimal(0), 2 * CENT]))
            charges = draw(st.sampled_from([Decimal(0), min(amount, 5 * CENT)]))
            laid = [PaymentAllocation(on, amount - charges, let_go, let_go, charges)]
        payments.append(Received(f"T-{n}", amount, date(2026, 11, 24), laid=tuple(laid)))
        if draw(st.integers(0, 3)) == 0:
            back = draw(st.sampled_from([amount, draw(amounts)]))
            back = min(back, amount)
            payments.append(Received(f"R-{n}", -back, date(2026, 11, 25), reverses=payments[-1].id))
    captures = [
        Capture(f"cap_{n}", each.id, draw(amounts), NOW, f"ch_{n}", "test")
        for n, each in enumerate(bills)
        if draw(st.integers(0, 3)) == 0
    ]
    refunds = [
        Refund(f"ref_{n}", "", draw(amounts), NOW, f"re_{n}", "bank")
        for n in range(draw(st.integers(0, 2)))
    ]
    return replace(
        ORDER,
        lines=(),
        documents=(*bills, *notes),
        settlement=Settlement(
            payments=tuple(payments), captures=tuple(captures), refunds=tuple(refunds)
        ),
    )


@settings(max_examples=400, deadline=None)
@given(orders(), st.randoms())
def test_open_items_are_documents_less_money_whatever_the_order_of_things(
    order: Order, chance: random.Random
) -> None:
    items = open_items(order)
    granted = sum((i.discount + i.waived for i in items), Decimal(0))
    there = balance.came(order) - charges_paid(order)
    assert sum(i.open for i in items) == balance.billed(order) - there - granted
    assert not [breach for breach in accounted(order) if breach.what.startswith("money ")]
    book = ledger(order)
    if book.left > 0:
        assert all(item.open <= 0 for item in book.items)
    money = {
        name: tuple(chance.sample(had := getattr(order.settlement, name), len(had)))
        for name in ("payments", "captures", "refunds")
    }
    documents = tuple(chance.sample(order.documents, len(order.documents)))
    again = ledger(replace(order.within("settlement", **money), documents=documents))
    assert (again.items, again.left) == (book.items, book.left)


def test_money_pays_what_is_due_first_unless_it_names_a_document() -> None:
    order = replace(
        ORDER,
        documents=(bill(1, Decimal(50), 10), bill(2, Decimal(50), 0)),
        settlement=Settlement(payments=(Received("T-1", Decimal(60), date(2026, 11, 24)),)),
    )
    assert [(i.document, int(i.open)) for i in ledger(order).items] == [("inv_2", 0), ("inv_1", 40)]
    named = Received(
        "T-1", Decimal(60), date(2026, 11, 24), laid=(PaymentAllocation("inv_1", Decimal(60)),)
    )
    items = ledger(order.within("settlement", payments=(named,))).items
    assert [(i.document, int(i.open)) for i in items] == [("inv_2", 40), ("inv_1", 0)]


def test_reversed_payment_takes_its_discount_with_it() -> None:
    laid = (PaymentAllocation("inv_1", Decimal(98), Decimal(2)),)
    paid = Received("T-1", Decimal(98), date(2026, 11, 24), laid=laid)
    order = replace(
        ORDER.within("settlement", payments=(paid,)), documents=(bill(1, Decimal(100), 0),)
    )
    assert ledger(order).items[0].open == 0
    back = Received("R-1", Decimal(-98), date(2026, 11, 25), reverses="T-1")
    assert ledger(order.within("settlement", payments=(paid, back))).items[0].open == 100


def test_discount_of_what_is_credited_later_is_not_paid_out() -> None:
    laid = (PaymentAllocation("inv_1", Decimal(98), Decimal(2)),)
    paid = Received("T-1", Decimal(98), date(2026, 11, 24), laid=laid)
    documents = (bill(1, Decimal(100), 0), note(1, "inv_1", Decimal(50)))
    order = replace(ORDER.within("settlement", payments=(paid,)), lines=(), documents=documents)
    (item, own) = open_items(order)
    assert [str(v) for v in (item.open, item.discount, own.open)] == ["0.00", "1.00", "-49.00"]


def test_failed_capture_leaves_its_invoice_open() -> None:
    payment = Payment("card", "authorised", Decimal(100), "pi_1", provider="test")
    order = replace(ORDER, payment=payment, documents=(bill(1, Decimal(100)),))
    assert ledger(order).items[0].open == 0
    assert ledger(order.within("settlement", voided=("pi_1",))).items[0].open == 100


def test_ages_are_counted_from_the_day_it_is_due() -> None:
    today = date(2026, 11, 25)
    rows = [
        ("EUR", today - timedelta(days), Decimal(days + 1))
        for days in (0, 1, 30, 31, 60, 61, 90, 91)
    ]
    (sums,) = aged([*rows, ("EUR", today, Decimal(-7))], today)
    assert [str(v) for v in sums.ages.values()] == ["1", "33", "93", "153", "92"]
    assert [str(v) for v in (sums.open, sums.overdue, sums.credit)] == ["372", "371", "7"]
