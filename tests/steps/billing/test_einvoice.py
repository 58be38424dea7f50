"""Every e-invoice passes the official rules, and what is wrong with one is found."""

from __future__ import annotations

import hashlib
import re
from decimal import Decimal
from itertools import chain, product
from string import ascii_uppercase
from typing import Literal

import pytest
from lxml import etree
from msgspec.structs import replace

from einvoice_rules import FOLDER
from oms.billing.amounts import draft_invoice
from oms.billing.einvoice import UNLISTED_IN_CII, en16931, format_of
from oms.billing.invoice import Invoice, Sale, Sold
from oms.core.documents import Format
from oms.tax.places import is_country
from oms.tax.seller import Registrations
from oms.tax.table import Kind
from oms_aws.einvoice.rules import checked
from oms_aws.einvoice.writing import written
from tests.world import papers

FORMATS: tuple[Format, ...] = ("zugferd", "xrechnung-ubl", "xrechnung-cii")
CASES = [
    pytest.param(replace(case, leitweg_id=papers.LEITWEG), id=f"{n}-{case.kind}-{case.price_mode}")
    for n, case in enumerate(papers.every_case())
]
# XRechnung has a warning for prepayments: of their code, and that no day of supply is known yet.
EXPECTED = {"prepayment": {"BR-DE-17", "BR-DE-TMP-32"}}
PLAIN = replace(papers.plain(), leitweg_id=papers.LEITWEG)


def test_there_are_more_than_a_hundred_cases() -> None:
    assert len(CASES) >= 96
    assert len(CASES) * len(FORMATS) >= 100


@pytest.mark.parametrize("invoice", CASES)
def test_it_passes_the_rules(invoice: Invoice) -> None:
    for format in FORMATS:
        faults = checked(written(invoice, format), format)
        assert not [fault for fault in faults if fault.fatal]
        assert {fault.rule for fault in faults} <= EXPECTED.get(invoice.kind, set())


@pytest.mark.parametrize("invoice", CASES)
def test_its_sums_are_exact_and_not_within_a_tolerance(invoice: Invoice) -> None:
    said = en16931(invoice)
    sums = said.sums
    assert sums.lines == sum((item.net for item in said.items), Decimal(0))
    assert sums.net == sums.lines + sums.charges - sums.allowances
    assert sums.gross == sums.net + sums.tax
    assert sums.net == sum((group.net for group in said.breakdown), Decimal(0))
    assert sums.tax == sum((group.tax for group in said.breakdown), Decimal(0))
    for group in said.breakdown:
        mine = [
            *((i.net, i.category, i.rate) for i in said.items),
            *((-a.net if a.reduces else a.net, a.category, a.rate) for a in said.adjustments),
        ]
        key = (group.category, group.rate)
        in_group = [net for net, category, rate in mine if (category, rate) == key]
        assert sum(in_group, Decimal(0)) == group.net
    for item in said.items:
        assert round(item.price * item.quantity, 2) == item.net
        assert item.price >= 0


@pytest.mark.parametrize("format", FORMATS)
def test_the_bytes_depend_on_the_invoice_alone(format: Format) -> None:
    assert written(PLAIN, format) == written(PLAIN, format)


CATEGORY = r"(<cac:ClassifiedTaxCategory>\s*<cbc:ID>)S"
MUTATIONS: dict[str, tuple[Format, str, str, str]] = {
    "sum of the lines": (
        "xrechnung-ubl", r"(<cbc:LineExtensionAmount[^>]*>)(\d+)", r"\g<1>9\2", "BR-CO-10"
    ),
    "total in UBL": (
        "xrechnung-ubl", r"(<cbc:TaxInclusiveAmount[^>]*>)\d+", r"\g<1>1", "BR-CO-15"
    ),
    "tax": (
        "xrechnung-ubl", r"(<cac:TaxTotal>\s*<cbc:TaxAmount[^>]*>)\d+", r"\g<1>1", "BR-CO-14"
    ),
    "no Leitweg-ID in UBL": (
        "xrechnung-ubl", r"<cbc:BuyerReference>.*?</cbc:BuyerReference>", "", "BR-DE-15"
    ),
    "category that is none": ("xrechnung-ubl", CATEGORY, r"\g<1>X", "BR-CL-18"),
    "category without breakdown": ("xrechnung-ubl", CATEGORY, r"\g<1>AE", "BR-AE-01"),
    "no phone of the seller": (
        "xrechnung-ubl", r"<cbc:Telephone>.*?</cbc:Telephone>", "", "BR-DE-6"
    ),
    "misspelt discount": ("xrechnung-ubl", "PROZENT=2.50", "PROZENT=2,50", "BR-DE-18"),
    "element that is none": ("xrechnung-ubl", "<cbc:ID>", "<cbc:Id/><cbc:ID>", "XSD"),
    "no Leitweg-ID in CII": (
        "xrechnung-cii", r"<ram:BuyerReference>.*?</ram:BuyerReference>", "", "BR-DE-15"
    ),
    "total in CII": ("xrechnung-cii", r"(<ram:GrandTotalAmount>)\d+", r"\g<1>1", "BR-CO-15"),
    "total in ZUGFeRD": ("zugferd", r"(<ram:GrandTotalAmount>)\d+", r"\g<1>1", "BR-CO-15"),
    "category in ZUGFeRD": ("zugferd", r"(<ram:CategoryCode>)S", r"\g<1>G", "BR-G-01"),
    "no seller": ("zugferd", r"<ram:SellerTradeParty>.*?</ram:SellerTradeParty>", "", "XSD"),
    "cut off": ("zugferd", r"</ram:Seller.*", "", "XML"),
    "another document": ("zugferd", r".*", "<order/>", "XSD"),
}  # fmt: skip


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_mutated_one_is_caught(mutation: str) -> None:
    format, what, instead, rule = MUTATIONS[mutation]
    content = written(PLAIN, format).decode()
    mutated = re.sub(what, instead, content, count=1, flags=re.DOTALL)
    assert mutated != content
    faults = checked(mutated.encode(), format)
    assert rule in {fault.rule for fault in faults}, faults
    assert all(fault.text for fault in faults)


def test_who_gets_which_format() -> None:
    assert format_of(PLAIN) == "xrechnung-ubl"
    assert format_of(papers.plain()) == "zugferd"
    assert format_of(replace(papers.plain(), buyer_type="B2C")) is None


def codes(name: str) -> set[str]:
    """The country codes that a file of rules knows."""
    lists = re.findall(r"' ?((?:[A-Z0-9]{2} ){100,}[A-Z0-9]{2}) ?'", (FOLDER / name).read_text())
    some = [set(each.split()) for each in lists]
    return set.intersection(*(each for each in some if {"DE", "AF", "ZW"} <= each))


def test_countries_that_rules_forgot_are_known() -> None:
    ours = {c for c in map("".join, product(ascii_uppercase, repeat=2)) if is_country(c)}
    assert len(ours) >= 249
    assert ours - codes("cen/EN16931-UBL-validation.xsl") == set()
    assert ours - codes("cen/EN16931-CII-validation.xsl") == UNLISTED_IN_CII


@pytest.mark.parametrize("syntax", ["ubl", "cii"])
def test_a_country_that_the_rules_of_cii_forgot_gets_another_form(
    syntax: Literal["ubl", "cii"],
) -> None:
    made = replace(PLAIN, ship_to=replace(PLAIN.ship_to, country="SS"), xrechnung=syntax)
    format = format_of(made)
    assert format == "xrechnung-ubl"
    assert not [each for each in checked(written(made, format), format) if each.fatal]
    refused = checked(written(made, "xrechnung-cii"), "xrechnung-cii")
    assert {fault.rule for fault in refused} == {"BR-CL-14"}
    abroad = replace(papers.plain(), buyer=replace(PLAIN.buyer, country="SS"))
    assert format_of(abroad) == "zugferd"
    assert checked(written(abroad, "zugferd"), "zugferd") == ()


def test_an_intra_community_supply_says_when_and_where() -> None:
    case = next(each for each in papers.FREE if each[0] == "K")
    content = written(papers.free(case, "net"), "zugferd")
    texts = "".join(chain(etree.fromstring(content).itertext()))
    assert "20261123" in texts
    assert "VATEX-EU-IC" in texts
    assert "FR40303265045" in texts


def test_text_that_xml_cannot_hold_does_no_harm() -> None:
    buyer = replace(PLAIN.buyer, name="A\x00B\ud800\ufffe <&> 李", company=None)
    for format in FORMATS:
        assert checked(written(replace(PLAIN, buyer=buyer), format), format) == ()


def test_the_rule_files_are_those_of_their_publishers() -> None:
    said = re.findall(r"^([0-9a-f]{64})  (\S+)$", (FOLDER / "README.md").read_text(), re.MULTILINE)
    assert len(said) == 10
    for digest, name in said:
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest


D16B = etree.XMLSchema(etree.parse(str(FOLDER / "cii/FACTUR-X_EN16931.xsd")))


@pytest.mark.parametrize("invoice", CASES)
def test_every_cii_is_d16b_also_the_one_in_a_pdf(invoice: Invoice) -> None:
    for format in FORMATS[::2]:
        D16B.assertValid(etree.fromstring(written(invoice, format)))


@pytest.mark.parametrize("deposits", [1, 2, 5])
def test_a_final_invoice_names_each_deposit(deposits: int) -> None:
    invoice = replace(papers.with_deposits("gross", deposits), leitweg_id=papers.LEITWEG)
    for format in FORMATS:
        content = written(invoice, format)
        assert checked(content, format) == ()
        for deposit in invoice.deposits:
            # In a line for each rate, and as a preceding or a supporting document.
            assert content.count(deposit.number.encode()) == 1 + len(deposit.taxes)
    assert written(invoice, "xrechnung-cii").count(b"<ram:InvoiceReferencedDocument>") == 1
    assert written(invoice, "xrechnung-ubl").count(b"<cac:BillingReference>") == deposits


def test_two_referenced_invoices_are_not_d16b() -> None:
    invoice = replace(papers.with_deposits("gross", 1), leitweg_id=papers.LEITWEG)
    content = written(invoice, "xrechnung-cii").decode()
    (reference,) = re.findall(
        r"<ram:InvoiceReferencedDocument>.*?</ram:InvoiceReferencedDocument>", content, re.DOTALL
    )
    twice = content.replace(reference, reference * 2).encode()
    assert {fault.rule for fault in checked(twice, "xrechnung-cii")} == {"XSD"}


GERMAN = replace(papers.BUYER, vat_id="DE136695976")
DECIDED: dict[str, tuple[Sale, str, Kind, set[str]]] = {
    "intra-community": (papers.sale("net", papers.FRENCH), "standard", "goods", {"K"}),
    "service abroad": (papers.sale("net", papers.FRENCH), "standard", "service", {"AE"}),
    "export": (papers.sale("gross", papers.SWISS), "standard", "goods", {"G"}),
    "at destination": (
        replace(papers.sale("gross", papers.FRENCH), buyer_type="B2C", distance_sales="above"),
        "reduced", "goods", {"S"},
    ),
    "margin": (papers.sale("gross", GERMAN), "margin", "goods", {"E"}),
    "zero": (papers.sale("net", GERMAN), "zero", "goods", {"Z"}),
    "voucher": (papers.sale("gross", GERMAN), "voucher_multi", "goods", {"O"}),
    "small business": (
        replace(papers.sale("net"), registrations=Registrations(small_business=True)),
        "standard", "goods", {"E"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", DECIDED)
def test_what_the_tax_table_decides_passes_too(case: str) -> None:
    sale, category, kind, expected = DECIDED[case]
    goods = (Sold("1", "X", "Ware", 3, Decimal("33.33"), category, kind),)
    sale = replace(sale, goods=goods, vat_id_checked=True)
    made = draft_invoice(
        sale, papers.shipment(goods), number="RE-1", issued_on=papers.DAY, earlier=()
    )
    assert {group.category for group in made.taxes} == expected
    passes_everywhere(made)


def test_a_voucher_among_goods_is_exempt_as_it_may_not_stand_with_others() -> None:
    goods = (*papers.GOODS, Sold("9", "V", "Gutschein", 1, Decimal(50), "voucher_multi"))
    sale = replace(papers.sale("gross"), goods=goods)
    made = draft_invoice(
        sale, papers.shipment(goods), number="RE-1", issued_on=papers.DAY, earlier=()
    )
    assert {group.category for group in made.taxes} == {"S", "O"}
    passes_everywhere(made)


def passes_everywhere(made: Invoice) -> None:
    made = replace(made, leitweg_id=papers.LEITWEG, buyer_type="B2B")
    for format in FORMATS:
        assert checked(written(made, format), format) == ()
