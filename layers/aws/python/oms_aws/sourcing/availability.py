"""Availability over stock, products and purchase orders: one item read for each SKU."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from oms.core.calendar import book_day
from oms.master.product import Product
from oms.sourcing.availability import Supply, deliveries, needs_of, offer
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
    """Promises that a shop can make for each SKU and quantity, as the API answers them."""
    products = oms.catalogue.cached_products(sku for sku, _ in wanted)
    needs = {sku: needs_of(sku, products.get(sku)) for sku, _ in wanted}
    items = oms.stock.summaries(part for each in needs.values() for part in each)
    supply = _supply(oms, wanted, needs, products, items, shop)
    warehouses = oms.catalogue.warehouses()
    answers = []
    for sku, quantity in wanted:
        found = offer(quantity, needs[sku], supply, sku=sku, shop=shop)
        answers.append(
            {
                "sku": sku,
                "quantity": quantity,
                "promisable": found.promisable,
                "available": found.promisable is None or found.promisable >= quantity,
                "available_from": found.available_from,
                "locations": found.locations,
                "deliveries": deliveries(
                    (place for place, n in found.locations.items() if n),
                    warehouses,
                    country=country,
                    postal_code=postal_code,
                    method=method,
                    now=supply.at,
                ),
            }
        )
    return answers


def _supply(
    oms: SourcingWiring,
    wanted: Sequence[tuple[str, int]],
    needs: dict[str, dict[str, int]],
    products: dict[str, Product],
    items: dict[str, Item],
    shop: str,
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
        {sku: oms.purchases.incoming(sku) for sku in sorted(short)},
        {
            sku: product.available_from
            for sku, product in products.items()
            if product.kind == "preorder" and product.available_from
        },
        at,
        book_day(at),
    )
