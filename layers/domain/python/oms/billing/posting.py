"""Posting: an issued document as the voucher that the books take."""

from __future__ import annotations

from decimal import Decimal

from oms.billing.books import Amount, Voucher
from oms.billing.invoice import TYPE_CODES, Invoice, TaxTotal
from oms.master.bookkeeping import Case
from oms.tax.cases import MULTI_PURPOSE
from oms.tax.exchange import Exchange

MARGIN_SCHEMES = ("VATEX-EU-F", "VATEX-EU-I", "VATEX-EU-J")
VOUCHERS = (MULTI_PURPOSE.german, MULTI_PURPOSE.union)
"""The reason that an invoice gives for taking no tax on a multi-purpose voucher."""

BY_CATEGORY: dict[str, Case] = {
    "K": "intra_community",
    "G": "export",
    "AE": "reverse_charge",
    "O": "outside",
    "Z": "zero",
}


def voucher_of(id: str, invoice: Invoice) -> Voucher:
    """The voucher of a document, with one amount for each tax rate."""
    buyer = invoice.buyer
    return Voucher(
        id=id,
        number=invoice.number,
        type_code=TYPE_CODES[invoice.kind],
        sign=-1 if invoice.kind == "credit_note" else 1,
        issued_on=invoice.issued_on,
        supplied_on=invoice.supplied_on,
        order=invoice.order_id,
        external_number=invoice.external_number,
        customer=buyer.number or "",
        name=buyer.company or buyer.name,
        country=buyer.country,
        destination=invoice.ship_to.country,
        vat_id=buyer.vat_id,
        currency=invoice.currency,
        amounts=tuple(_amount(group, invoice, invoice.exchange) for group in invoice.taxes),
        deposits=tuple(
            _amount(group, invoice, deposit.exchange)
            for deposit in invoice.deposits
            for group in deposit.taxes
        ),
        net=invoice.net,
        tax=invoice.tax,
        gross=invoice.gross,
        due_on=invoice.terms.due_on if invoice.terms else None,
        advance=invoice.advance,
        original=invoice.original.number if invoice.original else "",
        business=invoice.buyer_type == "B2B",
    )


def tax_in_euro(invoice: Invoice) -> Decimal | None:
    """The tax of a document in another currency, in EUR (Art. 230 of the Directive 2006/112/EC).

    None for one in euro, and where the rate that it was estimated with is none.
    """
    if invoice.exchange is None or not invoice.exchange.source:
        return None
    return voucher_of("", invoice).in_euro.tax


def deducted_tax_in_euro(invoice: Invoice) -> Decimal:
    """The tax of the deposits that a final invoice deducts, in EUR: as it was due on their money.

    It was taxed at the rates of the months in which that came (§ 16 (6) UStG); what is left to pay
    is taxed at the rate of the supply (`tax_in_euro`).
    """
    deposits = voucher_of("", invoice).deposits
    return sum((each.in_euro.tax for each in deposits), Decimal(0))


def _amount(group: TaxTotal, invoice: Invoice, exchange: Exchange | None) -> Amount:
    home = invoice.seller.country
    return Amount(
        case=_case(group, home, invoice.buyer.country),
        category=group.category,
        rate=group.rate,
        state=group.state or home,
        net=group.net,
        tax=group.tax,
        gross=group.gross,
        per_euro=exchange.per_euro if exchange else Decimal(1),
    )


def _case(group: TaxTotal, home: str, buyer: str) -> Case:
    if group.category in ("S", "Z") and group.state not in (None, home):
        return "destination"
    if group.category == "AE" and buyer != home:
        return "destination_service"
    if group.category == "S":
        # 19 and 16 percent were the standard rates of Germany, 7 and 5 its reduced ones.
        return "standard" if group.rate > Decimal(10) else "reduced"
    if group.category == "E":
        return "margin" if group.vatex in MARGIN_SCHEMES else "small_business"
    if group.category == "O" and group.reason in VOUCHERS:
        return "voucher"
    return BY_CATEGORY[group.category]
