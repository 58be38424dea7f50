"""An invoice says what the law demands, and the partial invoices of an order add up to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from oms.billing import invoice as billing
from oms.billing import invoice_texts
from oms.billing.amounts import draft_invoice
from oms.billing.invoice import Invoice, Sale, Shipment, Sold, TaxTotal
from oms.core import money
from oms.core.parties import Party
from oms.master.seller import Seller
from oms.orders.order import Order
from oms.tax.exchange import MonthRates
from oms.tax.seller import Registrations
from tests.world.bills import billed, categories, cuts, discounted, products_of

SELLER = Seller(
    name="Berg&Beutel GmbH",
    line1="Alpenstr. 12",
    postal_code="80331",
    city="München",
    country="DE",
    vat_id="DE136695976",
)
BUYER = Party(
    name="Jörg Müller", line1="Ringstr. 5", postal_code="80331", city="München", country="DE"
)
RUCKSACK = Sold("1", "RUCK-45", "Rucksack 45 l", 2, Decimal("129.90"), "standard")
BOOK = Sold("2", "BUCH-1", "Wanderführer", 1, Decimal("19.99"), "reduced")
DAY = date(2026, 11, 23)
NORMAL, REDUCED = Decimal(19), Decimal(7)


def sale(goods: Sequence[Sold] = (RUCKSACK, BOOK), **changes: Any) -> Sale:
    plain = Sale(
        order_id="ord_1",
        external_number="BB-10001",
        currency="EUR",
        price_mode="gross",
        locale="de",
        seller=SELLER,
        buyer=BUYER,
        buyer_type="B2C",
        ship_to=BUYER,
        goods=tuple(goods),
        shipping=Decimal("4.90"),
    )
    return replace(plain, **changes)


def draft(
    of: Sale,
    sold: Sequence[Sold] | None = None,
    earlier: Sequence[TaxTotal] = (),
    *,
    number: str = "RE-2026-000001",
    issued_on: date = DAY,
    supplied_on: date = DAY,
) -> Invoice:
    shipment = Shipment(
        fulfilment_id="ful_1",
        ship_from="DE",
        supplied_on=supplied_on,
        sold=of.goods if sold is None else tuple(sold),
    )
    return draft_invoice(of, shipment, number=number, issued_on=issued_on, earlier=earlier)


def sums(invoices: Sequence[Invoice]) -> dict[Any, tuple[Decimal, Decimal, Decimal]]:
    """Net, tax and gross per tax group over the invoices."""
    groups: dict[Any, list[TaxTotal]] = {}
    for invoice in invoices:
        for group in invoice.taxes:
            groups.setdefault((group.category, group.rate), []).append(group)
    return {
        key: (
            money.total([t.net for t in totals]),
            money.total([t.tax for t in totals]),
            money.total([t.gross for t in totals]),
        )
        for key, totals in groups.items()
    }


def in_shipments(of: Sale, cuts: Sequence[Sequence[int]]) -> list[Invoice]:
    """One invoice per shipment: `cuts[i][j]` of line j leave with shipment i; the rest last."""
    left = [item.quantity for item in of.goods]
    invoices: list[Invoice] = []
    for cut in [*cuts, left.copy()]:
        taken = [min(want, have) for want, have in zip(cut, left, strict=False)]
        taken += [0] * (len(left) - len(taken))
        left = [have - take for have, take in zip(left, taken, strict=True)]
        sold = [replace(item, quantity=n) for item, n in zip(of.goods, taken, strict=True) if n]
        if sold:
            earlier = [total for invoice in invoices for total in invoice.taxes]
            invoices.append(draft(of, sold, earlier))
    return invoices


prices = st.one_of(
    st.integers(0, 10**6).map(lambda n: Decimal(n).scaleb(-2)),
    st.integers(0, 10**5).map(lambda n: Decimal(n).scaleb(-4)),
)
goods = st.lists(
    st.builds(
        Sold,
        number=st.just("1"),
        sku=st.just("SKU"),
        description=st.just("Ware"),
        quantity=st.integers(1, 9),
        unit_price=prices,
        tax_category=st.sampled_from(["standard", "reduced"]),
    ),
    min_size=1,
    max_size=6,
)
shipping = st.integers(0, 5000).map(lambda n: Decimal(n).scaleb(-2))
modes = st.sampled_from(["gross", "net"])


@given(goods, shipping, cuts, modes)
def test_partial_invoices_add_up_to_the_order_in_net_tax_and_gross_of_each_rate(
    items: list[Sold], charge: Decimal, split: list[list[int]], mode: str
) -> None:
    order = sale(items, shipping=charge, price_mode=mode)
    assert sums(in_shipments(order, split)) == sums([draft(order)])


@given(goods, shipping, cuts)
def test_gross_prices_in_whole_cents_are_charged_to_the_cent(
    items: list[Sold], charge: Decimal, split: list[list[int]]
) -> None:
    items = [replace(i, unit_price=money.rounded(i.unit_price, "EUR")) for i in items]
    invoices = in_shipments(sale(items, shipping=charge), split)
    for invoice in invoices:
        charged = sum(line.total for line in invoice.lines)
        assert invoice.gross == charged + sum(c.amount for c in invoice.charges)
    due = sum(item.unit_price * item.quantity for item in items) + charge
    assert sum(invoice.gross for invoice in invoices) == due


@given(goods, shipping, cuts, modes)
def test_every_invoice_is_within_two_cents_of_its_own_arithmetic(
    items: list[Sold], charge: Decimal, split: list[list[int]], mode: str
) -> None:
    for invoice in in_shipments(sale(items, shipping=charge, price_mode=mode), split):
        assert invoice.net + invoice.tax == invoice.gross
        for group in invoice.taxes:
            assert group.net + group.tax == group.gross
            alone = money.tax_on(group.net, group.rate, "EUR")
            assert abs(group.tax - alone) <= Decimal("0.02")


@given(discounted(), categories, cuts)
def test_any_split_of_any_order_keeps_every_sum_per_field_and_per_rate(
    order: Order, taxed: list[str], split: list[list[int]]
) -> None:
    products = products_of(order, taxed)
    parts, (whole,) = billed(order, products, split), billed(order, products, [])
    assert sums(parts) == sums([whole])
    for kind in ("shipping", "discount"):
        assert _charged(parts, kind) == _charged([whole], kind)
    for number in (line.number for line in order.lines):
        fields = ("quantity", "total", "discount")
        assert [_of(parts, number, f) for f in fields] == [_of([whole], number, f) for f in fields]
    priced = sum(t.priced for part in parts for t in part.taxes)
    assert priced == order.total
    if order.price_mode == "gross":
        assert sum(part.gross for part in parts) == order.total


def _charged(invoices: Sequence[Invoice], kind: str) -> dict[Any, Decimal]:
    found: dict[Any, Decimal] = {}
    for invoice in invoices:
        for charge in invoice.charges:
            if charge.kind == kind:
                group = (charge.category, charge.rate)
                found[group] = found.get(group, Decimal(0)) + charge.amount
    return {group: amount for group, amount in found.items() if amount}


def _of(invoices: Sequence[Invoice], number: str, field: str) -> Decimal:
    lines = [line for invoice in invoices for line in invoice.lines if line.number == number]
    return sum((Decimal(getattr(line, field)) for line in lines), Decimal(0))


def test_a_single_invoice_rounds_each_rate_once() -> None:
    invoice = draft(sale())
    assert [(t.rate, t.net, t.tax, t.gross) for t in invoice.taxes] == [
        (NORMAL, Decimal("222.11"), Decimal("42.20"), Decimal("264.31")),
        (REDUCED, Decimal("19.05"), Decimal("1.33"), Decimal("20.38")),
    ]
    assert (invoice.net, invoice.tax, invoice.gross) == (
        Decimal("241.16"),
        Decimal("43.53"),
        Decimal("284.69"),
    )


def test_net_prices_have_the_tax_on_top() -> None:
    invoice = draft(sale(price_mode="net"))
    assert [(t.rate, t.net, t.tax, t.gross) for t in invoice.taxes] == [
        (NORMAL, Decimal("264.35"), Decimal("50.23"), Decimal("314.58")),
        (REDUCED, Decimal("20.34"), Decimal("1.42"), Decimal("21.76")),
    ]


def test_shipping_follows_the_goods_over_the_rates_by_net_value() -> None:
    charges = draft(sale()).charges
    assert [(c.rate, c.amount) for c in charges] == [
        (NORMAL, Decimal("4.51")),
        (REDUCED, Decimal("0.39")),
    ]


def test_shipping_is_charged_by_the_first_invoice_only() -> None:
    order = sale()
    first, second = in_shipments(order, [[2, 0]])
    assert sum(c.amount for c in first.charges) == Decimal("4.90")
    assert second.charges == ()
    assert first.gross + second.gross == draft(order).gross


def test_a_line_total_is_unit_price_times_quantity_unrounded() -> None:
    screw = Sold("1", "SCHRAUBE", "Schraube", 3, Decimal("0.0125"), "standard")
    invoice = draft(sale([screw], shipping=Decimal(0)))
    assert invoice.lines[0].total == Decimal("0.0375")
    assert invoice.gross == Decimal("0.04")


def test_a_currency_without_cents_is_rounded_to_its_unit() -> None:
    tent = Sold("1", "ZELT", "Zelt", 1, Decimal(48000), "standard")
    rates = {"2026-11": MonthRates(source="made up", rates={"JPY": Decimal("162.5")})}
    yen = Registrations(exchange=rates)
    invoice = draft(sale([tent], currency="JPY", shipping=Decimal(601), registrations=yen))
    assert (invoice.net, invoice.tax, invoice.gross) == (
        Decimal(40841),
        Decimal(7760),
        Decimal(48601),
    )


def test_an_export_is_free_of_tax_and_says_so() -> None:
    zurich = replace(BUYER, postal_code="8001", city="Zürich", country="CH")
    invoice = draft(sale(ship_to=zurich, locale="en"))
    assert invoice.tax == 0
    assert [(t.category, t.vatex) for t in invoice.taxes] == [("G", "VATEX-EU-G")]
    assert invoice.notes == ("Export delivery exempt from VAT (Art. 146 Directive 2006/112/EC)",)
    assert [c.amount for c in invoice.charges] == [Decimal("4.90")]


def club(**changes: Any) -> Sale:
    wien = replace(BUYER, postal_code="1010", city="Wien", country="AT", vat_id="ATU12345675")
    return sale(
        buyer=wien,
        ship_to=wien,
        buyer_type="B2B",
        vat_id_checked=True,
        price_mode="net",
        **changes,
    )


def test_an_intra_community_supply_shows_both_vat_ids_and_the_note() -> None:
    invoice = draft(club())
    assert [t.category for t in invoice.taxes] == ["K"]
    assert (invoice.buyer.vat_id, invoice.seller.vat_id) == ("ATU12345675", "DE136695976")
    assert invoice.notes[0].startswith("Steuerfreie innergemeinschaftliche Lieferung")


def test_an_intra_community_supply_without_the_sellers_vat_id_is_refused() -> None:
    seller = replace(SELLER, vat_id=None, tax_number="143/123/45678")
    with pytest.raises(billing.IncompleteInvoice) as refused:
        draft(club(seller=seller))
    assert set(refused.value.fields) == {"seller.vat_id"}


def test_a_tax_number_stands_in_for_the_vat_id_at_home() -> None:
    seller = replace(SELLER, vat_id=None, tax_number="143/123/45678")
    assert draft(sale(seller=seller)).seller.tax_number == "143/123/45678"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"seller": replace(SELLER, name=" ")}, "seller.name"),
        ({"seller": replace(SELLER, vat_id=None)}, "seller.vat_id"),
        ({"buyer": replace(BUYER, line1="")}, "buyer.line1"),
        ({"buyer": replace(BUYER, city="")}, "buyer.city"),
        ({"goods": (replace(BOOK, description=""),)}, "lines.0.description"),
        ({"goods": (replace(BOOK, quantity=0),)}, "lines.0.quantity"),
        ({"goods": (replace(BOOK, unit_price=Decimal("-0.01")),)}, "lines.0.unit_price"),
        ({"goods": (), "shipping": Decimal(0)}, "lines"),
    ],
)
def test_a_missing_particular_is_refused_by_its_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(billing.IncompleteInvoice) as refused:
        draft(sale(**changes))
    assert field in refused.value.fields
    assert refused.value.reason == "incomplete_invoice"


def test_an_invoice_needs_its_number() -> None:
    with pytest.raises(billing.IncompleteInvoice):
        draft(sale(), number="")


def test_the_rate_is_that_of_the_day_of_supply_not_of_issue() -> None:
    invoice = draft(sale([RUCKSACK]), supplied_on=date(2020, 12, 31), issued_on=date(2021, 1, 4))
    assert [t.rate for t in invoice.taxes] == [16]


def test_a_change_of_rate_between_shipments_keeps_the_gross() -> None:
    order = sale([RUCKSACK])
    one = [replace(RUCKSACK, quantity=1)]
    first = draft(order, one, supplied_on=date(2020, 12, 31))
    second = draft(order, one, first.taxes, supplied_on=date(2021, 1, 2))
    assert first.gross + second.gross == Decimal("264.70")


@given(goods, modes)
def test_an_invoice_survives_json(items: list[Sold], mode: str) -> None:
    invoice = draft(sale(items, price_mode=mode))
    assert msgspec.json.decode(msgspec.json.encode(invoice), type=Invoice) == invoice


@pytest.mark.parametrize(
    ("method", "due_on", "locale", "text"),
    [
        ("paypal", None, "de", "Bezahlt mit PayPal"),
        ("paypal", None, "en", "Paid with PayPal"),
        ("invoice", date(2026, 12, 7), "de", "Zahlbar bis 07.12.2026 ohne Abzug"),
        ("invoice", date(2026, 12, 7), "en", "Payable by 7 December 2026, net cash"),
        ("twint", None, "de", "Zahlungsart: twint"),
    ],
)
def test_the_payment_is_a_sentence(
    method: str, due_on: date | None, locale: Any, text: str
) -> None:
    assert invoice_texts.payment_text(method, locale, due_on) == text
