"""Billing: what an order's shipment means for the invoice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from oms.invoice import Invoice, Party, Sale, Shipment, Sold, TaxTotal, draft_invoice, payment_text
from oms.order import Address, Fulfilment, Order, Pieces
from oms.product import Product
from oms.refusals import Refusal
from oms.shop import Shop

BOOKS_ARE_KEPT_IN = ZoneInfo("Europe/Berlin")
"""A date on a document is the day in Germany, whatever zone the time came in."""


def book_day(at: datetime) -> date:
    """The day of the books on which something happened."""
    return at.astimezone(BOOKS_ARE_KEPT_IN).date()


def invoice_of(
    order: Order,
    fulfilment: Fulfilment,
    *,
    shop: Shop,
    products: Mapping[str, Product],
    ship_from: str,
    earlier: Sequence[TaxTotal],
    number: str,
    issued_on: date,
) -> Invoice:
    """The invoice for what a fulfilment shipped (§ 14 UStG).

    `ship_from` is the warehouse's country (ISO 3166-1 alpha-2), `earlier` the tax totals of the
    order's invoices so far. Raises Refusal for a product that is not in the catalogue, and what
    `draft_invoice` raises.
    """
    shipped_at = fulfilment.shipped_at
    if shipped_at is None:
        raise Refusal("not_shipped", f"The fulfilment {fulfilment.id} has not been shipped.")
    shipment = Shipment(
        fulfilment_id=fulfilment.id,
        ship_from=ship_from,
        supplied_on=book_day(shipped_at),
        sold=_sold(order, fulfilment.pieces, products),
    )
    sale = _sale(order, fulfilment.ship_to or order.ship_to, shop, products)
    return draft_invoice(sale, shipment, number=number, issued_on=issued_on, earlier=earlier)


def amount_due(
    order: Order, *, shop: Shop, products: Mapping[str, Product], ship_from: str, on: date
) -> Decimal:
    """What the whole order, in net prices, costs the customer gross, in the order's currency."""
    return estimate(order, shop=shop, products=products, ship_from=ship_from, on=on).gross


def estimate(
    order: Order, *, shop: Shop, products: Mapping[str, Product], ship_from: str, on: date
) -> Invoice:
    """One invoice over the whole order as it would be, for its totals and taxes alone.

    Raises what `invoice_of` raises.
    """
    everything = Shipment(
        fulfilment_id="none",
        ship_from=ship_from,
        supplied_on=on,
        sold=_sold(order, order.pieces("ordered"), products),
    )
    sale = _sale(order, order.ship_to, shop, products)
    return draft_invoice(sale, everything, number="none", issued_on=on, earlier=())


def _sale(order: Order, ship_to: Address, shop: Shop, products: Mapping[str, Product]) -> Sale:
    billed = order.billing_address
    buyer = _party(billed, company=billed.company or order.customer.company)
    buyer = replace(buyer, vat_id=order.customer.vat_id, number=order.customer.id)
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
        goods=_sold(order, order.pieces("ordered"), products),
        shipping=order.shipping.price,
        payment=payment_text(order.payment.method, order.customer.locale),
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


def _sold(order: Order, pieces: Pieces, products: Mapping[str, Product]) -> tuple[Sold, ...]:
    missing = sorted({li.sku for li in order.lines if li.number in pieces} - products.keys())
    if missing:
        raise Refusal("product_unknown", f"Not in the catalogue: {', '.join(missing[:5])}.")
    return tuple(
        Sold(
            number=line.number,
            sku=line.sku,
            description=products[line.sku].name_in(order.customer.locale),
            quantity=pieces[line.number],
            unit_price=line.unit_price,
            tax_category=products[line.sku].tax_category,
        )
        for line in order.lines
        if line.number in pieces
    )
