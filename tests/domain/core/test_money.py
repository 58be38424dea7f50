"""Money is rounded in one place, and what is shared out adds up to the cent."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.core import money

cents = st.integers(-(10**9), 10**9)
weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=12)
rates = st.sampled_from([Decimal(rate) for rate in ("0", "5", "7", "16", "19", "25.5")])


def eur(units: int) -> Decimal:
    return Decimal(units) * Decimal("0.01")


@pytest.mark.parametrize(
    ("code", "units"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("CHF", 2), ("HUF", 2)]
)
def test_every_currency_has_its_minor_units(code: str, units: int) -> None:
    assert money.minor_units(code) == units


@pytest.mark.parametrize("code", ["eur", "XXX", "BTC", "", "DEM"])
def test_a_currency_that_is_not_active_is_refused(code: str) -> None:
    with pytest.raises(money.UnknownCurrency) as refused:
        money.rounded(Decimal(1), code)
    assert refused.value.reason == "unknown_currency"


def test_halves_round_away_from_zero_on_both_sides() -> None:
    assert money.rounded(Decimal("0.125"), "EUR") == Decimal("0.13")
    assert money.rounded(Decimal("-0.125"), "EUR") == Decimal("-0.13")
    assert money.rounded(Decimal("2.5"), "JPY") == Decimal(3)


def test_net_of_a_gross_price_is_what_a_receipt_shows() -> None:
    assert money.net_of(Decimal("129.90"), Decimal(19), "EUR") == Decimal("109.16")
    assert money.net_of(Decimal("4.90"), Decimal(7), "EUR") == Decimal("4.58")


@given(cents, rates)
def test_net_and_gross_convert_back_and_forth(units: int, rate: Decimal) -> None:
    net = eur(units)
    assert money.net_of(money.gross_of(net, rate, "EUR"), rate, "EUR") == net


def test_a_product_is_never_rounded() -> None:
    price = Decimal("1234567890123456789.123456789")
    assert money.times(price, 1_000_001) == Fraction(price) * 1_000_001


@given(cents, weights)
def test_shares_sum_to_the_amount(units: int, parts: list[int]) -> None:
    assert sum(money.allocate(eur(units), parts, "EUR")) == eur(units)


@given(cents, weights)
def test_each_share_is_within_a_cent_of_its_ideal(units: int, parts: list[int]) -> None:
    whole = sum(parts)
    for share, part in zip(money.allocate(eur(units), parts, "EUR"), parts, strict=True):
        ideal = Fraction(units) * part / whole if whole else Fraction(units, len(parts))
        assert abs(Fraction(share) * 100 - ideal) < 1


@given(cents, weights)
def test_a_credit_mirrors_the_charge(units: int, parts: list[int]) -> None:
    charged = money.allocate(eur(units), parts, "EUR")
    assert money.allocate(eur(-units), parts, "EUR") == tuple(-share for share in charged)


@given(cents, weights)
def test_a_zero_weight_gets_nothing_unless_all_are_zero(units: int, parts: list[int]) -> None:
    shares = money.allocate(eur(units), parts, "EUR")
    if any(parts):
        assert all(share == 0 for share, part in zip(shares, parts, strict=True) if part == 0)
    else:
        assert max(shares) - min(shares) <= Decimal("0.01")


def test_leftover_cents_go_to_the_earlier_of_equal_remainders() -> None:
    assert money.allocate(Decimal("0.05"), [1, 1, 1], "EUR") == (
        Decimal("0.02"),
        Decimal("0.02"),
        Decimal("0.01"),
    )
    assert money.allocate(Decimal(100), [Decimal("0.1"), Decimal("0.2")], "JPY") == (
        Decimal(33),
        Decimal(67),
    )


@pytest.mark.parametrize(("amount", "parts"), [("0.001", [1]), ("1.00", []), ("1.00", [2, -1])])
def test_what_cannot_be_shared_is_refused(amount: str, parts: list[int]) -> None:
    with pytest.raises(money.NotShareable):
        money.allocate(Decimal(amount), parts, "EUR")


def test_nothing_shared_among_nobody_is_nothing() -> None:
    assert money.allocate(Decimal(0), [], "EUR") == ()
