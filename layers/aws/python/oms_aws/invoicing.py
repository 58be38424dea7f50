"""Invoicing: an invoice with the next number of its range, and the writes that make both final."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from oms.billing import amount_due, book_day, invoice_of
from oms.invoice import Invoice
from oms.order import DIGITAL, Fulfilment, Order
from oms.shop import Shop
from oms_aws.table import Action
from oms_aws.wiring import Ports


class Draft(NamedTuple):
    """An invoice that is issued once its writes are, together with its order."""

    invoice: Invoice
    writes: tuple[Action, ...]


def gross_due(order: Order, oms: Ports) -> Decimal:
    """What the whole order costs the customer, gross, in its currency."""
    if order.price_mode == "gross":
        return order.total
    return amount_due(
        order,
        shop=oms.catalogue.shop_of_late(order.shop),
        products=oms.catalogue.products(order.skus),
        ship_from="DE",
        on=book_day(order.placed_at),
    )


def drafted(order: Order, fulfilment_id: str, id: str, oms: Ports, *, at: datetime) -> Draft:
    """The invoice for a shipped fulfilment under the number that is next right now."""
    shop = oms.catalogue.shop_of_late(order.shop)
    fulfilment = order.fulfilment(fulfilment_id)
    day = book_day(at)
    number = oms.numbers.next(f"{shop.id}/{shop.invoice_prefix}-{day.year}")
    earlier = [oms.documents.snapshot(d.id, Invoice) for d in order.documents]
    invoice = invoice_of(
        order,
        fulfilment,
        shop=shop,
        products=oms.catalogue.products(order.skus),
        ship_from=_ship_from(fulfilment, shop, oms),
        earlier=earlier,
        number=number.text,
        issued_on=day,
    )
    record = oms.documents.record(id, order.id, order.shop, invoice)
    return Draft(invoice, (*oms.numbers.take(number, id), record))


def _ship_from(fulfilment: Fulfilment, shop: Shop, oms: Ports) -> str:
    """The country of the warehouse, or of the seller for what no warehouse ships."""
    if fulfilment.location == DIGITAL:
        return shop.seller.country
    return oms.catalogue.warehouse(fulfilment.location).address.country
