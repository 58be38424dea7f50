"""Billing: what an order's shipment means for the invoice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from msgspec.structs import replace

from oms.billing.amounts import draft_invoice
from oms.billing.drafting import final_invoice, prepayment_invoice
from oms.billing.estimates import to_be_billed
from oms.billing.invoice import Deposit, Invoice, Shipment, TaxTotal, Terms
from oms.billing.invoice_texts import day_text, payment_text, percent_text
from oms.billing.sales import billed_before, sale_of, sold_of
from oms.core.calendar import book_day
from oms.core.documents import Kind
from oms.core.refusals import Refusal
from oms.master.account import Account, PaymentTerms, VatCheck
from oms.master.product import Product
from oms.master.shop import Shop
from oms.orders.fulfilments import Fulfilment
from oms.orders.order import Order
from oms.orders.owing import outstanding
from oms.tax.threshold import Standing

ON_ACCOUNT = "invoice"
"""The payment method of who pays after the invoice."""


def invoice_of(
    order: Order,
    fulfilment: Fulfilment,
    *,
    shop: Shop,
    account: Account | None = None,
    products: Mapping[str, Product],
    ship_from: str,
    earlier: Sequence[Invoice],
    number: str,
    issued_on: date,
    vat_check: VatCheck | None = None,
    distance_sales: Standing = "below",
) -> Invoice:
    """The invoice for what a fulfilment shipped (§ 14 UStG).

    `ship_from` is the warehouse's country (ISO 3166-1 alpha-2), `earlier` the order's invoices so
    far, `vat_check` what is known of the buyer's VAT id. Raises Refusal for a product that is not
    in the catalogue, and what `draft_invoice` raises.
    """
    shipped_at = fulfilment.shipped_at
    if shipped_at is None:
        raise Refusal("not_shipped", f"The fulfilment {fulfilment.id} has not been shipped.")
    shipment = Shipment(
        fulfilment_id=fulfilment.id,
        ship_from=ship_from,
        supplied_on=book_day(shipped_at),
        sold=sold_of(order, fulfilment.pieces, products, billed_before(earlier)),
    )
    sale = sale_of(
        order, fulfilment.ship_to or order.ship_to, shop, products, vat_check, distance_sales
    )
    totals = [total for invoice in earlier for total in invoice.billed]
    invoice = draft_invoice(sale, shipment, number=number, issued_on=issued_on, earlier=totals)
    wanted = {line.number: n for line in order.lines if (n := line.ordered - line.cancelled)}
    kind: Kind = "invoice" if fulfilment.pieces == wanted else "partial"
    return payable(to_buyer(invoice, kind, order, shop, account), account)


def final_of(
    order: Order,
    shipped: Sequence[tuple[Fulfilment, str]],
    deposits: Sequence[Deposit],
    *,
    shop: Shop,
    account: Account | None = None,
    products: Mapping[str, Product],
    earlier: Sequence[Invoice],
    number: str,
    issued_on: date,
    vat_check: VatCheck | None = None,
    distance_sales: Standing = "below",
) -> Invoice:
    """One invoice for all that fulfilments shipped, less the deposits (§ 14 (5) UStG).

    `shipped` are fulfilments, each with its warehouse's country. Raises what `invoice_of` and
    `final_invoice` raise.
    """
    drafts: list[Invoice] = []
    for fulfilment, ship_from in shipped:
        draft = invoice_of(
            order,
            fulfilment,
            shop=shop,
            account=account,
            products=products,
            ship_from=ship_from,
            earlier=[*earlier, *drafts],
            number=number,
            issued_on=issued_on,
            vat_check=vat_check,
            distance_sales=distance_sales,
        )
        drafts.append(draft)
    final = final_invoice(drafts, deposits, number=number, issued_on=issued_on)
    return payable(to_buyer(final, "final", order, shop, account), account)


def deposit_of(
    order: Order,
    amount: Decimal,
    *,
    shop: Shop,
    account: Account | None = None,
    products: Mapping[str, Product],
    earlier: Sequence[Invoice],
    standing: Sequence[TaxTotal],
    number: str,
    issued_on: date,
    due_on: date | None = None,
    vat_check: VatCheck | None = None,
    distance_sales: Standing = "below",
) -> Invoice:
    """A deposit of `amount`, in the price mode, on what the order still is to be billed.

    `standing` is what deposits ask for already. It is due on `due_on`, or as agreed, unless its
    money is there. Raises what `prepayment_invoice` raises, and Refusal when nothing is to come.
    """
    sale, goods = to_be_billed(order, shop, products, earlier, issued_on, vat_check, distance_sales)
    totals = [total for invoice in earlier for total in invoice.billed]
    invoice = prepayment_invoice(
        sale,
        goods,
        amount,
        number=number,
        issued_on=issued_on,
        earlier=totals,
        standing=standing,
    )
    drafted = to_buyer(invoice, "prepayment", order, shop, account)
    if drafted.method != ON_ACCOUNT and not outstanding(order):
        return replace(drafted, paid=drafted.gross)
    agreed = account.terms if account else PaymentTerms()
    terms = Terms(due_on=due_on or issued_on + timedelta(agreed.days))
    return replace(drafted, terms=terms, payment=terms_text(terms, drafted))


def to_buyer(
    invoice: Invoice, kind: Kind, order: Order, shop: Shop, account: Account | None
) -> Invoice:
    """As a document of a kind to the order's buyer, with what the buyer's papers must say."""
    chosen = account.xrechnung if account else None
    return replace(
        invoice,
        kind=kind,
        buyer_type=order.customer.type,
        leitweg_id=account.leitweg_id if account else None,
        purchase_order=order.references.purchase_order,
        xrechnung=chosen or shop.xrechnung,
        method=order.payment.method,
    )


def payable(invoice: Invoice, account: Account | None) -> Invoice:
    """With when it is to be paid, or that it was: only an open invoice is paid after its issue."""
    if not invoice.gross and invoice.deposits:
        text = "Durch Anzahlungen bezahlt" if invoice.locale == "de" else "Paid by deposits"
        return replace(invoice, payment=text, terms=None, paid=Decimal(0))
    if invoice.method != ON_ACCOUNT:
        return replace(invoice, paid=invoice.gross)
    agreed = account.terms if account else PaymentTerms()
    terms = Terms(
        due_on=invoice.issued_on + timedelta(agreed.days),
        discount_percent=agreed.discount_percent,
        discount_days=agreed.discount_days,
    )
    return replace(invoice, terms=terms, payment=terms_text(terms, invoice))


def terms_text(terms: Terms, invoice: Invoice) -> str:
    """Until when to pay, and the discount for who is quick, as a sentence."""
    text = payment_text(invoice.method, invoice.locale, terms.due_on)
    if not terms.discount_percent:
        return text
    until = day_text(invoice.issued_on + timedelta(terms.discount_days), invoice.locale)
    percent = percent_text(terms.discount_percent, invoice.locale)
    if invoice.locale == "de":
        return f"{text}; bis {until} abzüglich {percent}\u00a0% Skonto"
    return f"{text}; {percent}\u00a0% discount if paid by {until}"
