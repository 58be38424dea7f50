"""Issuable: what an invoice lacks, so that the law or the rules of e-invoices would refuse it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from oms.billing.einvoice import exempt, format_of
from oms.billing.invoice import IncompleteInvoice, Invoice
from oms.billing.particulars import particulars
from oms.core.money import minor_units
from oms.core.parties import Party
from oms.master.seller import Seller
from oms.orders.findings import INCOMPLETE, INVOICE, Finding
from oms.tax.places import is_country

MOST_DECIMALS = 2
"""Decimal places of an amount in EN 16931 (BR-DEC-01 to 28)."""

REQUIRED = "required on the invoice"
NO_VAT_ID = "begins with no country's code: not a VAT id"
TOO_FINE = "an e-invoice has two decimal places at most"


def lacking(draft: Invoice) -> dict[str, str]:
    """Faults of a drafted invoice, field -> why; none of one that could be issued and sent.

    Fields are those of the seller (the shop's data), the buyer, and where the goods go. Source:
    §§ 14 (4), 14a (1), (3) UStG; of who gets an e-invoice EN 16931 and XRechnung 3.0 (BR-*).
    """
    shifted = {line.scheme for line in draft.lines if line.category == "AE"}
    categories = {group.category for group in draft.taxes}
    by_id = "K" in categories or bool(shifted - {"home"})
    found = dict(_missing(particulars(draft.seller, draft.buyer, by_id=by_id)))
    if format := format_of(draft):
        found |= dict(_rules_broken(draft, categories))
        if format != "zugferd":
            found |= dict(_missing(_of_xrechnung(draft)))
    return found


def unnamed(seller: Seller, buyer: Party) -> dict[str, str]:
    """Missing names and numbers of both sides, on an invoice of any kind, field -> why."""
    return dict(_missing(particulars(seller, buyer, by_id=False)))


def _missing(wanted: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    return ((path, REQUIRED) for path, text in wanted if not text.strip())


def _rules_broken(draft: Invoice, categories: set[str]) -> Iterator[tuple[str, str]]:
    seller, buyer = draft.seller, draft.buyer
    if minor_units(draft.currency) > MOST_DECIMALS:
        yield "currency", TOO_FINE
    if exempt(draft):
        # BR-O-02 forbids the VAT id, BR-CO-26 wants something else instead.
        other = (seller.tax_number or "").strip() or seller.register or ""
        yield from _missing(iter([("seller.tax_number", other)]))
        return
    ids = {"seller.vat_id": seller.vat_id or "", "buyer.vat_id": buyer.vat_id or ""}
    # BR-G-02; BR-AE-02: § 13b UStG asks for no VAT id of the buyer, the standard does.
    wanted = {"seller.vat_id"} if "G" in categories else set()
    wanted |= {"buyer.vat_id"} if "AE" in categories else set()
    for path, id in ids.items():
        if path in wanted and not id.strip():
            yield path, REQUIRED
        elif id.strip() and not _begins_with_country(id):
            yield path, NO_VAT_ID


def _begins_with_country(id: str) -> bool:
    """BR-CO-09: the prefix is a country's code, EL for Greece, XI for Northern Ireland."""
    return is_country(id[:2]) or id[:2] in ("EL", "XI")


def _of_xrechnung(draft: Invoice) -> Iterator[tuple[str, str]]:
    """Demands of XRechnung beyond EN 16931: BR-DE-3 to 11, 15, PEPPOL-EN16931-R010 and R020."""
    seller, buyer, ship_to = draft.seller, draft.buyer, draft.ship_to
    yield "seller.postal_code", seller.postal_code
    yield "seller.phone", seller.phone or ""
    yield "seller.email", seller.email or ""
    yield "buyer.postal_code", buyer.postal_code
    yield "ship_to.city", ship_to.city
    yield "ship_to.postal_code", ship_to.postal_code


def finding(lacks: Mapping[str, str]) -> Finding:
    """Finding of the intake: an order whose invoice could not be issued sends nothing out."""
    if not lacks:
        return Finding(INVOICE, "pass")
    said = "; ".join(f"{field}: {why}" for field, why in sorted(lacks.items()))
    return Finding(
        INVOICE,
        "hold",
        INCOMPLETE,
        f"The invoice could not be issued: {said}. Enter what is the seller's in the shop, what is "
        "the buyer's by a change of the order.",
        text_de=f"Die Rechnung ließe sich nicht ausstellen: {said}. Was zum Verkäufer fehlt, "
        "gehört in den Shop, was zum Käufer fehlt, in eine Änderung des Auftrags.",
        data={"fields": dict(lacks)},
    )


def demand_issuable(invoice: Invoice) -> None:
    """Raise IncompleteInvoice unless the invoice could be sent once it is issued."""
    if lacks := lacking(invoice):
        text = f"The invoice could not be issued: {', '.join(sorted(lacks))}"
        raise IncompleteInvoice("incomplete_invoice", text, lacks)
