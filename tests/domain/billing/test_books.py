"""Exports say what the documents say: DATEV's batch, and the tables of an auditor."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace

from oms.billing import posting
from oms.billing.amounts import draft_invoice
from oms.billing.books import Amount, UnbookableVoucher, Voucher, totals
from oms.billing.crediting import Claim, credit_note
from oms.billing.deposits import IssuedDeposit
from oms.billing.drafting import final_invoice, prepayment_invoice
from oms.billing.invoice import Sold, TaxTotal
from oms.billing.posting import voucher_of
from oms.core.refusals import Refusal
from oms.master.bookkeeping import ACCOUNTS, Bookkeeping
from oms.records import audit, datev, gdpdu
from oms.records.export import Export, asked
from tests.world import papers

BOOKS = Bookkeeping(consultant=29098, client=55003)
SINCE, UNTIL = date(2026, 11, 1), date(2026, 11, 30)
MADE = datetime(2026, 12, 1, 8, 30, 15, 123_000, tzinfo=UTC)


def amount(case: str = "standard", gross: str = "119.00", **more: object) -> Amount:
    whole = Decimal(gross)
    net = (whole / Decimal("1.19")).quantize(Decimal("0.01"))
    known = {
        "case": case, "category": "S", "rate": Decimal(19), "state": "DE",
        "net": net, "tax": whole - net, "gross": whole,
    }  # fmt: skip
    return Amount(**{**known, **more})  # type: ignore[arg-type]


def voucher(*amounts: Amount, **more: object) -> Voucher:
    sums = {
        name: sum((getattr(a, name) for a in amounts), Decimal(0))
        for name in ("net", "tax", "gross")
    }
    known = {
        "id": "inv_1", "number": "BB-2026-000123", "type_code": "380", "sign": 1,
        "issued_on": date(2026, 11, 24), "supplied_on": date(2026, 11, 23), "order": "ord_1",
        "external_number": "BB-10001", "customer": "C-17", "name": 'Änne "die" Größe 王',
        "country": "DE", "destination": "DE", "vat_id": None, "currency": "EUR",
        "amounts": amounts, "deposits": (), **sums,
    }  # fmt: skip
    return Voucher(**{**known, **more})  # type: ignore[arg-type]


def batch(*vouchers: Voucher, books: Bookkeeping = BOOKS, **more: object) -> list[list[str]]:
    asked = {
        "since": SINCE, "until": UNTIL, "made_at": MADE, "seller_country": "DE",
        "seller_vat_id": "DE123456789",
    }  # fmt: skip
    content = datev.batch(vouchers, books, **{**asked, **more})  # type: ignore[arg-type]
    text = content.decode("cp1252")
    assert text.endswith("\r\n")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def test_the_header_is_that_of_the_format() -> None:
    header, columns, _ = batch(voucher(amount()))
    assert header == [
        "EXTF", "700", "21", "Buchungsstapel", "13", "20261201083015123", "", "RE", "", "",
        "29098", "55003", "20260101", "4", "20261101", "20261130", "Rechnungen 01.11.26-30.11.26",
        "", "1", "0", "0", "EUR", "", "", "", "", "03", "", "", "", "",
    ]  # fmt: skip
    assert len(columns) == 125
    assert columns[113] == "Festschreibung"


def fields(row: list[str]) -> dict[str, str]:
    return {name: value for name, value in zip(datev.COLUMNS, row, strict=True) if value}


def test_a_booking_says_what_the_document_says() -> None:
    (booking,) = batch(voucher(amount()))[2:]
    assert fields(booking) == {
        "Umsatz (ohne Soll/Haben-Kz)": "119,00",
        "Soll/Haben-Kennzeichen": "S",
        "WKZ Umsatz": "EUR",
        "Konto": "10000",
        "Gegenkonto (ohne BU-Schlüssel)": "8400",
        "Belegdatum": "2411",
        "Belegfeld 1": "BB-2026-000123",
        "Buchungstext": 'BB-10001 Änne "die" Größe ?',
        "Beleginfo - Art 1": "Auftrag",
        "Beleginfo - Inhalt 1": "ord_1",
        "Festschreibung": "0",
        "Leistungsdatum": "23112026",
        "Datum Zuord. Steuerperiode": "23112026",
    }


NO_REVENUE = {"debtors", "clearing", "deposit", "deposit_reduced", "deposit_other"}


@pytest.mark.parametrize("chart", ["SKR03", "SKR04"])
@pytest.mark.parametrize("case", sorted(set(ACCOUNTS["SKR03"]) - NO_REVENUE))
def test_each_case_has_its_account(chart: str, case: str) -> None:
    books = replace(BOOKS, chart=chart)
    (booking,) = batch(voucher(amount(case)), books=books)[2:]
    found = fields(booking)["Gegenkonto (ohne BU-Schlüssel)"]
    assert found == ACCOUNTS[chart][case]  # type: ignore[index]
    named = replace(books, accounts={case: "4711"})
    (booking,) = batch(voucher(amount(case)), books=named)[2:]
    assert fields(booking)["Gegenkonto (ohne BU-Schlüssel)"] == "4711"


def test_a_distance_sale_names_country_rate_origin_and_the_key_of_oss() -> None:
    abroad = amount("destination", rate=Decimal(20), state="AT")
    (booking,) = batch(voucher(abroad, destination="AT"))[2:]
    found = fields(booking)
    assert found["BU-Schlüssel"] == "240"
    assert found["EU-Land u. UStID (Bestimmung)"] == "AT"
    assert found["EU-Steuersatz (Bestimmung)"] == "20,00"
    assert found["EU-Land u. UStID (Ursprung)"] == "DE123456789"


def test_an_intra_community_supply_names_the_buyers_id() -> None:
    free = amount("intra_community", category="K", rate=Decimal(0))
    (booking,) = batch(voucher(free, destination="AT", vat_id="ATU12345675"))[2:]
    assert fields(booking)["EU-Land u. UStID (Bestimmung)"] == "ATU12345675"


def test_a_credit_note_is_booked_the_other_way_round() -> None:
    (booking,) = batch(voucher(amount(), type_code="381", sign=-1))[2:]
    assert fields(booking)["Soll/Haben-Kennzeichen"] == "H"


def test_a_credit_note_names_the_invoice_that_it_corrects() -> None:
    original = papers.plain("gross", "RE-7")
    claims = [Claim(line="1", quantity=1)]
    note = credit_note(original, [], claims, number="RK-1", issued_on=papers.DAY, reason="zurück")
    for booking in [*datev.bookings(voucher_of("crn_1", note), BOOKS, "DE", None)]:
        assert booking["Belegfeld 1"] == "RK-1"
        assert (booking["Beleginfo - Art 2"], booking["Beleginfo - Inhalt 2"]) == (
            "Rechnung", "RE-7",
        )  # fmt: skip


def test_a_multi_purpose_voucher_is_a_liability_and_no_revenue() -> None:
    goods = (Sold("1", "GUTSCHEIN-50", "Gutschein", 1, Decimal(50), "voucher_multi"),)
    sale = replace(papers.sale("gross"), goods=goods, shipping=Decimal(0))
    sold = papers.shipment(goods)
    invoice = draft_invoice(sale, sold, number="RE-8", issued_on=papers.DAY, earlier=())
    (booking,) = datev.bookings(voucher_of("inv_1", invoice), BOOKS, "DE", None)
    assert booking["Gegenkonto (ohne BU-Schlüssel)"] == "1700"
    assert booking["Umsatz (ohne Soll/Haben-Kz)"] == "50,00"


@pytest.mark.parametrize("mode", ["gross", "net"])
def test_what_an_auditor_reads_of_each_account_is_what_datev_books(mode: Any) -> None:
    whole = papers.plain(mode)
    shipped, goods = papers.shipment(), papers.sale(mode)
    deposit = prepayment_invoice(goods, shipped, Decimal(100), number="AN-1", issued_on=papers.DAY)
    deducted = [IssuedDeposit(deposit).deducted]
    final = final_invoice([whole], deducted, number="RE-9", issued_on=papers.DAY)
    note = credit_note(
        final, [], [Claim(line="1", quantity=1)], number="RK-9", issued_on=papers.DAY, reason="x"
    )
    entries = [(voucher_of(paper.number, paper), paper) for paper in (deposit, final, note)]
    booked: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for each, _ in entries:
        for row in datev.bookings(each, BOOKS, "DE", None):
            worth = Decimal(row["Umsatz (ohne Soll/Haben-Kz)"].replace(",", "."))
            sign = 1 if row["Soll/Haben-Kennzeichen"] == "S" else -1
            booked[each.number, row["Gegenkonto (ohne BU-Schlüssel)"]] += sign * worth
    read: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    rows = audit.rows(audit.TAXES, entries, [], BOOKS)
    for number, _, _, _, account, net, tax, gross, *_ in rows:
        assert net + tax == gross
        read[number, account] += gross
    assert read == booked
    assert {account for number, account in read if number == "RE-9"} > {"8400", "1718"}


def test_a_final_invoice_books_all_and_takes_its_deposits_off_the_debtor() -> None:
    whole, deposit = batch(voucher(amount(), deposits=(amount(gross="59.50"),)))[2:]
    said = [
        [fields(row)[name] for name in ("Konto", "Gegenkonto (ohne BU-Schlüssel)",
         "Soll/Haben-Kennzeichen", "Umsatz (ohne Soll/Haben-Kz)")]
        for row in (whole, deposit)
    ]  # fmt: skip
    assert said == [["10000", "8400", "S", "178,50"], ["10000", "1718", "H", "59,50"]]


@pytest.mark.parametrize(
    ("case", "chart", "account"),
    [
        ("standard", "SKR03", "1718"),
        ("reduced", "SKR03", "1711"),
        ("export", "SKR03", "1710"),
        ("standard", "SKR04", "3272"),
        ("reduced", "SKR04", "3260"),
        ("intra_community", "SKR04", "3250"),
    ],
)
def test_a_deposit_and_its_credit_are_cleared_and_what_is_received_is_owed_to_the_customer(
    case: str, chart: str, account: str
) -> None:
    books = replace(BOOKS, chart=chart)
    clearing = ACCOUNTS[chart]["clearing"]  # type: ignore[index]
    (asked,) = batch(voucher(amount(case), type_code="386", advance=True), books=books)[2:]
    (back,) = batch(voucher(amount(case), type_code="381", sign=-1, advance=True), books=books)[2:]
    step = voucher(amount(case), type_code="386", advance=True, received="in_time")
    (came,) = batch(step, books=books)[2:]
    said = [
        [fields(row)[name] for name in ("Konto", "Soll/Haben-Kennzeichen",
         "Gegenkonto (ohne BU-Schlüssel)")]
        for row in (asked, back, came)
    ]  # fmt: skip
    assert said == [["10000", "S", clearing], ["10000", "H", clearing], [clearing, "S", account]]


def test_a_final_invoice_of_which_nothing_is_left_is_booked_all_the_same() -> None:
    nothing = amount(gross="0.00")
    whole, deposit = batch(voucher(nothing, deposits=(amount(),)))[2:]
    assert fields(whole)["Umsatz (ohne Soll/Haben-Kz)"] == "119,00"
    assert fields(deposit)["Soll/Haben-Kennzeichen"] == "H"


def test_what_cannot_be_booked_is_refused_by_name() -> None:
    with pytest.raises(UnbookableVoucher, match="one financial year"):
        batch(since=date(2025, 12, 31))
    july = replace(BOOKS, year_begins=7)
    assert batch(books=july)[0][12] == "20260701"
    assert batch(books=july, since=date(2026, 5, 1), until=date(2026, 6, 30))[0][12] == "20250701"


def francs(case: str = "standard", gross: str = "119.00", rate: str = "0.9312") -> Amount:
    return amount(case, gross, per_euro=Decimal(rate))


def test_another_currency_is_booked_with_its_rate_and_its_worth_in_euro() -> None:
    (booking,) = batch(voucher(francs(), currency="CHF"))[2:]
    found = fields(booking)
    assert found["Umsatz (ohne Soll/Haben-Kz)"] == "119,00"
    assert (found["WKZ Umsatz"], found["Kurs"]) == ("CHF", "0,931200")
    assert (found["Basis-Umsatz"], found["WKZ Basis-Umsatz"]) == ("127,79", "EUR")


def test_what_datev_has_no_decimals_for_is_booked_in_euro() -> None:
    dinars = amount(gross="11.905", per_euro=Decimal("0.35"))
    (booking,) = batch(voucher(dinars, currency="KWD"))[2:]
    found = fields(booking)
    assert (found["Umsatz (ohne Soll/Haben-Kz)"], found["WKZ Umsatz"]) == ("34,01", "EUR")
    assert not {"Kurs", "Basis-Umsatz", "WKZ Basis-Umsatz"} & found.keys()


def test_a_deposit_leaves_its_account_with_the_euro_that_it_came_with() -> None:
    asked = voucher(francs(gross="59.50", rate="0.95"), currency="CHF", advance=True)
    final = voucher(francs(gross="59.50"), currency="CHF", deposits=asked.amounts)
    (came,) = batch(asked)[2:]
    whole, went = batch(final)[2:]
    assert fields(came)["Basis-Umsatz"] == fields(went)["Basis-Umsatz"] == "62,63"
    assert final.in_euro.gross == Decimal("63.90"), "what is left, at the rate of the supply"
    assert fields(whole)["Umsatz (ohne Soll/Haben-Kz)"] == "119,00"
    assert fields(whole)["Basis-Umsatz"] == "126,53"
    assert fields(whole)["Kurs"] == "0,940488"


def test_no_total_adds_currencies() -> None:
    many = [voucher(amount()), voucher(francs(), currency="CHF", sign=-1)]
    assert totals(many).gross == Decimal("119.00") - Decimal("127.79")
    assert totals(many).net + totals(many).tax == totals(many).gross


cents = st.integers(-100_000, 100_000).map(lambda n: f"{Decimal(n) / 100:.2f}")
vouchers = st.lists(
    st.builds(
        lambda amounts, sign: voucher(*[amount(gross=each) for each in amounts], sign=sign),
        st.lists(cents, min_size=1, max_size=4),
        st.sampled_from([1, -1]),
    ),
    max_size=8,
)


owed = st.integers(1, 100_000).map(lambda n: f"{Decimal(n) / 100:.2f}")
"""What is left of a final invoice, or was paid in advance: never less than nothing."""

foreign = st.lists(
    st.builds(
        lambda amounts, deposits, sign: voucher(
            *[francs(gross=each) for each in amounts],
            deposits=tuple(francs(gross=each, rate="1.07") for each in deposits),
            sign=sign,
            currency="CHF",
        ),
        st.lists(owed, min_size=1, max_size=1),
        st.lists(owed, max_size=2),
        st.sampled_from([1, -1]),
    ),
    max_size=5,
)


@given(foreign)
def test_in_euro_the_bookings_add_up_to_the_documents_too(many: list[Voucher]) -> None:
    content = datev.batch(
        many, BOOKS, since=SINCE, until=UNTIL, made_at=MADE, seller_country="DE", seller_vat_id=None
    )
    booked = datev.owed(datev.read(content))
    assert sum(booked.values(), Decimal(0)) == totals(many).gross


@given(vouchers)
def test_the_bookings_add_up_to_the_documents(many: list[Voucher]) -> None:
    booked = Decimal(0)
    for row in batch(*many)[2:]:
        found = fields(row)
        value = Decimal(found["Umsatz (ohne Soll/Haben-Kz)"].replace(",", "."))
        assert value > 0
        booked += value if found["Soll/Haben-Kennzeichen"] == "S" else -value
    assert booked == totals(many).gross


def test_the_description_of_the_tables_keeps_to_its_grammar() -> None:
    content = gdpdu.index(
        audit.TABLES, seller="Berg & Beutel <GmbH>", location="87435 Kempten", since=SINCE,
        until=UNTIL,
    )  # fmt: skip
    tree = etree.fromstring(content)
    grammar = etree.DTD(io.BytesIO(gdpdu.DTD.split("\n", 1)[1].encode()))
    assert grammar.validate(tree), grammar.error_log
    assert tree.findtext("DataSupplier/Name") == "Berg & Beutel <GmbH>"
    assert [table.findtext("URL") for table in tree.iter("Table")] == [
        table.file for table in audit.TABLES
    ]
    keys = [key.findtext("Name") for key in tree.iter("VariablePrimaryKey")]
    assert keys == [column.name for table in audit.TABLES for column in table.columns[: table.keys]]


def test_a_table_is_read_back_as_it_is_described() -> None:
    table = audit.VOUCHERS
    seen = voucher(amount(), sign=-1, name='Zeile\n"eins"; zwei')
    row = audit._voucher(seen)
    header, found = csv.reader(io.StringIO(gdpdu.csv(table, [row]).decode()), delimiter=";")
    assert header == [column.name for column in table.columns]
    read = dict(zip(header, found, strict=True))
    assert read["Kunde"] == 'Zeile "eins"; zwei'
    assert (read["Brutto"], read["Belegdatum"], read["Faellig"]) == ("-119,00", "24.11.2026", "")


def taxed(category: str, rate: int, **more: object) -> TaxTotal:
    known = {"priced": Decimal(1), "net": Decimal(1), "tax": Decimal(0), "gross": Decimal(1)}
    return TaxTotal(category=category, rate=Decimal(rate), **{**known, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("group", "buyer", "case"),
    [
        (taxed("S", 19), "DE", "standard"),
        (taxed("S", 16, state="DE"), "DE", "standard"),
        (taxed("S", 7), "DE", "reduced"),
        (taxed("S", 20, state="AT"), "AT", "destination"),
        (taxed("K", 0), "AT", "intra_community"),
        (taxed("G", 0), "CH", "export"),
        (taxed("AE", 0), "DE", "reverse_charge"),
        (taxed("AE", 0), "AT", "destination_service"),
        (taxed("E", 0), "DE", "small_business"),
        (taxed("E", 0, vatex="VATEX-EU-F"), "DE", "margin"),
        (taxed("O", 0), "DE", "outside"),
        (taxed("Z", 0), "DE", "zero"),
    ],
)
def test_a_tax_has_its_case_in_the_books(group: TaxTotal, buyer: str, case: str) -> None:
    assert posting._case(group, "DE", buyer) == case


def export(**more: object) -> Export:
    known = {
        "id": "exp_1", "shop": "s", "kind": "datev", "since": SINCE, "until": UNTIL,
        "asked_by": "accountant:a", "asked_at": MADE,
    }  # fmt: skip
    return Export(**{**known, **more})  # type: ignore[arg-type]


def test_an_export_covers_days_in_their_order_and_a_year_at_most() -> None:
    assert export(since=date(2025, 11, 30), until=date(2026, 2, 1)).months == [
        "2025-11", "2025-12", "2026-01", "2026-02",
    ]  # fmt: skip
    with pytest.raises(Refusal, match="before the first"):
        asked(export(until=date(2026, 10, 31)))
    with pytest.raises(Refusal, match="at most 366 days"):
        asked(export(since=date(2025, 11, 1)))
    assert asked(export(until=SINCE)).status == "asked"
