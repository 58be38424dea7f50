"""A set invoice says what the invoice says, is a PDF/A-3b, and never changes its bytes."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pypdf
import pytest
import zxingcpp
from msgspec.structs import replace
from pypdf.generic import StreamObject

from oms.billing.amounts import draft_invoice
from oms.billing.invoice import Invoice, Sale, Shipment, Sold
from oms.billing.invoice_texts import payment_text
from oms.core.parties import Party
from oms.master.seller import Bank, Seller
from oms.payments.girocode import transfer_of
from oms_aws.papers.invoices import invoice_sheet
from oms_aws.papers.press import compiled
from oms_aws.papers.typesetting import typeset, typeset_reminder
from oms_aws.platform.wording import amount_text, date_text, money_text
from tests.world import papers
from tests.world.pictures import grey
from tests.world.reminders import reminder

LAYERS = Path(__file__).parents[3] / "layers"
SELLER = Seller(
    name="Berg&Beutel GmbH",
    line1="Alpenstr. 12",
    postal_code="80331",
    city="München",
    country="DE",
    vat_id="DE136695976",
    register="Amtsgericht München, HRB 234567",
    email="service@berg-beutel.example",
    bank=Bank("Stadtsparkasse München", "DE02 7015 0000 0000 5949 37", "SSKMDEMMXXX"),
)
BUYER = Party(
    name="Jörg Müller",
    line1="Ringstr. 5",
    postal_code="80331",
    city="München",
    country="DE",
    number="C-17",
)
HOSTILE = (
    "#panic()",
    "*x* _y_ $z$ `raw` @ref <label> // gone",
    "<script>alert(1)</script>",
    '"); #read("/etc/passwd")',
    "\\u{41} \\ #[x] ~ -- ...",
)


def invoice(lines: int = 3, **changes: Any) -> Invoice:
    goods = tuple(
        Sold(str(i), f"SKU-{i}", f"Artikel {i}", 1 + i % 3, Decimal("19.90"), category)
        for i, category in zip(range(1, lines + 1), ["standard", "reduced"] * lines, strict=False)
    )
    sale = Sale(
        order_id="ord_1",
        external_number="BB-10001",
        currency="EUR",
        price_mode="gross",
        locale="de",
        seller=SELLER,
        buyer=BUYER,
        buyer_type="B2C",
        ship_to=BUYER,
        goods=goods,
        shipping=Decimal("4.90"),
        payment=payment_text("paypal", "de"),
    )
    sale = replace(sale, **changes)
    day = date(2026, 11, 23)
    shipment = Shipment(fulfilment_id="ful_1", ship_from="DE", supplied_on=day, sold=sale.goods)
    return draft_invoice(sale, shipment, number="RE-2026-000123", issued_on=day, earlier=())


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def words(pdf: bytes) -> str:
    return " ".join(" ".join(pages(pdf)).split())


def test_the_document_shows_every_particular_of_the_law() -> None:
    text = words(typeset(invoice()))
    for particular in (
        "Berg&Beutel GmbH",
        "Alpenstr. 12",
        "DE136695976",
        "Jörg Müller",
        "Ringstr. 5",
        "Rechnung RE-2026-000123",
        "Rechnungsdatum 23.11.2026",
        "Lieferdatum 23.11.2026",
        "Bestellnummer BB-10001",
        "Artikel 2",
        "SKU-2",
        "Versandkosten",
        "Bezahlt mit PayPal.",
        "Seite 1 von 1",
    ):
        assert particular in text


def test_the_document_shows_net_rate_and_tax_of_each_rate() -> None:
    drafted = invoice()
    text = words(typeset(drafted))
    for group in drafted.taxes:
        for amount in (group.net, group.tax, group.gross):
            assert amount_text(amount, "EUR", "de") in text
    assert money_text(drafted.gross, "EUR", "de").replace("\u00a0", " ") in text


def test_it_is_a_pdf_a_3b_of_the_size_a4_with_a_title() -> None:
    reader = pypdf.PdfReader(io.BytesIO(typeset(invoice())))
    stream = reader.root_object["/Metadata"].get_object()
    assert isinstance(stream, StreamObject)
    xmp = stream.get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in xmp
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == [595, 842]
    assert reader.metadata is not None
    assert reader.metadata.title == "Rechnung RE-2026-000123"


def test_the_same_invoice_gives_the_same_bytes() -> None:
    assert typeset(invoice()) == typeset(invoice())


def test_another_process_gives_the_same_bytes(tmp_path: Path) -> None:
    file = tmp_path / "invoice.json"
    file.write_bytes(msgspec.json.encode(invoice()))
    script = (
        "import hashlib, sys, msgspec; from pathlib import Path;"
        "from oms.billing.invoice import Invoice; from oms_aws.papers.typesetting import typeset;"
        "drafted = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Invoice);"
        "sys.stdout.write(hashlib.sha256(typeset(drafted)).hexdigest())"
    )
    layers = [str(LAYERS / name / "python") for name in ("domain", "aws", "typesetting")]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(layers),
        "PYTHONHASHSEED": "7",
        "TZ": "Asia/Tokyo",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    told = subprocess.run(
        [sys.executable, "-c", script, str(file)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == hashlib.sha256(typeset(invoice())).hexdigest()


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_in_names_stays_text(text: str) -> None:
    buyer = replace(BUYER, name=text, line1=text, city=text, company=text)
    goods = (Sold("1", text, text, 1, Decimal(10), "standard"),)
    printed = words(typeset(invoice(buyer=buyer, goods=goods)))
    assert "".join(printed.split()).count("".join(text.split())) >= 5


def test_two_thousand_lines_repeat_the_head_and_count_the_pages() -> None:
    reader = pypdf.PdfReader(io.BytesIO(typeset(invoice(lines=2000))))
    count = len(reader.pages)
    printed = [reader.pages[i].extract_text() for i in (0, 1, count // 2, count - 2, count - 1)]
    assert all("Einzelpreis" in page for page in printed[:-1])
    assert f"Seite {count} von {count}" in printed[-1]
    assert "SKU-2000" in " ".join(printed[-2:])


def test_a_long_table_carries_its_sum_over_to_the_next_page() -> None:
    made = invoice(lines=90)
    printed = pages(typeset(made))
    ends = [re.findall(r"Übertrag\s+([\d.,]+)", page) for page in printed]
    with_rows = [n for n, page in enumerate(printed) if "SKU-" in page]
    assert len(with_rows) > 2
    sums, so_far = [], Decimal(0)
    for n in with_rows:
        numbers = {int(number) for number in re.findall(r"SKU-(\d+)", printed[n])}
        so_far += sum(line.total for line in made.lines if int(line.number) in numbers)
        sums.append(amount_text(so_far, "EUR", "de"))
    assert ends[0] == [sums[0]]
    for n in with_rows[1:-1]:
        assert sorted(ends[n]) == sorted([sums[n - 1], sums[n]])
    assert ends[with_rows[-1]] == [sums[with_rows[-1] - 1]]


def test_a_short_table_carries_nothing_over() -> None:
    assert "Übertrag" not in words(typeset(invoice(lines=3)))


def test_a_long_name_stands_whole_in_the_head_of_the_second_page() -> None:
    name = (
        "Gesellschaft zur Förderung der Donaudampfschifffahrtselektrizitätenhauptbetriebswerk" * 2
    )
    second = pages(typeset(invoice(lines=60, seller=replace(SELLER, name=name))))[1]
    assert name in "".join(second.split("\n")).replace("- ", "")


def test_reductions_have_a_subtotal_of_each_kind() -> None:
    goods = tuple(
        Sold(
            str(n), f"SKU-{n}", "Ware", 2, Decimal("10.00"), category,
            discount=Decimal(n), order_discount=Decimal("0.50"),
        )
        for n, category in enumerate(("standard", "reduced", "standard"), 1)
    )  # fmt: skip
    said = words(typeset(invoice(goods=goods)))
    assert "darin Rabatte auf Positionen -6,00" in said
    assert "Zwischensumme 54,00" in said
    assert "Rabatte auf die Bestellung zusammen -1,50" in said


def test_text_has_no_invisible_marks_when_it_is_copied() -> None:
    long = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"
    goods = (Sold("1", long, f"Ein {long}", 1, Decimal("19.90"), "standard"),)
    pdf = typeset(invoice(goods=goods, seller=replace(SELLER, name=long)))
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    text = "".join(page.extract_text() for page in reader.pages)
    assert not {"\u200b", "\ufffc"} & set(text)
    assert long in "".join(text.split())
    assert "\u200b" not in str(reader.metadata)


def test_an_export_in_english_names_the_country_and_the_reason() -> None:
    zurich = replace(BUYER, postal_code="8001", city="Zürich", country="CH")
    printed = words(typeset(invoice(buyer=zurich, ship_to=zurich, locale="en")))
    for part in ("Invoice RE-2026-000123", "SWITZERLAND", "23 Nov 2026", "Art. 146", "exempt"):
        assert part in printed
    assert "include VAT" not in printed


def test_a_delivery_to_another_address_is_shown() -> None:
    elsewhere = replace(BUYER, name="Lager Nord", line1="Kai 3", city="Kiel", postal_code="24103")
    printed = words(typeset(invoice(ship_to=elsewhere)))
    assert "Lieferanschrift" in printed
    assert "Lager Nord, Kai 3, 24103 Kiel" in printed


def test_an_address_in_the_united_kingdom_ends_with_its_postcode() -> None:
    london = replace(BUYER, postal_code="SW1A 1AA", city="London", country="GB")
    address = invoice_sheet(invoice(buyer=london, ship_to=london))["address"]
    assert address[-3:] == ["London", "SW1A 1AA", "VEREINIGTES KÖNIGREICH"]


def test_importing_the_module_does_not_load_the_compiler() -> None:
    layers = os.pathsep.join(str(LAYERS / name / "python") for name in ("domain", "aws"))
    script = "import sys, oms_aws.papers.typesetting; sys.exit('typst' in sys.modules)"
    environment = os.environ | {"PYTHONPATH": layers, "PYTHONDONTWRITEBYTECODE": "1"}
    assert subprocess.run([sys.executable, "-c", script], env=environment).returncode == 0


@pytest.mark.parametrize(
    ("amount", "currency", "german", "english"),
    [
        ("1234567.5", "EUR", "1.234.567,50\u00a0€", "€1,234,567.50"),
        ("48601", "JPY", "48.601\u00a0JPY", "JPY\u00a048,601"),
        ("0.0125", "EUR", "0,0125\u00a0€", "€0.0125"),
        ("1E+3", "CHF", "1.000,00\u00a0CHF", "CHF\u00a01,000.00"),
        ("-4.90", "USD", "-4,90\u00a0US$", "US$-4.90"),
    ],
)
def test_money_is_written_as_the_language_does(
    amount: str, currency: str, german: str, english: str
) -> None:
    assert money_text(Decimal(amount), currency, "de") == german
    assert money_text(Decimal(amount), currency, "en") == english


def test_dates_are_written_as_the_language_does() -> None:
    assert date_text(date(2026, 3, 1), "de") == "01.03.2026"
    assert date_text(date(2026, 3, 1), "en") == "1 Mar 2026"


def picture(paper: Invoice, logo: bytes | None = None) -> bytes:
    """The first page as a picture, as a scanner reads it."""
    made = compiled(invoice_sheet(paper), paper.issued_on, logo=logo, format="png", ppi=120)
    png: bytes = made if isinstance(made, bytes) else made[0]
    return png


def codes(png: bytes) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(grey(png))]


def test_the_code_on_the_page_is_read_as_the_transfer_that_pays_it() -> None:
    paper = papers.plain()
    assert codes(picture(paper)) == [transfer_of(paper)]
    assert "Verwendungszweck RE-2026-000001" in words(typeset(paper))
    assert "IBAN DE02 1203 0000 0000 2020 51" in words(typeset(paper))


def test_the_code_keeps_umlauts() -> None:
    seller = replace(papers.SELLER, name="Äpfel & Öl Großhändler")
    paper = replace(papers.plain(), seller=seller)
    (found,) = zxingcpp.read_barcodes(grey(picture(paper)))
    assert found.bytes.decode() == transfer_of(paper)


def test_what_is_paid_has_no_code() -> None:
    paid = replace(papers.plain(), method="paypal", paid=papers.plain().gross)
    assert codes(picture(paid)) == []
    assert "Verwendungszweck" not in words(typeset(paid))


def test_letters_that_ask_for_money_say_how_much_until_when_and_carry_the_code() -> None:
    letter = reminder(level=2)
    text = words(typeset_reminder(letter))
    for part in ("2. Mahnung", "RE-2026-000002", "Mahngebühr", "10,27 % Zinsen", "201,79 €"):
        assert part in text
    assert "letztmalig auf, 201,79 € bis zum 31.12.2026" in text
    assert letter.total == Decimal("201.79")


def test_a_friendly_reminder_costs_nothing() -> None:
    text = words(typeset_reminder(reminder(level=0, locale="en")))
    assert "Payment reminder" in text
    assert "Please transfer €195.56 by 31 Dec 2026." in text
    assert not {"fee", "Interest"} & set(text.split())


def test_letters_keep_their_bytes_and_their_shops_words() -> None:
    letter = replace(reminder(level=1), intro="Hallo.", closing="Danke.")
    assert typeset_reminder(letter) == typeset_reminder(letter)
    assert {"Hallo.", "Danke."} <= set(words(typeset_reminder(letter)).split())


def test_a_letter_over_many_invoices_goes_over_several_pages() -> None:
    assert len(pages(typeset_reminder(reminder(level=1, items=200)))) > 3
