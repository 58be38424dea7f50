"""Screening: the checks an order passes before it may claim stock."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from oms.order import Finding, Order
from oms.product import Product

PRICE_TOLERANCE = Decimal("0.01")
"""How far a unit price may lie below the list price, as a share of it, before someone must look."""


def check_price(order: Order, products: Mapping[str, Product]) -> Finding:
    """Whether every line names a product we know at a price that is not too low for it.

    List prices are gross: an order in net prices, a product without a list price and one priced in
    another currency are not compared.
    """
    unknown = [sku for sku in order.skus if sku not in products]
    if unknown:
        return Finding(
            "price",
            "hold",
            "product_unknown",
            f"Not in the catalogue: {', '.join(unknown[:5])}.",
            data={"skus": unknown[:100]},
        )
    low = [
        line.number for line in order.lines if _too_low(order, line.unit_price, products[line.sku])
    ]
    if low:
        return Finding(
            "price",
            "hold",
            "price_too_low",
            f"Below the list price: lines {', '.join(low[:5])}.",
            data={"lines": low[:100]},
        )
    return Finding("price", "pass")


def _too_low(order: Order, price: Decimal, product: Product) -> bool:
    if (
        product.list_price is None
        or product.price_currency != order.currency
        or order.price_mode == "net"
    ):
        return False
    return price < product.list_price * (1 - PRICE_TOLERANCE)
