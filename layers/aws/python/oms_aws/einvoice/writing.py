"""The XML of a document in the form that its buyer gets."""

from __future__ import annotations

from oms.billing.einvoice import en16931
from oms.billing.invoice import Invoice
from oms.core.documents import Format
from oms_aws.einvoice import cii, ubl

EN16931 = "urn:cen.eu:en16931:2017"
XRECHNUNG = f"{EN16931}#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
PEPPOL = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"


def written(invoice: Invoice, format: Format) -> bytes:
    """The e-invoice of a document: the same bytes whenever it is written again.

    ZUGFeRD 2.5 / Factur-X 1.09, profile EN 16931; or XRechnung 3.0.2 in UBL 2.1 or CII D16B.
    """
    said = en16931(invoice)
    if format == "zugferd":
        return cii.written(said, specification=EN16931)
    write = ubl.written if format == "xrechnung-ubl" else cii.written
    return write(said, specification=XRECHNUNG, process=PEPPOL)
