"""An address is what its country, the carrier and the shop can serve, and stands on a label so."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from oms.core.parties import Address
from oms.fulfilment.label import label_lines
from oms.master.shop import AddressRules, Method, Shop, Weight
from oms.screening.address import (
    address_faults,
    check_address,
    delivery_faults,
    doubts_of,
    email_is_valid,
    phone_fault,
)
from oms.screening.gazetteer import Gazetteer, parsed
from tests.domain.billing.test_invoice import SELLER
from tests.domain.orders.test_order_properties import new_order

PLACES = Gazetteer({"DE": parsed(["80331\t4814\t1157\tmuenchen", "20095\t5355\t1000\thamburg"])})
DHL, DPD = Method("dhl"), Method("dpd")


def address(**changes: Any) -> Address:
    return replace(Address("Änne Beispiel", "Ringstr. 5", "80331", "München", "DE"), **changes)


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, {}),
        ({"postal_code": "8033"}, {"postal_code": "invalid"}),
        ({"postal_code": "80331 "}, {}),
        ({"postal_code": "LI 9485999", "country": "LI"}, {"postal_code": "invalid"}),
        ({"postal_code": "9485", "country": "LI"}, {}),
        ({"postal_code": "ec1y 8sy", "country": "GB"}, {}),
        ({"postal_code": "", "city": ""}, {"postal_code": "required", "city": "required"}),
        ({"postal_code": "", "country": "IE"}, {}),
        ({"country": "US", "postal_code": "94043"}, {"region": "required"}),
        ({"country": "US", "postal_code": "94043", "region": "CA"}, {}),
        ({"country": "US", "postal_code": "94043", "region": "XX"}, {"region": "invalid"}),
        ({"country": "XX"}, {"country": "unknown"}),
    ],
)
def test_an_address_has_what_its_country_needs(
    changes: dict[str, Any], faults: dict[str, str]
) -> None:
    assert address_faults(address(**changes)) == faults


@pytest.mark.parametrize(
    ("line1", "line2", "faults"),
    [
        ("Packstation 145", "12345678", {}),
        ("packstation nr. 145", "Postnummer 1234567890", {}),
        ("12345678", "Packstation 145", {}),
        ("Postfiliale 501", "123456", {}),
        ("Packstation 145", None, {"line2": "post_number"}),
        ("Packstation 145", "12345", {"line2": "post_number"}),
        ("Packstation 145", "12345678901", {"line2": "post_number"}),
        ("Packstation 99", "12345678", {"line1": "locker"}),
        ("Packstation 1000", "12345678", {"line1": "locker"}),
        ("Packstation", "12345678", {"line1": "locker"}),
    ],
)
def test_a_packstation_has_its_number_and_the_post_number(
    line1: str, line2: str | None, faults: dict[str, str]
) -> None:
    assert delivery_faults(address(line1=line1, line2=line2), DHL) == faults


def test_only_dhl_and_only_in_germany_serves_a_packstation() -> None:
    locker = address(line1="Packstation 145", line2="12345678")
    assert delivery_faults(locker, DPD) == {"line1": "dhl_only"}
    assert delivery_faults(replace(locker, country="AT"), DPD) == {}


@pytest.mark.parametrize(
    "line",
    ["Postfach 12 34", "P.O. Box 77", "PO Box 5", "P.O.B. 5", "Post Office Box 3", "Postbus 100",
     "Boîte postale 12", "BP 12", "B.P. 123", "Case postale 33", "Casella postale 3", "C.P. 55",
     "Apartado de Correos 5", "Caixa Postal 9", "Skrytka pocztowa 4", "Postboks 11", "PL 12"],
)  # fmt: skip
def test_a_po_box_is_known_in_many_languages(line: str) -> None:
    assert delivery_faults(address(line1=line), DHL) == {"line1": "po_box"}
    assert delivery_faults(address(line2=line), DHL) == {"line2": "po_box"}
    assert delivery_faults(address(line1=line), Method("post", po_box=True)) == {}


@pytest.mark.parametrize(
    "line", ["Postfachweg 3", "Boxberger Str. 5", "Poststr. 5", "Plantage 12", "Kastanienallee 3"]
)
def test_a_street_that_sounds_like_a_po_box_is_none(line: str) -> None:
    assert delivery_faults(address(line1=line), DHL) == {}


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from(["DE", "GB", "FR", "US", "ZZ"]))
def test_whatever_stands_in_an_address_is_judged_and_set(a: str, b: str, country: str) -> None:
    given = address(line1=a, line2=b, city=a, postal_code=b, country=country)
    address_faults(given)
    delivery_faults(given, DHL)
    assert all(line == line.strip() for line in label_lines(given))


@pytest.mark.parametrize(
    ("phone", "fault"),
    [("+4915112345678", ""), ("0151 12345678", ""), ("12", "invalid"), (None, "required")],
)
def test_a_phone_number_can_be_called(phone: str | None, fault: str) -> None:
    assert phone_fault(phone, "DE") == fault


@pytest.mark.parametrize(
    ("email", "valid"),
    [("a@b.example", True), ("ä@müller.de", True), ("a..b@c.de", False), ("a@c.invalid", False)],
)
def test_an_email_address_has_the_form_of_one(email: str, valid: bool) -> None:
    assert email_is_valid(email) is valid


def shop(**more: Any) -> Shop:
    return Shop(id="s", name="S", seller=SELLER, support_email="s@s.example", **more)


def test_a_hold_says_what_is_wrong_in_both_languages_and_who_can_mend_it() -> None:
    order = replace(new_order([1], True), billing_address=address(postal_code="1", city=""))
    (finding,) = check_address(order, None, PLACES)
    assert (finding.verdict, finding.reason) == ("hold", "address_invalid")
    assert finding.owner == "customer"
    assert finding.data == {"fields": {"city": "required", "postal_code": "invalid"}}
    assert "city is missing" in finding.text
    assert "Ort fehlt" in finding.text_de


def test_a_country_that_the_shop_does_not_serve_is_held() -> None:
    order = new_order([1], True)
    assert check_address(order, shop(countries=("DE", "AT")), PLACES)[0].verdict == "pass"
    (finding,) = check_address(order, shop(countries=("AT",)), PLACES)
    assert finding.reason == "country_not_served"


def test_a_method_may_need_a_phone_and_else_a_wrong_one_is_a_remark() -> None:
    order = new_order([1], True)
    wrong = replace(order, customer=replace(order.customer, phone="12"))
    (remark,) = check_address(wrong, shop(), PLACES)
    assert (remark.verdict, remark.data) == ("pass", {"remarks": {"phone": "invalid"}})
    needs = shop(methods={"standard": Method("spedition", phone=True)})
    assert check_address(wrong, needs, PLACES)[0].data == {"fields": {"phone": "invalid"}}
    assert check_address(order, needs, PLACES)[0].data == {"fields": {"phone": "required"}}


def test_a_mail_address_that_cannot_be_written_to_is_for_a_clerk() -> None:
    order = new_order([1], True)
    wrong = replace(order, customer=replace(order.customer, email="a..b@c.de"))
    passed, held = check_address(wrong, None, PLACES)
    assert passed.verdict == "pass"
    assert (held.reason, held.owner) == ("email_invalid", "clerk")


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({}, ("Änne Beispiel", "Ringstr. 5", "80331 München")),
        (
            {"country": "GB", "city": "London", "postal_code": "ec1y 8sy", "company": "X Ltd"},
            ("Änne Beispiel", "X Ltd", "Ringstr. 5", "LONDON", "EC1Y 8SY", "UNITED KINGDOM"),
        ),
        (
            {"country": "CH", "city": "Zürich", "postal_code": "8001", "line2": "2. Stock"},
            ("Änne Beispiel", "Ringstr. 5", "2. Stock", "CH-8001 Zürich", "SWITZERLAND"),
        ),
        ({"country": "XX"}, ("Änne Beispiel", "Ringstr. 5", "80331 München", "XX")),
    ],
)
def test_a_label_is_written_as_the_country_writes_it(
    changes: dict[str, Any], lines: tuple[str, ...]
) -> None:
    assert label_lines(address(**changes)) == lines


@pytest.mark.parametrize(
    ("changes", "doubts"),
    [
        ({"line1": "Ringstraße"}, {"line1": "house_number"}),
        ({"line1": "Ringstraße", "line2": "5a"}, {}),
        ({"line1": "Ringstraße", "line2": "12-14"}, {}),
        ({"line1": "Ringstraße", "line2": "Hinterhaus, 3. Stock"}, {"line1": "house_number"}),
        ({"line1": "Q 7, 24"}, {}),
        ({"line1": "Packstation"}, {}),
        ({"line1": "Postfach"}, {}),
        ({"line1": "Rose Cottage", "country": "GB", "city": "Ambridge"}, {}),
        ({"city": "Hamburg"}, {"city": "place"}),
        ({"city": "München-Schwabing"}, {}),
        ({"line1": "Ring", "city": "Hamburg"}, {"line1": "house_number", "city": "place"}),
    ],
)
def test_doubts_name_their_field(changes: dict[str, Any], doubts: dict[str, str]) -> None:
    assert doubts_of(address(**changes), PLACES) == doubts


@pytest.mark.parametrize(
    ("weight", "verdict", "data"),
    [
        ("off", "pass", {}),
        ("hint", "pass", {"remarks": {"line1": "house_number"}}),
        ("hold", "hold", {"fields": {"line1": "house_number"}}),
    ],
)
def test_the_shop_says_what_a_doubt_weighs(
    weight: Weight, verdict: str, data: dict[str, Any]
) -> None:
    lonely = address(line1="Ringstraße")
    order = replace(new_order([1], True), billing_address=lonely, shipping_address=None)
    wary = replace(shop(), address=AddressRules(house_number=weight))
    (finding,) = check_address(order, wary, PLACES)
    assert (finding.verdict, finding.data) == (verdict, data)
    (finding,) = check_address(order, wary, PLACES, confirmed=True)
    assert finding.verdict == "pass"
