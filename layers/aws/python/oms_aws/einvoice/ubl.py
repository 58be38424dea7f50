"""Writes UBL 2.1 invoices and credit notes, as XRechnung takes them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from oms.billing.einvoice import Adjustment, Breakdown, EInvoice, Item, exempt
from oms.billing.invoice import TYPE_CODES, Invoice, Reference
from oms.core.parties import Party
from oms.master.seller import Seller
from oms.tax.exchange import EURO
from oms_aws.einvoice.cii import PIECE, identified_by, preceding, rate_said
from oms_aws.einvoice.xml import Node, Vocabulary, document, money_text, number_text

_AT = "urn:oasis:names:specification:ubl:schema:xsd"
_PARTS = {"cac": f"{_AT}:CommonAggregateComponents-2", "cbc": f"{_AT}:CommonBasicComponents-2"}
_invoice = Vocabulary({"ubl": f"{_AT}:Invoice-2", **_PARTS})
_credit_note = Vocabulary({"ubl": f"{_AT}:CreditNote-2", **_PARTS})
_el = Vocabulary(_PARTS)


def written(said: EInvoice, *, specification: str, process: str | None = None) -> bytes:
    """The invoice as UBL; `specification` is BT-24, `process` BT-23."""
    invoice = said.invoice
    credit = invoice.kind == "credit_note"
    root, name = (_credit_note, "CreditNote") if credit else (_invoice, "Invoice")
    due = None if credit or invoice.terms is None else invoice.terms.due_on
    return document(
        root(
            f"ubl:{name}",
            _el("cbc:CustomizationID", specification),
            _el("cbc:ProfileID", process or ""),
            _el("cbc:ID", invoice.number),
            _el("cbc:IssueDate", invoice.issued_on.isoformat()),
            _day("cbc:DueDate", due),
            _el(f"cbc:{name}TypeCode", TYPE_CODES[invoice.kind]),
            _el("cbc:Note", "\n".join([*invoice.notes, *filter(None, [invoice.reason])])),
            _el("cbc:DocumentCurrencyCode", invoice.currency),
            _el("cbc:TaxCurrencyCode", "" if said.tax_in_euro is None else EURO),
            _el("cbc:BuyerReference", invoice.leitweg_id or ""),
            _period(invoice),
            _order(invoice),
            *(_preceding(each) for each in preceding(invoice)),
            _seller(invoice.seller, outside=exempt(invoice)),
            _buyer(invoice),
            _delivery(invoice),
            _means(said),
            _el("cac:PaymentTerms", _el("cbc:Note", said.terms or "")),
            *(_adjustment(each, invoice.currency) for each in said.adjustments),
            _taxes(said),
            _tax_in_euro(said),
            _totals(said),
            *(_line(item, said, credit=credit) for item in said.items),
        )
    )


def _day(name: str, day: date | None) -> Node:
    return _el(name, day.isoformat() if day else "")


def _period(invoice: Invoice) -> Node:
    since, until = invoice.period or (None, None)
    return _el("cac:InvoicePeriod", _day("cbc:StartDate", since), _day("cbc:EndDate", until))


def _order(invoice: Invoice) -> Node:
    """BT-13 and BT-14; UBL demands the first where there is the second, and takes NA for none."""
    if not (invoice.purchase_order or invoice.external_number):
        return None
    return _el(
        "cac:OrderReference",
        _el("cbc:ID", invoice.purchase_order or "NA"),
        _el("cbc:SalesOrderID", invoice.external_number),
    )


def _preceding(reference: Reference) -> Node:
    return _el(
        "cac:BillingReference",
        _el(
            "cac:InvoiceDocumentReference",
            _el("cbc:ID", reference.number),
            _el("cbc:IssueDate", reference.issued_on.isoformat()),
        ),
    )


def _seller(seller: Seller, *, outside: bool) -> Node:
    id = identified_by(seller, outside=outside)
    party = _el(
        "cac:Party",
        _el("cbc:EndpointID", seller.email or "", schemeID="EM"),
        _el("cac:PartyIdentification", _el("cbc:ID", id)),
        _address("cac:PostalAddress", seller),
        None if outside else _registration(seller.vat_id, "VAT"),
        _registration(seller.tax_number, "FC"),
        _el(
            "cac:PartyLegalEntity",
            _el("cbc:RegistrationName", seller.name),
            _el("cbc:CompanyLegalForm", seller.register or ""),
        ),
        _el(
            "cac:Contact",
            _el("cbc:Name", seller.contact_name),
            _el("cbc:Telephone", seller.phone or ""),
            _el("cbc:ElectronicMail", seller.email or ""),
        ),
    )
    return _el("cac:AccountingSupplierParty", party)


def _buyer(invoice: Invoice) -> Node:
    buyer = invoice.buyer
    scheme = "0204" if invoice.leitweg_id else "EM"
    party = _el(
        "cac:Party",
        _el("cbc:EndpointID", invoice.leitweg_id or buyer.email or "", schemeID=scheme),
        _el("cac:PartyIdentification", _el("cbc:ID", buyer.number or "")),
        _address("cac:PostalAddress", buyer),
        None if exempt(invoice) else _registration(buyer.vat_id, "VAT"),
        _el("cac:PartyLegalEntity", _el("cbc:RegistrationName", buyer.company or buyer.name)),
        _el("cac:Contact", _el("cbc:Name", buyer.name if buyer.company else "")),
    )
    return _el("cac:AccountingCustomerParty", party)


def _registration(id: str | None, scheme: str) -> Node:
    if not (id or "").strip():
        return None
    return _el(
        "cac:PartyTaxScheme",
        _el("cbc:CompanyID", id or ""),
        _el("cac:TaxScheme", _el("cbc:ID", scheme)),
    )


def _address(name: str, party: Seller | Party) -> Node:
    region = party.region if isinstance(party, Party) else None
    return _el(
        name,
        _el("cbc:StreetName", party.line1),
        _el("cbc:AdditionalStreetName", party.line2 or ""),
        _el("cbc:CityName", party.city),
        _el("cbc:PostalZone", party.postal_code),
        _el("cbc:CountrySubentity", region or ""),
        _el("cac:Country", _el("cbc:IdentificationCode", party.country)),
    )


def _delivery(invoice: Invoice) -> Node:
    to = invoice.ship_to
    day = None if invoice.kind == "prepayment" else invoice.supplied_on
    return _el(
        "cac:Delivery",
        _day("cbc:ActualDeliveryDate", day),
        _el("cac:DeliveryLocation", _address("cac:Address", to)),
        _el("cac:DeliveryParty", _el("cac:PartyName", _el("cbc:Name", to.company or to.name))),
    )


def _means(said: EInvoice) -> Node:
    bank = said.invoice.seller.bank
    account = None
    if bank is not None and said.means.by_bank:
        account = _el(
            "cac:PayeeFinancialAccount",
            _el("cbc:ID", bank.iban.replace(" ", "")),
            _el("cbc:Name", said.invoice.seller.name),
            _el("cac:FinancialInstitutionBranch", _el("cbc:ID", bank.bic or "")),
        )
    return _el(
        "cac:PaymentMeans",
        _el("cbc:PaymentMeansCode", said.means.code, name=said.means.text),
        _el("cbc:PaymentID", said.invoice.number),
        account,
    )


def _amount(name: str, value: Decimal, currency: str) -> Node:
    return _el(name, money_text(value, currency), currencyID=currency)


def _category(name: str, category: str, rate: Decimal | None, *reasons: Node) -> Node:
    return _el(
        name,
        _el("cbc:ID", category),
        _el("cbc:Percent", "" if rate is None else number_text(rate)),
        *reasons,
        _el("cac:TaxScheme", _el("cbc:ID", "VAT")),
    )


def _adjustment(each: Adjustment, currency: str) -> Node:
    return _el(
        "cac:AllowanceCharge",
        _el("cbc:ChargeIndicator", "false" if each.reduces else "true"),
        _el("cbc:AllowanceChargeReasonCode", each.code),
        _el("cbc:AllowanceChargeReason", each.reason),
        _amount("cbc:Amount", each.net, currency),
        _category("cac:TaxCategory", each.category, rate_said(each)),
    )


def _taxes(said: EInvoice) -> Node:
    currency = said.invoice.currency
    groups = (_breakdown(group, currency) for group in said.breakdown)
    return _el("cac:TaxTotal", _amount("cbc:TaxAmount", said.sums.tax, currency), *groups)


def _tax_in_euro(said: EInvoice) -> Node:
    """The tax in the currency in which it is owed (BT-111), where that is another."""
    if said.tax_in_euro is None:
        return None
    return _el("cac:TaxTotal", _amount("cbc:TaxAmount", said.tax_in_euro, EURO))


def _breakdown(group: Breakdown, currency: str) -> Node:
    return _el(
        "cac:TaxSubtotal",
        _amount("cbc:TaxableAmount", group.net, currency),
        _amount("cbc:TaxAmount", group.tax, currency),
        _category(
            "cac:TaxCategory",
            group.category,
            group.rate,
            _el("cbc:TaxExemptionReasonCode", group.vatex or ""),
            _el("cbc:TaxExemptionReason", group.reason or ""),
        ),
    )


def _totals(said: EInvoice) -> Node:
    sums, currency = said.sums, said.invoice.currency
    return _el(
        "cac:LegalMonetaryTotal",
        _amount("cbc:LineExtensionAmount", sums.lines, currency),
        _amount("cbc:TaxExclusiveAmount", sums.net, currency),
        _amount("cbc:TaxInclusiveAmount", sums.gross, currency),
        _amount("cbc:AllowanceTotalAmount", sums.allowances, currency),
        _amount("cbc:ChargeTotalAmount", sums.charges, currency),
        _amount("cbc:PrepaidAmount", sums.paid, currency),
        _amount("cbc:PayableAmount", sums.due, currency),
    )


def _line(item: Item, said: EInvoice, *, credit: bool) -> Node:
    currency = said.invoice.currency
    name, quantity = (
        ("CreditNoteLine", "CreditedQuantity") if credit else ("InvoiceLine", "InvoicedQuantity")
    )
    return _el(
        f"cac:{name}",
        _el("cbc:ID", item.number),
        _el("cbc:Note", item.note or ""),
        _el(f"cbc:{quantity}", str(item.quantity), unitCode=PIECE),
        _amount("cbc:LineExtensionAmount", item.net, currency),
        _el(
            "cac:Item",
            _el("cbc:Name", item.name),
            _el("cac:SellersItemIdentification", _el("cbc:ID", item.sku or "")),
            _category("cac:ClassifiedTaxCategory", item.category, rate_said(item)),
        ),
        _el(
            "cac:Price",
            _el("cbc:PriceAmount", f"{item.price:f}", currencyID=currency),
        ),
    )
