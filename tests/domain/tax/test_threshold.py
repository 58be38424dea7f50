"""The threshold of distance sales: who is above it, and in which currency it counts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.tax import engine as tax
from oms.tax.seller import Registrations


def watch(this: str = "0", last: str = "0", *crossed: str) -> tax.Watch:
    return tax.Watch(
        this=tax.YearSales(year=2026, net=Decimal(this), crossed="this" in crossed),
        last=tax.YearSales(year=2025, net=Decimal(last), crossed="last" in crossed),
    )


@pytest.mark.parametrize(
    ("seen", "net", "standing"),
    [
        (watch("9900"), "100", "below"),
        (watch("9900"), "100.01", "above"),
        (watch("0", "10000"), "1", "below"),
        (watch("0", "10000.01"), "1", "above"),
        (watch("9000", "0", "last"), "1", "above"),
        (watch("50", "0", "this"), "1", "above"),
    ],
)
def test_the_order_that_crosses_is_itself_above(seen: tax.Watch, net: str, standing: str) -> None:
    assert seen.standing(Decimal(net), Registrations()) == standing


def test_what_other_systems_sold_counts_too() -> None:
    seller = Registrations(sold_elsewhere={"2026": Decimal(9500)})
    assert watch("400").standing(Decimal(100), seller) == "below"
    assert watch("400").standing(Decimal(101), seller) == "above"
    before = Registrations(sold_elsewhere={"2025": Decimal(10001)})
    assert watch().standing(Decimal(1), before) == "above"


def test_other_currencies_count_at_the_rate_of_the_month_or_the_newest_before_it() -> None:
    table = {
        month: tax.MonthRates(source="made up", rates={"PLN": Decimal(rate)})
        for month, rate in (("2026-10", "4.00"), ("2026-11", "4.25"))
    }
    seller = Registrations(exchange=table)

    def euro(currency: str, on: date) -> Decimal:
        return tax.in_euro(Decimal("425.00"), currency, seller, on)

    assert euro("PLN", date(2026, 11, 1)) == Decimal("100.00")
    assert euro("PLN", date(2026, 10, 31)) == Decimal("106.25")
    assert euro("PLN", date(2027, 1, 1)) == Decimal("100.00")
    assert euro("EUR", date(2020, 1, 1)) == Decimal("425.00")
    for currency, on in (("SEK", date(2026, 11, 1)), ("PLN", date(2026, 9, 30))):
        with pytest.raises(tax.NoExchangeRate):
            euro(currency, on)
    assert tax.known_for("PLN", date(2026, 11, 30), table)
    assert not tax.known_for("PLN", date(2026, 12, 1), table)


@given(st.lists(st.integers(1, 400_000), max_size=40))
def test_a_year_that_has_crossed_stays_so(sales: list[int]) -> None:
    year, seller, stood = tax.YearSales(year=2026), Registrations(), False
    for cents in sales:
        net = Decimal(cents).scaleb(-2)
        above = tax.Watch(this=year, last=tax.YearSales(year=2025)).standing(net, seller)
        year = year.adding(net, seller)
        assert (above == "above") == year.crossed == (year.net > tax.LIMIT)
        assert not stood or year.crossed
        stood = year.crossed
