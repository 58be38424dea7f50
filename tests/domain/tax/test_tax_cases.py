"""The tax table, case by case, each with the source that says so, in both price modes."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from oms.billing.amounts import draft_invoice
from oms.billing.invoice import Sale, Shipment, Sold
from oms.core import money
from oms.core.parties import Party
from oms.master.seller import Seller
from oms.tax import engine as tax
from oms.tax.rates import regions
from oms.tax.seller import Registrations
from oms.tax.table import TABLE
from tests.domain.tax.cases import ALL, CASES, LOCAL, TODAY, Case, named, supply


def test_there_are_more_than_sixty_cases_each_of_its_own_name_and_with_a_source() -> None:
    assert len(ALL) > 100
    assert len({case.name for case in ALL}) == len(ALL)
    assert all(any(mark in c.source for mark in ("§", "Art", " ")) for c in ALL)


@pytest.mark.parametrize("case", ALL, ids=named)
def test_a_case_is_taxed_as_its_source_says(case: Case) -> None:
    decision = tax.decide(supply(case))
    found = (decision.category, decision.rate, decision.vatex, decision.state, decision.scheme)
    assert found == (case.category, Decimal(case.rate), case.vatex, case.state, case.scheme)
    assert decision.reason
    assert decision.proof or decision.category in ("S", "Z")
    assert decision.note or decision.category in ("S", "Z")


@pytest.mark.parametrize("mode", ["gross", "net"])
@pytest.mark.parametrize("case", ALL, ids=named)
def test_an_invoice_of_a_case_adds_up_in_both_price_modes(case: Case, mode: Any) -> None:
    price = Decimal(case.net) * (Decimal("1.19") if mode == "gross" and case.business else 1)
    invoice = draft_invoice(sale(case, price, mode), shipment(case, price), **NUMBERED)
    (group,) = invoice.taxes
    assert (group.category, group.rate, group.vatex) == (
        case.category,
        Decimal(case.rate),
        case.vatex,
    )
    whole = money.rounded(price, "EUR")
    if mode == "net":
        assert (group.net, group.tax) == (whole, money.tax_on(whole, group.rate, "EUR"))
    else:
        assert group.gross == whole
        assert group.net == money.rounded(whole / (1 + group.rate / 100), "EUR")
    assert group.net + group.tax == group.gross == invoice.gross
    assert bool(invoice.notes) == (case.category not in ("S", "Z"))
    assert (invoice.lines[0].state, invoice.lines[0].scheme) == (case.state, case.scheme)


NUMBERED: dict[str, Any] = {"number": "RE-1", "issued_on": TODAY, "earlier": ()}
SELLER = Seller(
    name="Berg&Beutel GmbH",
    line1="Alpenstr. 12",
    postal_code="80331",
    city="München",
    country="DE",
    vat_id="DE136695976",
)


def sale(case: Case, price: Decimal, mode: Any, *goods: Sold, **more: Any) -> Sale:
    buyer = Party(
        name="Jörg Müller",
        line1="Ringstr. 5",
        postal_code=case.to[1],
        city="Ort",
        country=case.to[0],
        vat_id=case.vat_id,
    )
    return Sale(
        order_id="ord_1",
        external_number="BB-1",
        currency="EUR",
        price_mode=mode,
        locale="de",
        seller=SELLER,
        buyer=buyer,
        buyer_type="B2B" if case.business else "B2C",
        ship_to=buyer,
        goods=goods or (sold(case, price),),
        registrations=case.seller,
        vat_id_checked=case.vat_id is not None,
        distance_sales="above" if case.above else "below",
        **more,
    )


def sold(case: Case, price: Decimal, number: str = "1", **changes: Any) -> Sold:
    plain = Sold(number, "SKU", "Ware", 1, price, case.goods, case.kind, dict(case.abroad))  # type: ignore[arg-type]
    return replace(plain, **changes)


def shipment(case: Case, price: Decimal, *goods: Sold) -> Shipment:
    return Shipment(
        fulfilment_id="ful_1",
        ship_from=case.ship_from,
        supplied_on=case.on,
        sold=goods or (sold(case, price),),
    )


def test_every_row_of_the_table_decides_one_of_the_cases() -> None:
    decided = {tax.decide(supply(case)).case for case in ALL}
    refusing = {"domestic"}
    assert {row.case.name for row in TABLE} - refusing <= decided


def test_the_documentation_names_every_case_of_the_table() -> None:
    text = (Path(__file__).resolve().parents[3] / "docs" / "tax.md").read_text()
    missing = [row.case.name for row in TABLE if row.case.name.split(",")[0] not in text]
    assert missing == []


def test_every_region_with_rates_of_its_own_is_one_of_the_cases() -> None:
    met = {
        territory.region.id
        for case in ALL
        if (territory := tax.territory_of(*case.to, case.on)).region
    }
    assert met == {region.id for region in regions()}


def test_mixed_categories_stand_on_one_invoice_with_a_note_each() -> None:
    case = CASES[6]
    goods = (
        sold(case, Decimal("119.00"), "1"),
        sold(case, Decimal("107.00"), "2", tax_category="reduced"),
        sold(case, Decimal("80.00"), "3", tax_category="margin"),
        sold(case, Decimal("50.00"), "4", tax_category="voucher_multi"),
    )
    order = sale(case, Decimal(1), "gross", *goods, shipping=Decimal("6.00"))
    invoice = draft_invoice(order, shipment(case, Decimal(1), *goods), **NUMBERED)
    assert [(t.category, int(t.rate)) for t in invoice.taxes] == [
        ("S", 19), ("S", 7), ("E", 0), ("O", 0),
    ]  # fmt: skip
    assert [line.vatex for line in invoice.lines] == [None, None, "VATEX-EU-F", "VATEX-EU-O"]
    assert len(invoice.notes) == 2
    # Shipping follows the goods by their net value, 100 : 100 : 80; a voucher is not sent.
    assert [(c.category, int(c.rate), c.amount) for c in invoice.charges] == [
        ("S", 19, Decimal("2.14")), ("S", 7, Decimal("2.14")), ("E", 0, Decimal("1.72")),
    ]  # fmt: skip
    assert invoice.gross == Decimal("362.00")


def test_a_discount_of_the_order_follows_its_goods_one_charge_a_rate() -> None:
    case = CASES[6]
    goods = (
        sold(case, Decimal("119.00"), "1", order_discount=Decimal("5.27")),
        sold(case, Decimal("107.00"), "2", tax_category="reduced", order_discount=Decimal("4.73")),
    )
    order = sale(case, Decimal(1), "gross", *goods)
    invoice = draft_invoice(order, shipment(case, Decimal(1), *goods), **NUMBERED)
    assert [(c.kind, int(c.rate), c.amount) for c in invoice.charges] == [
        ("discount", 19, Decimal("-5.27")),
        ("discount", 7, Decimal("-4.73")),
    ]
    assert invoice.gross == Decimal("216.00")


def test_a_discount_of_a_line_lowers_what_it_is_taxed_on() -> None:
    case = CASES[6]
    goods = sold(case, Decimal("100.00"), discount=Decimal("10.00"))
    invoice = draft_invoice(
        sale(case, Decimal(1), "net", goods), shipment(case, Decimal(1), goods), **NUMBERED
    )
    assert (invoice.net, invoice.tax, invoice.lines[0].total) == (
        Decimal("90.00"),
        Decimal("17.10"),
        Decimal("90.00"),
    )


def test_the_seller_acts_under_the_vat_id_of_the_state_of_the_warehouse() -> None:
    case = next(c for c in CASES if c.name == "from Austria to Austria")
    price = Decimal("120.00")
    invoice = draft_invoice(sale(case, price, "gross"), shipment(case, price), **NUMBERED)
    assert invoice.seller.vat_id == "ATU12345675"
    assert (invoice.net, invoice.tax) == (Decimal("100.00"), Decimal("20.00"))


def test_only_distance_sales_from_home_count_towards_the_threshold() -> None:
    counting = {case.name for case in ALL if tax.decide(supply(case)).counts}
    assert {"consumer below", "consumer above", "digital, consumer below"} <= counting
    assert "from Austria to a consumer in France" not in counting
    assert "second-hand to a consumer abroad, above" not in counting
    assert "consumer before the reform" not in counting
    assert not [name for name in counting if "Switzerland" in name or "at home" in name]


@pytest.mark.parametrize(
    ("ship_from", "seller"),
    [("AT", Registrations()), ("CH", LOCAL), ("GB", LOCAL), ("FR", LOCAL)],
)
def test_a_warehouse_where_the_seller_is_not_registered_is_refused(
    ship_from: str, seller: Registrations
) -> None:
    case = CASES[6]._replace(ship_from=ship_from, seller=seller)
    with pytest.raises(tax.ForeignDispatch):
        tax.decide(supply(case))
