"""Billing: what an order's shipment means for the invoice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from msgspec.structs import replace

from oms.billing.drafting import final_invoice, prepayment_invoice
from oms.billing.invoice import (
    Checked,
    Deposit,
    Invoice,
    Priced,
    Sale,
    Shipment,
    Sold,
    TaxTotal,
    Terms,
    day_text,
    draft_invoice,
    estimated_invoice,
    payment_text,
    percent_text,
    priced,
)
from oms.core import money
from oms.core.calendar import book_day
from oms.core.documents import Kind
from oms.core.parties import Address, party_of
from oms.core.refusals import Refusal
from oms.master.account import Account, PaymentTerms, VatCheck
from oms.master.product import Product
from oms.master.shop import Shop
from oms.orders.deposits import to_bill
from oms.orders.order import Order
from oms.orders.owing import outstanding
from oms.orders.parts import Fulfilment, Pieces
from oms.screening.vat_check import buyer_of, confirms
from oms.tax import Kind as Supplied
from oms.tax import without_need
from oms.tax.exchange import EURO
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
        sold=_sold(order, fulfilment.pieces, products, _done(earlier)),
    )
    sale = _sale(
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
    sale, goods = _to_come(order, shop, products, earlier, issued_on, vat_check, distance_sales)
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


def still_to_bill(
    order: Order,
    *,
    shop: Shop,
    products: Mapping[str, Product],
    earlier: Sequence[Invoice],
    on: date,
    vat_check: VatCheck | None = None,
    distance_sales: Standing = "below",
) -> Invoice | None:
    """One invoice over all that is neither cancelled nor billed, as it would be now; None: nothing.

    Raises what `invoice_of` raises.
    """
    if not to_bill(order):
        return None
    sale, goods = _to_come(order, shop, products, earlier, on, vat_check, distance_sales)
    totals = [total for invoice in earlier for total in invoice.billed]
    return draft_invoice(sale, goods, number="none", issued_on=on, earlier=totals)


def _to_come(
    order: Order,
    shop: Shop,
    products: Mapping[str, Product],
    earlier: Sequence[Invoice],
    on: date,
    vat_check: VatCheck | None,
    distance_sales: Standing,
) -> tuple[Sale, Shipment]:
    """What is neither cancelled nor billed, as if it left the seller's own state today."""
    pieces = to_bill(order)
    if not pieces:
        raise Refusal("nothing_to_bill", "All of the order is billed or cancelled.")
    goods = Shipment(
        fulfilment_id="none",
        ship_from=shop.tax.home,
        supplied_on=on,
        sold=_sold(order, pieces, products, _done(earlier)),
    )
    shop = _without_rate(order, shop)
    return _sale(order, order.ship_to, shop, products, vat_check, distance_sales), goods


def _without_rate(order: Order, shop: Shop) -> Shop:
    """The shop for sums in the order's currency, which are right without a rate of exchange too."""
    if order.currency == EURO:
        return shop
    table = without_need(order.currency, shop.tax.exchange)
    return replace(shop, tax=replace(shop.tax, exchange=table))


def _done(earlier: Sequence[Invoice]) -> Counter[str]:
    """How many pieces of each line of the order invoices have billed."""
    done = Counter[str]()
    for invoice in earlier:
        for line in invoice.lines:
            done[line.order_line or line.number] += line.quantity
    return done


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
        purchase_order=order.purchase_order,
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


def estimate(
    order: Order,
    *,
    shop: Shop,
    products: Mapping[str, Product],
    ship_from: str,
    on: date,
    vat_check: VatCheck | None = None,
    distance_sales: Standing = "below",
) -> Invoice:
    """One invoice over the whole order as it would be, whatever it lacks (`oms.billing.issuable`).

    Raises Refusal for a product that is not in the catalogue, and `tax.TaxRefusal`.
    """
    everything = Shipment(
        fulfilment_id="none",
        ship_from=ship_from,
        supplied_on=on,
        sold=_sold(order, order.pieces("ordered"), products, {}),
    )
    shop = _without_rate(order, shop)
    sale = _sale(order, order.ship_to, shop, products, vat_check, distance_sales)
    return estimated_invoice(sale, everything, on=on)


def tax_rates(
    order: Order,
    *,
    shop: Shop,
    products: Mapping[str, Product],
    ship_from: str,
    on: date,
    vat_check: VatCheck | None = None,
) -> dict[str, Decimal]:
    """The rate in percent of each line, by its number, as an invoice over all would have it.

    Raises what `invoice_of` raises.
    """
    drafted = estimate(
        order, shop=shop, products=products, ship_from=ship_from, on=on, vat_check=vat_check
    )
    return {line.number: line.rate for line in drafted.lines}


def quote(
    order: Order,
    *,
    shop: Shop,
    products: Mapping[str, Product],
    ship_from: str,
    on: date,
    vat_check: VatCheck | None,
    distance_sales: Standing,
) -> Priced:
    """What a basket costs with its tax, and why, without the particulars that an invoice needs."""
    everything = Shipment(
        fulfilment_id="none",
        ship_from=ship_from,
        supplied_on=on,
        sold=_sold(order, order.pieces("ordered"), products, {}),
    )
    sale = _sale(order, order.ship_to, shop, products, vat_check, distance_sales)
    return priced(sale, everything)


def vat_id_matters(order: Order, shop: Shop) -> bool:
    """Whether the buyer's VAT id may make a supply free of tax: a business of another state."""
    vat_id = order.customer.vat_id
    if order.customer.type != "B2B" or not vat_id:
        return False
    places = {order.ship_to.country, order.billing_address.country, *shop.tax.local}
    return bool(places - {shop.tax.home})


def _sale(
    order: Order,
    ship_to: Address,
    shop: Shop,
    products: Mapping[str, Product],
    vat_check: VatCheck | None,
    distance_sales: Standing,
) -> Sale:
    billed = order.billing_address
    buyer = party_of(billed, company=billed.company or order.customer.company)
    buyer = replace(
        buyer,
        vat_id=order.customer.vat_id,
        number=order.customer.id,
        email=order.customer.email,
    )
    proof = _proof(vat_check, order)
    return Sale(
        order_id=order.id,
        external_number=order.external_number,
        currency=order.currency,
        price_mode=order.price_mode,
        locale=order.customer.locale,
        seller=shop.seller,
        buyer=buyer,
        buyer_type=order.customer.type,
        ship_to=party_of(ship_to),
        goods=_sold(order, order.pieces("ordered"), products, {}),
        shipping=order.shipping.price,
        registrations=shop.tax,
        vat_id_checked=proof is not None,
        vat_check=proof,
        distance_sales=distance_sales,
        payment=payment_text(order.payment.method, order.customer.locale),
    )


def _proof(check: VatCheck | None, order: Order) -> Checked | None:
    """The proof that an id is valid: only what was asked for counts, not its format alone."""
    vat_id = order.customer.vat_id
    if check is None or vat_id is None or not check.valid:
        return None
    if not confirms(check, vat_id, buyer_of(order)):
        return None
    return Checked(
        vat_id=check.vat_id,
        checked_at=check.checked_at,
        source=check.source,
        consultation=check.consultation,
    )


_KINDS: Mapping[str, Supplied] = {"service": "service", "digital": "digital"}


def _sold(
    order: Order, pieces: Pieces, products: Mapping[str, Product], done: Mapping[str, int]
) -> tuple[Sold, ...]:
    """The pieces as they are sold, with their parts of all discounts; `done` were sold before."""
    missing = sorted({li.sku for li in order.lines if li.number in pieces} - products.keys())
    if missing:
        raise Refusal("product_unknown", f"Not in the catalogue: {', '.join(missing[:5])}.")
    shares = order.discount_shares()
    sold = []
    for line in order.lines:
        if line.number not in pieces:
            continue
        product, quantity = products[line.sku], pieces[line.number]
        split = (done.get(line.number, 0), quantity, line.ordered, order.currency)
        sold.append(
            Sold(
                number=line.number,
                sku=line.sku,
                description=product.name_in(order.customer.locale),
                quantity=quantity,
                unit_price=line.unit_price,
                tax_category=product.tax_category,
                kind=_KINDS.get(product.kind, "goods"),
                abroad=product.tax_abroad,
                discount=money.portion(line.discount, *split),
                order_discount=money.portion(shares[line.number], *split),
            )
        )
    return tuple(sold)
