"""A hybrid invoice is a PDF/A-3b that Factur-X readers take, for every kind of document."""

from __future__ import annotations

import hashlib
import io
import re

import facturx
import pypdf
import pytest
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from oms.billing.invoice import Invoice
from oms.core.documents import Kind
from oms_aws.einvoice.hybrid import NotHybrid, labelled
from oms_aws.einvoice.writing import written
from oms_aws.papers.typesetting import typeset
from tests.world import papers

KINDS = {invoice.kind: invoice for invoice in reversed([*papers.of_every_kind("gross")])}
TITLES: dict[Kind, str] = {
    "invoice": "Rechnung RE-2026-000001",
    "partial": "Rechnung RE-2026-000001",
    "prepayment": "Anzahlungsrechnung AN-2026-000001",
    "final": "Schlussrechnung RE-2026-2",
    "collective": "Sammelrechnung SR-2026-000001",
    "credit_note": "Rechnungskorrektur RK-2026-000001",
    "corrected": "Berichtigte Rechnung RE-2026-3",
}


def reader(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf), strict=True)


def set_with_xml(invoice: Invoice) -> bytes:
    return typeset(invoice, written(invoice, "zugferd"))


def xmp(pdf: bytes) -> str:
    stream = reader(pdf).root_object["/Metadata"].get_object()
    assert isinstance(stream, StreamObject)
    return stream.get_data().decode()


@pytest.mark.parametrize("kind", TITLES)
def test_the_paper_of_every_kind_says_what_it_is_and_carries_its_xml(kind: Kind) -> None:
    invoice = KINDS[kind]
    pdf = set_with_xml(invoice)
    text = " ".join(page.extract_text() for page in reader(pdf).pages)
    assert TITLES[kind] in text
    assert "Gutschrift" not in text
    if invoice.original:
        assert invoice.original.number in text
    for deposit in invoice.deposits:
        assert deposit.number in text
    name, xml = facturx.get_xml_from_pdf(pdf, check_xsd=True, check_schematron=False)
    assert name == "factur-x.xml"
    assert xml == written(invoice, "zugferd")
    assert facturx.get_level(facturx.facturx.etree.fromstring(xml)) == "en16931"


def test_its_metadata_name_the_xml() -> None:
    said = xmp(set_with_xml(papers.plain()))
    for part in (
        "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>",
        "<fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>",
        "<fx:DocumentType>INVOICE</fx:DocumentType>",
        "<fx:Version>1.0</fx:Version>",
        "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#",
        "<pdfaid:part>3</pdfaid:part>",
    ):
        assert part in said


def test_the_attachment_is_the_alternative_of_the_paper() -> None:
    root = reader(set_with_xml(papers.plain())).root_object
    listed = root["/AF"]
    assert isinstance(listed, ArrayObject)
    (file,) = (each.get_object() for each in listed)
    assert isinstance(file, DictionaryObject)
    assert str(file["/AFRelationship"]) == "/Alternative"
    held = file["/EF"]
    assert isinstance(held, DictionaryObject)
    stream = held["/F"]
    assert isinstance(stream, DictionaryObject)
    assert str(stream["/Subtype"]) == "/text/xml"


def test_every_object_is_where_the_table_of_offsets_says() -> None:
    pdf = set_with_xml(papers.plain())
    start = int(re.findall(rb"startxref\n(\d+)", pdf)[-1])
    assert pdf[start : start + 4] == b"xref"
    offsets = [int(o) for o in re.findall(rb"(\d{10}) \d{5} n", pdf[start:])]
    for number, offset in enumerate(offsets, 1):
        assert pdf[offset:].startswith(b"%d 0 obj" % number)


def test_the_bytes_are_the_same_whenever_it_is_set() -> None:
    digests = {hashlib.sha256(set_with_xml(papers.plain())).digest() for _ in range(3)}
    assert len(digests) == 1


def test_a_pdf_of_another_making_is_not_touched() -> None:
    with pytest.raises(NotHybrid):
        labelled(b"%PDF-1.7 something else")
