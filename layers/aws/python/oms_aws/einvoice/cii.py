"""Writes UN/CEFACT Cross Industry Invoice D16B, as ZUGFeRD/Factur-X and XRechnung take it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from oms.billing.einvoice import Adjustment, Breakdown, EInvoice, Item, exempt
from oms.billing.invoice import TYPE_CODES, Invoice, Reference
from oms.core.parties import Party
from oms.master.seller import Seller
from oms.tax.exchange import EURO
from oms_aws.einvoice.xml import Node, Vocabulary, basic_date, document, money_text, number_text

_AT = "urn:un:unece:uncefact:data:standard"
_el = Vocabulary(
    {
        "rsm": f"{_AT}:CrossIndustryInvoice:100",
        "ram": f"{_AT}:ReusableAggregateBusinessInformationEntity:100",
        "udt": f"{_AT}:UnqualifiedDataType:100",
        "qdt": f"{_AT}:QualifiedDataType:100",
    }
)
PIECE = "H87"


def written(said: EInvoice, *, specification: str, process: str | None = None) -> bytes:
    """The invoice as CII; `specification` is BT-24, `process` BT-23."""
    invoice = said.invoice
    context = _el(
        "rsm:ExchangedDocumentContext",
        _id("BusinessProcessSpecifiedDocumentContextParameter", process),
        _id("GuidelineSpecifiedDocumentContextParameter", specification),
    )
    header = _el(
        "rsm:ExchangedDocument",
        _el("ram:ID", invoice.number),
        _el("ram:TypeCode", TYPE_CODES[invoice.kind]),
        _day("ram:IssueDateTime", invoice.issued_on),
        *(_el("ram:IncludedNote", _el("ram:Content", note)) for note in _notes(invoice)),
    )
    transaction = _el(
        "rsm:SupplyChainTradeTransaction",
        *(_line(item, said) for item in said.items),
        _agreement(invoice),
        _delivery(invoice),
        _settlement(said),
    )
    return document(_el("rsm:CrossIndustryInvoice", context, header, transaction))


def _notes(invoice: Invoice) -> Iterable[str]:
    yield from invoice.notes
    if invoice.reason:
        yield invoice.reason


def _id(name: str, id: str | None) -> Node:
    return _el(f"ram:{name}", _el("ram:ID", id or ""))


def _day(name: str, day: date | None) -> Node:
    text = basic_date(day) if day else ""
    return _el(name, _el("udt:DateTimeString", text, format="102") if text else None)


def _line(item: Item, said: EInvoice) -> Node:
    currency = said.invoice.currency
    note = _el("ram:IncludedNote", _el("ram:Content", item.note or ""))
    return _el(
        "ram:IncludedSupplyChainTradeLineItem",
        _el("ram:AssociatedDocumentLineDocument", _el("ram:LineID", item.number), note),
        _el(
            "ram:SpecifiedTradeProduct",
            _el("ram:SellerAssignedID", item.sku or ""),
            _el("ram:Name", item.name),
        ),
        _el(
            "ram:SpecifiedLineTradeAgreement",
            _el("ram:NetPriceProductTradePrice", _el("ram:ChargeAmount", f"{item.price:f}")),
        ),
        _el(
            "ram:SpecifiedLineTradeDelivery",
            _el("ram:BilledQuantity", str(item.quantity), unitCode=PIECE),
        ),
        _el(
            "ram:SpecifiedLineTradeSettlement",
            _tax("ram:ApplicableTradeTax", item),
            _el(
                "ram:SpecifiedTradeSettlementLineMonetarySummation",
                _el("ram:LineTotalAmount", money_text(item.net, currency)),
            ),
        ),
    )


def _tax(name: str, of: Item | Adjustment) -> Node:
    rate = rate_said(of)
    return _el(
        name,
        _el("ram:TypeCode", "VAT"),
        _el("ram:CategoryCode", of.category),
        _el("ram:RateApplicablePercent", "" if rate is None else number_text(rate)),
    )


def rate_said(of: Item | Adjustment) -> Decimal | None:
    """Rate of an item: outside of VAT it has none (BR-O-05), its breakdown has one (BR-DE-14)."""
    return None if of.category == "O" else of.rate


def _agreement(invoice: Invoice) -> Node:
    return _el(
        "ram:ApplicableHeaderTradeAgreement",
        _el("ram:BuyerReference", invoice.leitweg_id or ""),
        _seller(invoice.seller, outside=exempt(invoice)),
        _buyer(invoice),
        _document("ram:SellerOrderReferencedDocument", invoice.external_number),
        _document("ram:BuyerOrderReferencedDocument", invoice.purchase_order),
        *(_supporting(each) for each in preceding(invoice)[:-1]),
    )


def _document(name: str, number: str | None) -> Node:
    return _el(name, _el("ram:IssuerAssignedID", number or ""))


def _seller(seller: Seller, *, outside: bool) -> Node:
    return _el(
        "ram:SellerTradeParty",
        _el("ram:ID", identified_by(seller, outside=outside)),
        _el("ram:Name", seller.name),
        _el("ram:Description", seller.register or ""),
        _el(
            "ram:DefinedTradeContact",
            _el("ram:PersonName", seller.contact_name),
            _contact("ram:TelephoneUniversalCommunication", "ram:CompleteNumber", seller.phone),
            _contact("ram:EmailURIUniversalCommunication", "ram:URIID", seller.email),
        ),
        _address(seller),
        _electronic(seller.email, "EM"),
        None if outside else _registration(seller.vat_id, "VA"),
        _registration(seller.tax_number, "FC"),
    )


def identified_by(seller: Seller, *, outside: bool) -> str:
    """Identifier (BT-29) of a seller without a VAT id on the document: BR-CO-26 wants one."""
    if (seller.vat_id or "").strip() and not outside:
        return ""
    return (seller.tax_number or "").strip() or seller.register or ""


def _contact(name: str, inner: str, value: str | None) -> Node:
    return _el(name, _el(inner, value or ""))


def _buyer(invoice: Invoice) -> Node:
    buyer = invoice.buyer
    scheme = "0204" if invoice.leitweg_id else "EM"
    person = buyer.name if buyer.company else ""
    return _el(
        "ram:BuyerTradeParty",
        _el("ram:ID", buyer.number or ""),
        _el("ram:Name", buyer.company or buyer.name),
        _el("ram:DefinedTradeContact", _el("ram:PersonName", person)),
        _address(buyer),
        _electronic(invoice.leitweg_id or buyer.email, scheme),
        None if exempt(invoice) else _registration(buyer.vat_id, "VA"),
    )


def _electronic(address: str | None, scheme: str) -> Node:
    return _el("ram:URIUniversalCommunication", _el("ram:URIID", address or "", schemeID=scheme))


def _registration(id: str | None, scheme: str) -> Node:
    return _el("ram:SpecifiedTaxRegistration", _el("ram:ID", id or "", schemeID=scheme))


def _address(party: Seller | Party) -> Node:
    region = party.region if isinstance(party, Party) else None
    return _el(
        "ram:PostalTradeAddress",
        _el("ram:PostcodeCode", party.postal_code),
        _el("ram:LineOne", party.line1),
        _el("ram:LineTwo", party.line2 or ""),
        _el("ram:CityName", party.city),
        _el("ram:CountryID", party.country),
        _el("ram:CountrySubDivisionName", region or ""),
    )


def _delivery(invoice: Invoice) -> Node:
    to = invoice.ship_to
    event = "ram:ActualDeliverySupplyChainEvent"
    day = None if invoice.kind == "prepayment" else invoice.supplied_on
    return _el(
        "ram:ApplicableHeaderTradeDelivery",
        _el("ram:ShipToTradeParty", _el("ram:Name", to.company or to.name), _address(to)),
        _el(event, _day("ram:OccurrenceDateTime", day)),
    )


def _settlement(said: EInvoice) -> Node:
    invoice = said.invoice
    since, until = invoice.period or (None, None)
    return _el(
        "ram:ApplicableHeaderTradeSettlement",
        _el("ram:PaymentReference", invoice.number),
        _el("ram:TaxCurrencyCode", "" if said.tax_in_euro is None else EURO),
        _el("ram:InvoiceCurrencyCode", invoice.currency),
        _means(said),
        *(_breakdown(group, invoice.currency) for group in said.breakdown),
        _el(
            "ram:BillingSpecifiedPeriod",
            _day("ram:StartDateTime", since),
            _day("ram:EndDateTime", until),
        ),
        *(_adjustment(each, invoice.currency) for each in said.adjustments),
        _el(
            "ram:SpecifiedTradePaymentTerms",
            _el("ram:Description", said.terms or ""),
            _day("ram:DueDateDateTime", invoice.terms.due_on if invoice.terms else None),
        ),
        _summation(said),
        *(_preceding(each) for each in preceding(invoice)[-1:]),
    )


def preceding(invoice: Invoice) -> tuple[Reference, ...]:
    """The documents that this one is about (BG-3): deposits in their order, or the original."""
    deposits = sorted(invoice.deposits, key=lambda each: (each.issued_on, each.number))
    references = tuple(Reference(each.number, each.issued_on) for each in deposits)
    return (*references, invoice.original) if invoice.original else references


def _supporting(reference: Reference) -> Node:
    """A preceding document beside the last one, for which D16B alone has room: as BG-24.

    UN/CEFACT's D16B, to which EN 16931-3-3 binds BG-3, has one `InvoiceReferencedDocument`; later
    directories (D22B, Factur-X since 1.07) have more. What is deducted is also a line with its day.
    """
    return _el(
        "ram:AdditionalReferencedDocument",
        _el("ram:IssuerAssignedID", reference.number),
        _el("ram:TypeCode", "916"),
    )


def _preceding(reference: Reference) -> Node:
    day = _el("qdt:DateTimeString", basic_date(reference.issued_on), format="102")
    return _el(
        "ram:InvoiceReferencedDocument",
        _el("ram:IssuerAssignedID", reference.number),
        _el("ram:FormattedIssueDateTime", day),
    )


def _means(said: EInvoice) -> Node:
    bank = said.invoice.seller.bank
    account = None
    institution = None
    if bank is not None and said.means.by_bank:
        iban = bank.iban.replace(" ", "")
        owner = _el("ram:AccountName", said.invoice.seller.name)
        account = _el("ram:PayeePartyCreditorFinancialAccount", _el("ram:IBANID", iban), owner)
        bic = _el("ram:BICID", bank.bic or "")
        institution = _el("ram:PayeeSpecifiedCreditorFinancialInstitution", bic)
    return _el(
        "ram:SpecifiedTradeSettlementPaymentMeans",
        _el("ram:TypeCode", said.means.code),
        _el("ram:Information", said.means.text),
        account,
        institution,
    )


def _breakdown(group: Breakdown, currency: str) -> Node:
    return _el(
        "ram:ApplicableTradeTax",
        _el("ram:CalculatedAmount", money_text(group.tax, currency)),
        _el("ram:TypeCode", "VAT"),
        _el("ram:ExemptionReason", group.reason or ""),
        _el("ram:BasisAmount", money_text(group.net, currency)),
        _el("ram:CategoryCode", group.category),
        _el("ram:ExemptionReasonCode", group.vatex or ""),
        _el("ram:RateApplicablePercent", number_text(group.rate)),
    )


def _adjustment(each: Adjustment, currency: str) -> Node:
    indicator = _el("udt:Indicator", "false" if each.reduces else "true")
    return _el(
        "ram:SpecifiedTradeAllowanceCharge",
        _el("ram:ChargeIndicator", indicator),
        _el("ram:ActualAmount", money_text(each.net, currency)),
        _el("ram:ReasonCode", each.code),
        _el("ram:Reason", each.reason),
        _tax("ram:CategoryTradeTax", each),
    )


def _summation(said: EInvoice) -> Node:
    sums, currency = said.sums, said.invoice.currency
    euro = None if said.tax_in_euro is None else money_text(said.tax_in_euro, EURO)

    def amount(name: str, value: Decimal) -> Node:
        return _el(f"ram:{name}", money_text(value, currency))

    return _el(
        "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
        amount("LineTotalAmount", sums.lines),
        amount("ChargeTotalAmount", sums.charges),
        amount("AllowanceTotalAmount", sums.allowances),
        amount("TaxBasisTotalAmount", sums.net),
        _el("ram:TaxTotalAmount", money_text(sums.tax, currency), currencyID=currency),
        None if euro is None else _el("ram:TaxTotalAmount", euro, currencyID=EURO),
        amount("GrandTotalAmount", sums.gross),
        amount("TotalPrepaidAmount", sums.paid),
        amount("DuePayableAmount", sums.due),
    )
