"""The price check: groups, days, breaks, currencies, gross against net, tolerance, totals."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.core.parties import Address
from oms.core.refusals import Refusal
from oms.master.price import Price, PriceBreak, PriceList
from oms.master.product import Product
from oms.orders.customer import Customer, Shipping
from oms.orders.lines import Line
from oms.orders.money_parts import Payment
from oms.orders.order import Order
from oms.screening.pricing import Tariff, TaxRates, asked_price, check_price, lists_for

ADDRESS = Address("Erika", "Ringstr. 5", "80331", "München", "DE")
DAY = date(2026, 11, 23)
A = Product(sku="A", name={"de": "A"}, list_price=Decimal("119.00"))
RATES = TaxRates({"1": Decimal(20)}, {"1": Decimal(19)})


def order(price: str, quantity: int = 1, mode: str = "gross", **more: Any) -> Order:
    placed = datetime(2026, 11, 23, 9, tzinfo=UTC)
    values: dict[str, Any] = {
        "id": "ord_1",
        "shop": "s",
        "external_number": "1",
        "placed_at": placed,
        "received_at": placed,
        "currency": "EUR",
        "price_mode": mode,
        "customer": Customer("C", "B2C", "Erika", "e@example.com", "de"),
        "billing_address": ADDRESS,
        "lines": (Line("1", "A", Decimal(price), quantity, open=quantity),),
        "shipping": Shipping("standard", Decimal("4.90")),
        "payment": Payment("paypal", "authorised", Decimal(0)),
    }
    return Order(**(values | more))


def a_list(id: str = "L", mode: Any = "gross", **more: Any) -> PriceList:
    return PriceList(id=id, currency="EUR", price_mode=mode, **more)


def tariff(*lists: PriceList, **breaks: dict[int, str]) -> Tariff:
    """`tariff(a_list("L"), L={1: "100.00", 10: "90.00"})` for the SKU A."""
    prices = {
        (id, "A"): Price(
            list=id, sku="A", breaks=tuple(PriceBreak(n, Decimal(p)) for n, p in found.items())
        )
        for id, found in breaks.items()
    }
    return Tariff({"A": A}, lists, prices)


def reasons(one: Order, asked: Tariff, tolerance: str = "1", rates: Any = None) -> list[str]:
    found = check_price(one, asked, tolerance=Decimal(tolerance), rates=rates or (lambda: RATES))
    return [finding.reason for finding in found if finding.verdict != "pass"]


def test_a_group_comes_before_all_and_a_later_list_before_an_earlier() -> None:
    everyone, old, new, other, past = (
        a_list("everyone", valid_from=date(2026, 11, 1)),
        a_list("old", group="clubs"),
        a_list("new", group="clubs", valid_from=date(2026, 11, 23), valid_to=date(2026, 11, 23)),
        a_list("other", group="schools"),
        a_list("past", group="clubs", valid_to=date(2026, 11, 22)),
    )
    francs = PriceList(id="chf", currency="CHF", price_mode="gross", group="clubs")
    found = lists_for(
        (everyone, old, new, other, past, francs), group="clubs", currency="EUR", on=DAY
    )
    assert [each.id for each in found] == ["new", "old", "everyone"]
    none = lists_for((everyone, old), group=None, currency="EUR", on=DAY)
    assert [each.id for each in none] == ["everyone"]


@pytest.mark.parametrize(
    ("quantity", "price"), [(1, "100"), (9, "100"), (10, "90"), (99, "90"), (1_000, "80")]
)
def test_quantity_breaks_are_reached_not_passed(quantity: int, price: str) -> None:
    asked = asked_price(tariff(a_list(), L={1: "100", 10: "90", 100: "80"}), "A", quantity, "EUR")
    assert asked is not None
    assert asked.price == Decimal(price)


def test_below_its_first_break_the_next_list_is_asked_and_then_the_product() -> None:
    lists = (a_list("clubs", group="clubs"), a_list("all"))
    both = tariff(*lists, clubs={10: "90"}, all={1: "100"})
    assert [asked_price(both, "A", n, "EUR") for n in (9, 10)] == [
        (Decimal(100), "gross", "all"),
        (Decimal(90), "gross", "clubs"),
    ]
    alone = tariff(lists[0], clubs={10: "90"})
    assert asked_price(alone, "A", 1, "EUR") == (Decimal("119.00"), "gross", "list_price")
    assert asked_price(alone, "A", 1, "CHF") is None


def test_lines_of_one_sku_count_together_for_the_break() -> None:
    lines = tuple(Line(n, "A", Decimal(90), 5, open=5) for n in ("1", "2"))
    asked = tariff(a_list(), L={1: "100", 10: "90"})
    assert reasons(order("0", lines=lines), asked) == []
    assert reasons(order("90.00", quantity=5), asked) == ["price_too_low"]


@pytest.mark.parametrize(
    ("price", "tolerance", "held"),
    [
        ("100.00", "0", False),
        ("99.99", "0", True),
        ("99.00", "1", False),
        ("98.99", "1", True),
        ("0.01", "100", False),
        ("250.00", "0", False),
    ],
)
def test_the_tolerance_is_a_share_of_what_is_asked(price: str, tolerance: str, held: bool) -> None:
    found = reasons(order(price), tariff(a_list(), L={1: "100.00"}), tolerance)
    assert found == (["price_too_low"] if held else [])


@pytest.mark.parametrize(
    ("mode", "listed", "price", "held"),
    [
        # A gross list holds German tax: 119.00 / 1.19 = 100.00 net, whatever the order is taxed.
        ("net", "gross", "100.00", False),
        ("net", "gross", "99.99", False),  # one cent of rounding
        ("net", "gross", "99.98", True),
        # A net list is grossed up with the order's own rate, here 20 %: 119.00 * 1.20 = 142.80.
        ("gross", "net", "142.80", False),
        ("gross", "net", "142.79", False),
        ("gross", "net", "142.78", True),
    ],
)
def test_gross_and_net_are_converted_with_the_rate_that_is_in_them(
    mode: str, listed: str, price: str, held: bool
) -> None:
    asked = tariff(a_list(mode=listed), L={1: "119.00"})
    found = reasons(order(price, mode=mode), asked, "0")
    assert found == (["price_too_low"] if held else [])


def test_taxes_that_nobody_can_say_hold_the_order_only_where_they_are_needed() -> None:
    def unknown() -> TaxRates:
        raise Refusal("unknown_country", "'XX' is not a country")

    asked = tariff(a_list(mode="net"), L={1: "100"})
    assert reasons(order("1", mode="net"), asked, rates=unknown) == ["price_too_low"]
    assert reasons(order("150"), asked, rates=unknown) == ["price_not_comparable"]


def test_a_sku_that_is_no_product_holds_and_so_does_a_total_that_differs() -> None:
    strange = order("1", lines=(Line("1", "B", Decimal(1), 1, open=1),))
    assert reasons(strange, tariff()) == ["product_unknown"]
    both = order("119.00").within("screening", claimed_total=Decimal("119.00"))
    assert reasons(both, tariff()) == ["total_differs"]
    cheap = order("9.00").within("screening", claimed_total=Decimal("119.00"))
    assert reasons(cheap, tariff()) == ["price_too_low", "total_differs"]
    assert (
        reasons(order("119.00").within("screening", claimed_total=Decimal("123.90")), tariff())
        == []
    )


def test_findings_say_what_was_asked_by_which_list_in_both_languages() -> None:
    (found,) = check_price(order("1"), tariff(a_list(), L={1: "100.00"}), rates=lambda: RATES)
    assert found.data["asked"] == [{"line": "1", "asked": "100.00", "from": "L"}]
    assert "lines 1" in found.text
    assert "Positionen 1" in found.text_de


@given(
    net=st.decimals("0.01", "9999", places=2),
    rate=st.sampled_from([Decimal(n) for n in (0, 7, 19, 20, "25.5")]),
)
def test_a_price_taken_from_the_list_is_never_too_low(net: Decimal, rate: Decimal) -> None:
    """Converted as shops do, with the last cent rounded up, down or to the nearest."""
    rates = TaxRates({"1": rate}, {"1": rate})
    exact = net * (100 + rate) / 100
    asked = tariff(a_list(mode="net"), L={1: str(net)})
    for rounding in ("ROUND_HALF_UP", "ROUND_DOWN", "ROUND_HALF_EVEN"):
        price = exact.quantize(Decimal("0.01"), rounding=rounding)
        assert reasons(order(str(price)), asked, "0", lambda: rates) == []
