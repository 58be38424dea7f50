"""Estimates: what an order would be billed, before anything has left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from oms.billing.amounts import Priced, draft_invoice, estimated_invoice, priced
from oms.billing.invoice import Invoice, Sale, Shipment
from oms.billing.sales import billed_before, sale_of, sold_of, without_rate
from oms.core.refusals import Refusal
from oms.master.account import VatCheck
from oms.master.product import Product
from oms.master.shop import Shop
from oms.orders.deposits import to_bill
from oms.orders.order import Order
from oms.tax.threshold import Standing


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
    sale, goods = to_be_billed(order, shop, products, earlier, on, vat_check, distance_sales)
    totals = [total for invoice in earlier for total in invoice.billed]
    return draft_invoice(sale, goods, number="none", issued_on=on, earlier=totals)


def to_be_billed(
    order: Order,
    shop: Shop,
    products: Mapping[str, Product],
    earlier: Sequence[Invoice],
    on: date,
    vat_check: VatCheck | None,
    distance_sales: Standing,
) -> tuple[Sale, Shipment]:
    """Pieces that are neither cancelled nor billed, sold as if they left the home state today."""
    pieces = to_bill(order)
    if not pieces:
        raise Refusal("nothing_to_bill", "All of the order is billed or cancelled.")
    goods = Shipment(
        fulfilment_id="none",
        ship_from=shop.tax.home,
        supplied_on=on,
        sold=sold_of(order, pieces, products, billed_before(earlier)),
    )
    shop = without_rate(order, shop)
    return sale_of(order, order.ship_to, shop, products, vat_check, distance_sales), goods


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
        sold=sold_of(order, order.pieces("ordered"), products, {}),
    )
    shop = without_rate(order, shop)
    sale = sale_of(order, order.ship_to, shop, products, vat_check, distance_sales)
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
    """Price of a basket with its tax, and why, without the particulars that an invoice needs."""
    everything = Shipment(
        fulfilment_id="none",
        ship_from=ship_from,
        supplied_on=on,
        sold=sold_of(order, order.pieces("ordered"), products, {}),
    )
    sale = sale_of(order, order.ship_to, shop, products, vat_check, distance_sales)
    return priced(sale, everything)


def vat_id_matters(order: Order, shop: Shop) -> bool:
    """True if the buyer's VAT id may make a supply free of tax: a business of another state."""
    vat_id = order.customer.vat_id
    if order.customer.type != "B2B" or not vat_id:
        return False
    places = {order.ship_to.country, order.billing_address.country, *shop.tax.local}
    return bool(places - {shop.tax.home})
