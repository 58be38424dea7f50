"""Billing: what an order's shipment means for the invoice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from oms import money
from oms.account import Account, VatCheck
from oms.invoice import (
    Checked,
    Invoice,
    Party,
    Priced,
    Sale,
    Shipment,
    Sold,
    Terms,
    draft_invoice,
    payment_text,
    priced,
)
from oms.order import Order
from oms.parts import Address, Fulfilment, Pieces
from oms.product import Product
from oms.refusals import Refusal
from oms.shop import Shop
from oms.tax import Kind
from oms.tax.threshold import Standing

BOOKS_ARE_KEPT_IN = ZoneInfo("Europe/Berlin")
"""A date on a document is the day in Germany, whatever zone the time came in."""


ON_ACCOUNT = "invoice"
"""The payment method of who pays after the invoice."""


def book_day(at: datetime) -> date:
    """The day of the books on which something happened."""
    return at.astimezone(BOOKS_ARE_KEPT_IN).date()


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
    done = Counter[str]()
    for invoice in earlier:
        for line in invoice.lines:
            done[line.number] += line.quantity
    shipment = Shipment(
        fulfilment_id=fulfilment.id,
        ship_from=ship_from,
        supplied_on=book_day(shipped_at),
        sold=_sold(order, fulfilment.pieces, products, done),
    )
    sale = _sale(
        order, fulfilment.ship_to or order.ship_to, shop, products, vat_check, distance_sales
    )
    totals = [total for invoice in earlier for total in invoice.taxes]
    invoice = draft_invoice(sale, shipment, number=number, issued_on=issued_on, earlier=totals)
    return _payable(_to_buyer(invoice, order, fulfilment, account), account)


def _to_buyer(
    invoice: Invoice, order: Order, fulfilment: Fulfilment, account: Account | None
) -> Invoice:
    """With what kind of buyer it goes to, and whether it bills all that is to be billed."""
    wanted = {line.number: n for line in order.lines if (n := line.ordered - line.cancelled)}
    return replace(
        invoice,
        kind="invoice" if fulfilment.pieces == wanted else "partial",
        buyer_type=order.customer.type,
        leitweg_id=account.leitweg_id if account else None,
        method=order.payment.method,
    )


def _payable(invoice: Invoice, account: Account | None) -> Invoice:
    """With when it is to be paid, or that it was: only an open invoice is paid after its issue."""
    if invoice.method != ON_ACCOUNT:
        return replace(invoice, paid=invoice.gross)
    if account is None:
        return invoice
    agreed = account.terms
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
    until = invoice.issued_on + timedelta(terms.discount_days)
    percent = f"{terms.discount_percent.normalize():f}"
    if invoice.locale == "de":
        return f"{text}; bis {until:%d.%m.%Y} abzüglich {percent.replace('.', ',')} % Skonto"
    return f"{text}; {percent} % discount if paid by {until.isoformat()}"


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
    """One invoice over the whole order as it would be, for its totals and taxes alone.

    Raises what `invoice_of` raises.
    """
    everything = Shipment(
        fulfilment_id="none",
        ship_from=ship_from,
        supplied_on=on,
        sold=_sold(order, order.pieces("ordered"), products, {}),
    )
    # Without an exchange rate the sum is right all the same: it is only not counted.
    free = replace(shop.tax, exchange={order.currency: Decimal(1), **shop.tax.exchange})
    shop = replace(shop, tax=free)
    sale = _sale(order, order.ship_to, shop, products, vat_check, distance_sales)
    return draft_invoice(sale, everything, number="none", issued_on=on, earlier=())


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
    buyer = _party(billed, company=billed.company or order.customer.company)
    buyer = replace(
        buyer,
        vat_id=order.customer.vat_id,
        number=order.customer.id,
        email=order.customer.email,
    )
    proof = _proof(vat_check, order.customer.vat_id)
    return Sale(
        order_id=order.id,
        external_number=order.external_number,
        currency=order.currency,
        price_mode=order.price_mode,
        locale=order.customer.locale,
        seller=shop.seller,
        buyer=buyer,
        buyer_type=order.customer.type,
        ship_to=_party(ship_to, company=ship_to.company),
        goods=_sold(order, order.pieces("ordered"), products, {}),
        shipping=order.shipping.price,
        registrations=shop.tax,
        vat_id_checked=proof is not None,
        vat_check=proof,
        distance_sales=distance_sales,
        payment=payment_text(order.payment.method, order.customer.locale),
    )


def _proof(check: VatCheck | None, vat_id: str | None) -> Checked | None:
    """The proof that an id is valid: only what was asked for counts, not its format alone."""
    if check is None or not check.valid or check.source == "format" or check.vat_id != vat_id:
        return None
    return Checked(
        vat_id=check.vat_id,
        checked_at=check.checked_at,
        source=check.source,
        consultation=check.consultation,
    )


def _party(address: Address, *, company: str | None) -> Party:
    return Party(
        name=address.name,
        company=company,
        line1=address.line1,
        line2=address.line2,
        postal_code=address.postal_code,
        city=address.city,
        region=address.region,
        country=address.country,
    )


_KINDS: Mapping[str, Kind] = {"service": "service", "digital": "digital"}


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
