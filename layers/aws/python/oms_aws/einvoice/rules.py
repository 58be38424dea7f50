"""Checks an e-invoice against the official rules: the schema of its syntax, EN 16931, XRechnung."""

from __future__ import annotations

from functools import cache
from typing import Any

from lxml import etree
from msgspec import Struct
from saxonche import PySaxonProcessor

from einvoice_rules import FOLDER
from oms.core.documents import Format

_UBL = "ubl/maindoc/UBL-{}-2.1.xsd"
_UBL_SCHEMAS = {name: _UBL.format(name) for name in ("Invoice", "CreditNote")}
_SCHEMAS: dict[Format, dict[str, str]] = {
    "zugferd": {"CrossIndustryInvoice": "facturx/Factur-X_EN16931.xsd"},
    "xrechnung-ubl": _UBL_SCHEMAS,
    "xrechnung-cii": {"CrossIndustryInvoice": "cii/FACTUR-X_EN16931.xsd"},
}
"""By format: root element -> its schema. XRechnung takes CII as UN/CEFACT's D16B has it."""
_RULES: dict[Format, tuple[str, ...]] = {
    "zugferd": ("facturx/FACTUR-X_EN16931.xslt",),
    "xrechnung-ubl": ("cen/EN16931-UBL-validation.xsl", "xrechnung/XRechnung-UBL-validation.xsl"),
    "xrechnung-cii": ("cen/EN16931-CII-validation.xsl", "xrechnung/XRechnung-CII-validation.xsl"),
}
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_WARNINGS = ("warning", "information")


class Fault(Struct, frozen=True):
    """A rule that does not hold: its id, as in `BR-CO-15`, its text, and how much it matters."""

    rule: str
    text: str
    fatal: bool = True


def checked(content: bytes, format: Format) -> tuple[Fault, ...]:
    """Faults of an e-invoice, in the rules' own words; none of one that may leave.

    A document that its schema does not allow is not looked at further.
    """
    try:
        document = etree.fromstring(content)
    except etree.XMLSyntaxError as error:
        return (Fault("XML", str(error)),)
    name = etree.QName(document).localname
    if name not in _SCHEMAS[format]:
        return (Fault("XSD", f"{name} is no invoice as {format}"),)
    schema = _schema(_SCHEMAS[format][name])
    if not schema.validate(document):
        return tuple(Fault("XSD", str(each.message)) for each in schema.error_log)
    return tuple(fault for path in _RULES[format] for fault in _broken(content, path))


def _broken(content: bytes, path: str) -> list[Fault]:
    node = _saxon().parse_xml(xml_text=content.decode())
    report = _stylesheet(path).transform_to_string(xdm_node=node)
    return [
        Fault(
            rule=failed.get("id") or "unnamed",
            text=" ".join("".join(failed.itertext()).split()),
            fatal=failed.get("flag") not in _WARNINGS,
        )
        for failed in etree.fromstring(report.encode()).iter(f"{_SVRL}failed-assert")
    ]


@cache
def _schema(name: str) -> Any:
    return etree.XMLSchema(etree.parse(str(FOLDER / name)))


@cache
def _saxon() -> Any:
    """The one processor of this process: Saxon crashes when a second one is made."""
    return PySaxonProcessor(license=False)


@cache
def _stylesheet(name: str) -> Any:
    return _saxon().new_xslt30_processor().compile_stylesheet(stylesheet_file=str(FOLDER / name))
