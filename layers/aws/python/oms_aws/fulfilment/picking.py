"""Fulfilments as a warehouse picks them: each line with what must be known of its product."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from oms.master.product import Product
from oms_aws.fulfilment.wiring import FulfilmentWiring
from oms_aws.platform.shown import whole

SHOWN = (
    "name", "gtin", "weight_g", "length_mm", "width_mm", "height_mm", "hazard_class", "un_number",
    "lithium", "minimum_age", "fragile", "personalisable", "hs_code", "origin", "packing_note",
)  # fmt: skip

View = Mapping[str, Any]


def to_pick(views: Iterable[View], oms: FulfilmentWiring) -> list[dict[str, Any]]:
    """Fulfilments with the products of their lines and components, each at most 30 s old.

    A product that is not known any more is None.
    """
    fulfilments = [*views]
    skus = {item["sku"] for view in fulfilments for item in _items(view)}
    products = oms.catalogue.cached_products(skus)
    return [_filled(view, products) for view in fulfilments]


def _items(view: View) -> Iterable[View]:
    for line in view["lines"]:
        yield line
        yield from line.get("components", ())


def _filled(view: View, products: Mapping[str, Product]) -> dict[str, Any]:
    def with_product(item: View) -> dict[str, Any]:
        filled = {**item, "product": _shown(products.get(item["sku"]), view["location"])}
        if "components" in item:
            filled["components"] = [with_product(part) for part in item["components"]]
        return filled

    return {**view, "lines": [with_product(line) for line in view["lines"]]}


def _shown(product: Product | None, location: str) -> dict[str, Any] | None:
    if product is None:
        return None
    facts = whole(product)
    return {name: facts[name] for name in SHOWN} | {"bin": product.bins.get(location)}
