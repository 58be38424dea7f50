"""What is let go of invoices reaches the books to the cent, on its day and per tax rate."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from oms.orders.ledger import ledger
from oms.orders.money_parts import Received
from oms.orders.order import Order
from oms.payments import payment
from oms.payments.paying import allocate
from oms.records import datev
from oms.records.reductions import Reduction, reductions, voucher_for
from tests.domain.billing.test_books import BOOKS, amount, voucher
from tests.domain.payments.test_credit_properties import NOW
from tests.domain.payments.test_open_items import ORDER, bill, note

DAY = date(2026, 11, 28)


def skonto() -> Order:
    document = bill(1, Decimal("100.00"), 0, discount_until=DAY, discount_percent=Decimal(3))
    return replace(ORDER, lines=(), documents=(document,))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 60)), max_size=8))
def test_entries_add_up_to_what_is_let_go_now(deeds: list[tuple[int, int]]) -> None:
    order, at = skonto(), NOW
    for n, (deed, value) in enumerate(deeds):
        at = at + timedelta(hours=1)
        item = ledger(order).items[0]
        if deed == 0 and item.amount - item.credited > value:
            credit = replace(note(n, "inv_1", Decimal(value)), issued_at=at)
            order = replace(order, documents=(*order.documents, credit))
        elif deed == 1 and item.open > 0:
            laid = allocate(order, item.open, DAY)
            if value % 2:
                least = item.open - (item.amount - item.credited) * 3 / 100
                laid = allocate(
                    order, max(Decimal("0.01"), round(least, 2)), DAY, tolerance=Decimal(1)
                )
            came = sum((each.amount for each in laid), Decimal(0))
            order = payment.receive(order, Received(f"T-{n}", came, DAY, laid=laid, at=at), at=at)
        elif deed == 2:
            known = {p.reverses for p in order.settlement.payments}
            fresh = [p for p in order.settlement.payments if p.id not in known and not p.reverses]
            if fresh:
                back = Received(f"R-{n}", -fresh[0].amount, DAY, reverses=fresh[0].id, at=at)
                order = payment.receive(order, back, at=at)
        found = reductions(order)
        assert len({each.id for each in found}) == len(found)
        for kind in ("discount", "reduction"):
            there = sum((each.amount for each in found if each.kind == kind), Decimal(0))
            item = ledger(order).items[0]
            assert there == (item.discount if kind == "discount" else item.waived)


def test_discount_is_booked_against_each_rate_of_its_invoice() -> None:
    invoice = voucher(amount(gross="119.00"), amount("reduced", "10.70", rate=Decimal(7)))
    at = datetime(2026, 11, 28, 9, tzinfo=UTC)
    off = Reduction(
        id="x",
        order="o",
        shop="s",
        document="inv_1",
        kind="discount",
        amount=Decimal("2.59"),
        at=at,
    )
    rows = [*datev.bookings(voucher_for(off, invoice), BOOKS, "DE", None)]
    assert [
        (row["Umsatz (ohne Soll/Haben-Kz)"], row["Soll/Haben-Kennzeichen"], row["Konto"],
         row["Gegenkonto (ohne BU-Schlüssel)"], row["Belegfeld 1"], row["Belegdatum"])
        for row in rows
    ] == [
        ("2,38", "H", "10000", "8736", "BB-2026-000123", "2811"),
        ("0,21", "H", "10000", "8731", "BB-2026-000123", "2811"),
    ]  # fmt: skip
    back = voucher_for(replace(off, amount=Decimal("-2.59"), kind="reduction"), invoice)
    rows = [*datev.bookings(back, BOOKS, "DE", None)]
    assert [row["Gegenkonto (ohne BU-Schlüssel)"] for row in rows] == ["8720", "8710"]
    assert {row["Soll/Haben-Kennzeichen"] for row in rows} == {"S"}
