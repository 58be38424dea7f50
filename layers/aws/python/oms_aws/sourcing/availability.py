"""Availability over stock, products and purchase orders: one item read for each SKU."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from oms.core.calendar import book_day
from oms.master.product import Product
from oms.sourcing import dispatch
from oms.sourcing.availability import Delivery, Offer, Supply, deliveries, needs_of, offer
from oms.sourcing.stock import Item, Reservation
from oms_aws.sourcing.wiring import SourcingWiring


def availability(
    oms: SourcingWiring,
    wanted: Sequence[tuple[str, int]],
    *,
    shop: str,
    country: str,
    postal_code: str,
    method: str,
) -> list[dict[str, Any]]:
    """Promises that a shop can make for each SKU and quantity, as the API answers them.

    What lies in, or comes to, warehouses from which it may not send is none of its supply.
    """
    barred = _barred(oms, shop)
    products = oms.catalogue.cached_products(sku for sku, _ in wanted)
    needs = {sku: needs_of(sku, products.get(sku)) for sku, _ in wanted}
    found = oms.stock.summaries(part for each in needs.values() for part in each)
    items = {sku: item.without(barred) for sku, item in found.items()}
    supply = _supply(oms, wanted, needs, products, items, shop, barred)
    warehouses = oms.catalogue.warehouses()
    answers = []
    for sku, quantity in wanted:
        made = offer(quantity, needs[sku], supply, sku=sku, shop=shop)
        arriving = deliveries(
            (place for place, n in made.locations.items() if n),
            warehouses,
            country=country,
            postal_code=postal_code,
            method=method,
            now=supply.at,
        )
        answers.append(_answer(sku, quantity, made, arriving))
    return answers


def _answer(
    sku: str, quantity: int, made: Offer, arriving: Mapping[str, Delivery]
) -> dict[str, Any]:
    return {
        "sku": sku,
        "quantity": quantity,
        "promisable": made.promisable,
        "available": made.promisable is None or made.promisable >= quantity,
        "available_from": made.available_from,
        "locations": made.locations,
        "deliveries": arriving,
    }


def _barred(oms: SourcingWiring, shop: str) -> Collection[str]:
    """The warehouses from which a shop may send nothing; clerks and warehouses ask of all."""
    known = oms.catalogue.shop_if_known(shop) if shop else None
    if known is None:
        return ()
    return dispatch.barred(oms.catalogue.warehouses(), known.tax, book_day(oms.now()))


def _supply(
    oms: SourcingWiring,
    wanted: Sequence[tuple[str, int]],
    needs: dict[str, dict[str, int]],
    products: dict[str, Product],
    items: dict[str, Item],
    shop: str,
    barred: Collection[str],
) -> Supply:
    """Supply of the SKUs; what is to come is only looked up of those that are short."""
    at = oms.now()
    newcomer = Reservation(sku="", order_id="", placed_at=at, shop=shop)
    short = {
        part
        for sku, quantity in wanted
        for part, each in needs[sku].items()
        if items[part].promisable_to(newcomer) < quantity * each
    }
    return Supply(
        items,
        {sku: oms.purchases.incoming(sku, without=barred) for sku in sorted(short)},
        {
            sku: product.available_from
            for sku, product in products.items()
            if product.kind == "preorder" and product.available_from
        },
        at,
        book_day(at),
    )
