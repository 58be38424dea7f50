"""The tax table decides each case by its paragraph, and refuses what it does not know."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from oms.tax import engine as tax

TODAY = date(2026, 11, 23)
NORMAL, FREE = Decimal(19), Decimal(0)


def supply(country: str = "DE", postal_code: str = "80331", **fields: object) -> tax.Supply:
    plain: dict[str, object] = {
        "ship_from": "DE",
        "country": country,
        "postal_code": postal_code,
        "buyer": "B2C",
        "category": "standard",
        "supplied_on": TODAY,
    }
    return msgspec.convert(plain | fields, tax.Supply)


def b2b(country: str, vat_id: str | None, checked: bool = True, **fields: object) -> tax.Supply:
    return supply(country, "1010", buyer="B2B", vat_id=vat_id, vat_id_checked=checked, **fields)


@pytest.mark.parametrize(
    ("on", "standard", "reduced"),
    [
        (date(2007, 1, 1), 19, 7),
        (date(2020, 6, 30), 19, 7),
        (date(2020, 7, 1), 16, 5),
        (date(2020, 12, 31), 16, 5),
        (date(2021, 1, 1), 19, 7),
        (TODAY, 19, 7),
    ],
)
def test_german_rates_follow_the_day_of_supply(on: date, standard: int, reduced: int) -> None:
    assert tax.decide(supply(supplied_on=on)).rate == standard
    assert tax.decide(supply(supplied_on=on, category="reduced")).rate == reduced


def test_a_domestic_delivery_is_taxed_without_a_note() -> None:
    decision = tax.decide(supply())
    assert (decision.category, decision.vatex, decision.note) == ("S", None, None)
    assert "§ 12 UStG" in decision.reason


@pytest.mark.parametrize("country", ["AT", "FR", "MC", "PL", "GR", "HR", "IE"])
def test_a_consumer_in_the_union_pays_german_tax_below_the_threshold(country: str) -> None:
    decision = tax.decide(supply(country, "1010"))
    assert (decision.rate, decision.category) == (NORMAL, "S")
    assert decision.reason.startswith("§ 3c Abs. 4")


def test_before_the_reform_the_old_threshold_is_the_reason() -> None:
    assert (
        "bis 30.06.2021" in tax.decide(supply("AT", "1010", supplied_on=date(2021, 6, 30))).reason
    )


def test_above_the_thresholds_before_the_reform_is_refused_by_name() -> None:
    before = date(2021, 6, 30)
    with pytest.raises(tax.DestinationTax) as refused:
        tax.decide(supply("AT", "1010", distance_sales="above", supplied_on=before))
    assert refused.value.reason == "destination_tax"


@pytest.mark.parametrize(
    ("country", "vat_id"),
    [("AT", "ATU12345675"), ("GR", "EL123456783"), ("FR", "BE0123456749"), ("AT", "xi123456789")],
)
def test_a_business_with_a_checked_foreign_vat_id_is_supplied_tax_free(
    country: str, vat_id: str
) -> None:
    decision = tax.decide(b2b(country, vat_id))
    assert (decision.rate, decision.category, decision.vatex) == (FREE, "K", "VATEX-EU-IC")
    assert decision.note is not None
    assert decision.note.de.startswith("Steuerfreie innergemeinschaftliche Lieferung")


@pytest.mark.parametrize(
    ("vat_id", "checked"),
    [(None, True), ("", True), ("ATU12345675", False), ("DE136695976", True), ("GB999", True)],
)
def test_a_business_without_a_checked_foreign_vat_id_pays_like_a_consumer(
    vat_id: str | None, checked: bool
) -> None:
    decision = tax.decide(b2b("AT", vat_id, checked))
    assert (decision.rate, decision.category) == (NORMAL, "S")
    assert "§ 6a Abs. 1 Nr. 4" in decision.reason


def test_a_consumer_with_a_vat_id_stays_a_consumer() -> None:
    decision = tax.decide(supply("AT", "1010", vat_id="ATU12345675", vat_id_checked=True))
    assert decision.category == "S"


@pytest.mark.parametrize("country", ["CH", "GB", "NO", "US", "LI", "JE", "IM", "SM", "AX", "GP"])
@pytest.mark.parametrize("buyer", ["B2C", "B2B"])
def test_a_third_country_is_an_export(country: str, buyer: str) -> None:
    decision = tax.decide(supply(country, "1234", buyer=buyer))
    assert (decision.rate, decision.category, decision.vatex) == (FREE, "G", "VATEX-EU-G")
    assert decision.note is not None
    assert "Ausfuhrlieferung" in decision.note.de
    assert decision.proof


@pytest.mark.parametrize(
    ("country", "postal_code", "name"),
    [
        ("DE", "78266", "Büsingen"),
        ("DE", "D-78266", "Büsingen"),
        ("DE", "27498", "Helgoland"),
        ("IT", "23041", "Livigno"),
        ("IT", "22061", "Campione d'Italia"),
        ("ES", "35001", "Canary Islands"),
        ("ES", "38 999", "Canary Islands"),
        ("ES", "51001", "Ceuta"),
        ("ES", "52006", "Melilla"),
        ("FI", "22100", "Åland"),
        ("GR", "630 86", "Mount Athos"),
        ("FR", "97400", "French overseas territories"),
        ("FR", "98800", "French overseas territories"),
    ],
)
def test_a_special_territory_is_an_export(country: str, postal_code: str, name: str) -> None:
    checked = {"buyer": "B2B", "vat_id": "ATU12345675", "vat_id_checked": True}
    for fields in ({}, checked):
        decision = tax.decide(supply(country, postal_code, **fields))
        assert (decision.category, decision.territory) == ("G", name)


@pytest.mark.parametrize(
    ("country", "postal_code"),
    [("AT", "6691"), ("AT", "6992"), ("FR", "98000"), ("FR", "20000"), ("PT", "9000-001")],
)
def test_a_region_with_rates_of_its_own_counts_as_its_state(country: str, postal_code: str) -> None:
    assert tax.decide(supply(country, postal_code)).category == "S"


@pytest.mark.parametrize(("country", "postal_code"), [("GB", "BT1 5GS"), ("XI", "BT15GS")])
def test_northern_ireland_is_in_the_union_for_goods(country: str, postal_code: str) -> None:
    consumer = supply(country, postal_code)
    business = supply(country, postal_code, buyer="B2B", vat_id="XI123456789", vat_id_checked=True)
    assert tax.decide(consumer).category == "S"
    assert tax.decide(business).category == "K"


def test_membership_in_the_union_is_dated() -> None:
    assert tax.decide(supply("GB", "SW1A 1AA", supplied_on=date(2020, 12, 31))).category == "S"
    assert tax.decide(supply("GB", "SW1A 1AA", supplied_on=date(2021, 1, 1))).category == "G"
    assert tax.decide(supply("GB", "BT1 5GS", supplied_on=date(2020, 1, 1))).territory == "GB"
    assert tax.decide(supply("HR", "10000", supplied_on=date(2013, 6, 30))).category == "G"
    assert tax.decide(supply("HR", "10000", supplied_on=date(2013, 7, 1))).category == "S"


@pytest.mark.parametrize(
    ("case", "refusal"),
    [
        (supply(ship_from="AT"), tax.ForeignDispatch),
        (supply("XX"), tax.UnknownPlace),
        (supply("de"), tax.UnknownPlace),
        (supply(""), tax.UnknownPlace),
        (supply(category="food"), tax.UnknownCategory),
        (supply("CH", category="books"), tax.UnknownCategory),
        (supply(supplied_on=date(2006, 12, 31)), tax.NoRateYet),
    ],
)
def test_what_the_table_does_not_know_is_refused_by_name(
    case: tax.Supply, refusal: type[tax.TaxRefusal]
) -> None:
    with pytest.raises(refusal) as refused:
        tax.decide(case)
    assert refused.value.reason
    assert isinstance(refused.value, tax.TaxRefusal)


def test_a_decision_survives_json() -> None:
    decision = tax.decide(supply("CH", "8001"))
    assert msgspec.json.decode(msgspec.json.encode(decision), type=tax.TaxDecision) == decision
    assert decision.rate == FREE
