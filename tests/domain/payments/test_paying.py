"""What a bank's money is laid on: discounts, charges, small differences, never a cent more."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from oms.orders.documents import Dunning, Letter
from oms.orders.ledger import ledger
from oms.orders.money_parts import Received
from oms.orders.order import Order
from oms.payments.paying import allocate, claims, fits, shared
from tests.domain.payments.test_credit_properties import NOW
from tests.domain.payments.test_open_items import CENT, ORDER, amounts, bill, orders

DAY = date(2026, 11, 28)


def skonto(number: int, gross: str, percent: str = "2", until: date = DAY, due: int = 0) -> Any:
    rate = Decimal(percent)
    return bill(number, Decimal(gross), due + number, discount_until=until, discount_percent=rate)


def with_bills(*bills: Any) -> Order:
    return replace(ORDER, lines=(), documents=bills)


def paid(order: Order, amount: str, on: date = DAY, **how: Any) -> Order:
    laid = allocate(order, Decimal(amount), on, **how)
    money = Received(f"T-{len(order.settlement.payments)}", Decimal(amount), on, laid=laid)
    return order.within("settlement", payments=(*order.settlement.payments, money))


def opens(order: Order) -> list[str]:
    return [str(item.open) for item in ledger(order).items]


def test_payment_less_the_discount_within_its_days_settles_the_invoice() -> None:
    order = paid(with_bills(skonto(1, "134.80")), "132.10")
    assert opens(order) == ["0.00"]
    assert str(order.settlement.payments[0].laid[0].discount) == "2.70"


def test_a_day_late_the_discount_stays_open() -> None:
    order = paid(with_bills(skonto(1, "134.80")), "132.10", date(2026, 11, 29))
    assert opens(order) == ["2.70"]


def test_discounts_of_two_invoices_in_one_payment() -> None:
    order = paid(with_bills(skonto(1, "100.00"), skonto(2, "50.00")), "147.00")
    assert opens(order) == ["0.00", "0.00"]
    assert [str(laid.discount) for laid in order.settlement.payments[0].laid] == ["2.00", "1.00"]


def test_less_than_the_discount_is_kept_as_what_it_is() -> None:
    order = paid(with_bills(skonto(1, "100.00")), "99.00")
    assert opens(order) == ["0.00"]
    assert str(order.settlement.payments[0].laid[0].discount) == "1.00"


def test_small_difference_is_let_go_within_the_tolerance_and_not_beyond() -> None:
    order = with_bills(bill(1, Decimal(100)))
    assert opens(paid(order, "99.00", tolerance=Decimal(1))) == ["0.00"]
    assert opens(paid(order, "98.99", tolerance=Decimal(1))) == ["1.01"]


def test_amount_of_one_invoice_pays_that_one_although_another_is_due_first() -> None:
    order = with_bills(bill(1, Decimal(70), 1), bill(2, Decimal(50), 2))
    assert opens(paid(order, "50.00")) == ["70", "0.00"]
    assert opens(paid(order, "60.00")) == ["10.00", "50"]
    assert opens(paid(order, "60.00", documents=["inv_2"])) == ["60.00", "0"]


def test_what_comes_beyond_a_dunned_invoice_pays_the_charges_and_no_more() -> None:
    letter = Letter("let_1", 1, NOW, Decimal(100), DAY, fee=Decimal(5))
    order = with_bills(replace(bill(1, Decimal(100)), dunning=Dunning(letters=(letter,))))
    order = paid(order, "103.00")
    assert str(order.settlement.payments[0].laid[0].charges) == "3.00"
    assert str(ledger(paid(order, "10.00")).left) == "10.00"
    order = paid(order, "10.00", documents=["inv_1"])
    assert (opens(order), str(ledger(order).left)) == (["0"], "8.00")
    other = paid(
        with_bills(replace(bill(1, Decimal(100)), dunning=Dunning(letters=(letter,)))), "109"
    )
    (laid,) = other.settlement.payments[0].laid
    assert (str(laid.charges), str(ledger(other).left)) == ("5", "4")


@settings(max_examples=300, deadline=None)
@given(orders(), amounts, st.sampled_from([Decimal(0), CENT, Decimal(3)]), st.booleans())
def test_no_payment_is_laid_twice_or_overpays(
    order: Order, amount: Decimal, tolerance: Decimal, due: bool
) -> None:
    bills = tuple(
        replace(d, discount_until=DAY, discount_percent=Decimal(3)) if due else d
        for d in order.documents
    )
    order = replace(order, documents=bills)
    before = {item.document: item.open for item in ledger(order).items}
    laid = allocate(order, amount, DAY, tolerance=tolerance)
    assert sum((each.amount + each.charges for each in laid), Decimal(0)) <= amount
    for each in laid:
        assert each.amount > 0 or each.charges
        assert 0 <= each.waived <= tolerance
        assert each.amount + each.discount + each.waived <= before[each.document]
    came = Received("T-new", amount, DAY, laid=laid)
    after = ledger(order.within("settlement", payments=(*order.settlement.payments, came)))
    assert all(item.open >= 0 for item in after.items if before[item.document] >= 0)


@settings(max_examples=200, deadline=None)
@given(st.lists(orders(), min_size=1, max_size=3), st.integers(0, 100))
def test_shares_of_several_orders_add_up_and_each_is_settled(
    several: list[Order], part: int
) -> None:
    wanted = [found for order in several if (found := claims(order, DAY))]
    every = [each for found in wanted for each in found]
    if not every:
        return
    open = sum((each.item.open for each in every), Decimal(0))
    amount = open - Decimal(part) * CENT
    if not fits(amount, every, Decimal(1)) or amount <= 0:
        return
    shares = shared(amount, wanted, Decimal(1))
    assert sum(shares) == amount
