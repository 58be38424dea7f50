"""Makes a PDF/A-3 with an attached XML a Factur-X/ZUGFeRD one: its metadata name the XML."""

from __future__ import annotations

import re

FILE = "factur-x.xml"
_NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_PROPERTIES = (
    ("DocumentFileName", "The name of the embedded XML document", FILE),
    ("DocumentType", "The type of the hybrid document in capital letters", "INVOICE"),
    ("Version", "The version of the XML schema of the embedded XML document", "1.0"),
    ("ConformanceLevel", "The conformance level of the embedded XML document", "EN 16931"),
)
_STREAM = re.compile(
    rb"/Length (\d+)(/Type/Metadata/Subtype/XML>>\s*stream\n)(.*?)(\nendstream)", re.DOTALL
)
_SCHEMAS = b"<pdfaExtension:schemas><rdf:Bag>"
_XREF = re.compile(rb"xref\n0 (\d+)\n((?:\d{10} \d{5} [fn][ \r]?[\r\n])+)")
_START = re.compile(rb"startxref\n(\d+)\n%%EOF")


class NotHybrid(Exception):
    """The PDF is not laid out as the compiler lays it out; nothing was changed."""


def labelled(pdf: bytes) -> bytes:
    """The PDF with the Factur-X properties in its XMP metadata (Factur-X 1.09, section 6.2).

    PDF/A-3 demands that properties of a schema that is not its own are described in the same
    metadata. The table of offsets is moved by what the metadata grew. Raises NotHybrid.
    """
    found = list(_STREAM.finditer(pdf))
    if len(found) != 1 or _SCHEMAS not in found[0][3]:
        raise NotHybrid("no metadata where they should be")
    (stream,) = found
    xmp = stream[3].replace(_SCHEMAS, _SCHEMAS + _schema(), 1)
    xmp = xmp.replace(b"</rdf:RDF>", _values() + b"</rdf:RDF>", 1)
    length = b"/Length %d" % len(xmp)
    grown = pdf[: stream.start()] + length + stream[2] + xmp + stream[4] + pdf[stream.end() :]
    return _moved(grown, behind=stream.start(), by=len(grown) - len(pdf))


def _moved(pdf: bytes, *, behind: int, by: int) -> bytes:
    """The PDF with every offset behind a place moved."""
    table, start = _XREF.search(pdf, behind), _START.search(pdf, behind)
    if table is None or start is None:
        raise NotHybrid("no table of offsets")

    def entry(match: re.Match[bytes]) -> bytes:
        offset = int(match[1])
        return b"%010d %s n" % (offset + by if offset > behind else offset, match[2])

    entries = re.sub(rb"(\d{10}) (\d{5}) n", entry, table[2])
    pdf = pdf[: table.start(2)] + entries + pdf[table.end(2) :]
    return pdf[: start.start(1)] + b"%d" % (int(start[1]) + by) + pdf[start.end(1) :]


def _values() -> bytes:
    values = "".join(f"<fx:{name}>{value}</fx:{name}>" for name, _, value in _PROPERTIES)
    text = f'<rdf:Description rdf:about="" xmlns:fx="{_NAMESPACE}">{values}</rdf:Description>'
    return text.encode()


def _schema() -> bytes:
    properties = "".join(
        '<rdf:li rdf:parseType="Resource">'
        f"<pdfaProperty:name>{name}</pdfaProperty:name>"
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType>"
        "<pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{text}</pdfaProperty:description></rdf:li>"
        for name, text, _ in _PROPERTIES
    )
    return (
        '<rdf:li rdf:parseType="Resource">'
        "<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>"
        f"<pdfaSchema:namespaceURI>{_NAMESPACE}</pdfaSchema:namespaceURI>"
        "<pdfaSchema:prefix>fx</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property></rdf:li>"
    ).encode()
