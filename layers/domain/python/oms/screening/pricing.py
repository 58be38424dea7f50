"""The price check: whether an order asks what the merchant's price lists say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from oms.core.money import cent, gross_of, net_of
from oms.core.refusals import Refusal
from oms.master.price import Price, PriceList
from oms.master.product import Product
from oms.master.terms import TOLERANCE
from oms.orders.findings import PRODUCT_UNKNOWN, Finding
from oms.orders.lines import Line
from oms.orders.order import Order

NAMED = 100
"""So many lines or SKUs a finding names at most."""


class Tariff(NamedTuple):
    """Prices for a customer: the lists that apply, the first that has a SKU first.

    `prices` is by list and SKU; what no list has costs its product's list price, gross.
    """

    products: Mapping[str, Product]
    lists: tuple[PriceList, ...] = ()
    prices: Mapping[tuple[str, str], Price] = {}


class TaxRates(NamedTuple):
    """Rates in percent by line number: of the order itself, and of the same sold at home."""

    order: Mapping[str, Decimal]
    home: Mapping[str, Decimal]


class ListedPrice(NamedTuple):
    """The price of one piece, `mode` gross or net, and the list that says so (or the product)."""

    price: Decimal
    mode: str
    source: str


def lists_for(
    lists: Iterable[PriceList], *, group: str | None, currency: str, on: date
) -> tuple[PriceList, ...]:
    """The lists that apply to a customer on a day, in the order in which they are asked.

    A list of the customer's group comes before one for all, a later `valid_from` before an earlier.
    """
    found = [each for each in lists if each.applies(group=group, currency=currency, on=on)]
    found.sort(key=lambda each: each.id)
    found.sort(key=lambda each: each.valid_from or date.min, reverse=True)
    return tuple(sorted(found, key=lambda each: each.group is None))


def asked_price(tariff: Tariff, sku: str, quantity: int, currency: str) -> ListedPrice | None:
    """Price of one piece when so many are bought, None when the merchant does not say."""
    for each in tariff.lists:
        price = tariff.prices.get((each.id, sku))
        if price and (unit := price.unit_price(quantity)) is not None:
            return ListedPrice(unit, each.price_mode, each.id)
    product = tariff.products[sku]
    if product.list_price is None or product.price_currency != currency:
        return None
    return ListedPrice(product.list_price, "gross", "list_price")


def check_price(
    order: Order,
    tariff: Tariff,
    *,
    tolerance: Decimal = TOLERANCE,
    rates: Callable[[], TaxRates],
) -> tuple[Finding, ...]:
    """Findings on prices: all products are known, no price is too low, the total is the shop's.

    Lines of one SKU count together for its quantity breaks. A price is too low when it lies more
    than `tolerance` percent below what is asked. `rates` is called when gross and net have to be
    compared: a gross list holds the tax of a sale at home, a gross order that of its own case; what
    was converted may differ by one more cent. Discounts that the shop names are no lower price.
    """
    unknown = [sku for sku in order.skus if sku not in tariff.products]
    if unknown:
        return (_unknown(unknown), *_total(order))
    try:
        low = _too_low(order, tariff, tolerance, rates)
    except Refusal as refusal:
        return (_incomparable(refusal), *_total(order))
    return (*low, *_total(order)) or (Finding("price", "pass"),)


def _too_low(
    order: Order, tariff: Tariff, tolerance: Decimal, rates: Callable[[], TaxRates]
) -> tuple[Finding, ...]:
    pieces, found = order.by_sku("ordered"), []
    known: list[TaxRates] = []
    for line in order.lines:
        asked = asked_price(tariff, line.sku, pieces[line.sku], order.currency)
        if asked is None:
            continue
        least, slack = asked.price, Decimal(0)
        if asked.mode != order.price_mode:
            known = known or [rates()]
            least, slack = _converted(asked, line, known[0], order.currency), cent(order.currency)
        if line.unit_price < least * (100 - tolerance) / 100 - slack:
            found.append({"line": line.number, "asked": str(least), "from": asked.source})
    return (_low(found),) if found else ()


def _converted(asked: ListedPrice, line: Line, rates: TaxRates, currency: str) -> Decimal:
    """Price asked for, in the other price mode."""
    if asked.mode == "gross":
        return net_of(asked.price, rates.home[line.number], currency)
    return gross_of(asked.price, rates.order[line.number], currency)


def _total(order: Order) -> tuple[Finding, ...]:
    claimed = order.screening.claimed_total
    if claimed is None or claimed == order.total:
        return ()
    text = f"The shop says {claimed} {order.currency}, its lines and shipping make {order.total}."
    german = (
        f"Der Shop nennt {claimed} {order.currency}, Positionen und Versand sind {order.total}."
    )
    data = {"claimed": str(claimed), "computed": str(order.total)}
    return (Finding("price", "hold", "total_differs", text, data=data, text_de=german),)


def _unknown(skus: list[str]) -> Finding:
    named, more = ", ".join(skus[:5]), len(skus) - 5
    return Finding(
        "price",
        "hold",
        PRODUCT_UNKNOWN,
        f"Not in the catalogue: {named}{f' and {more} more' if more > 0 else ''}.",
        data={"skus": skus[:NAMED], **({"more": len(skus) - NAMED} if len(skus) > NAMED else {})},
        text_de=f"Nicht im Katalog: {named}{f' und {more} weitere' if more > 0 else ''}.",
    )


def _low(found: list[dict[str, str]]) -> Finding:
    named = ", ".join(each["line"] for each in found[:5])
    return Finding(
        "price",
        "hold",
        "price_too_low",
        f"Below the price list: lines {named}.",
        data={"lines": [each["line"] for each in found[:NAMED]], "asked": found[:NAMED]},
        text_de=f"Unter der Preisliste: Positionen {named}.",
    )


def _incomparable(refusal: Refusal) -> Finding:
    return Finding(
        "price",
        "hold",
        "price_not_comparable",
        f"Gross and net prices cannot be compared: {refusal.text}",
        data={"reason": refusal.reason},
        text_de=f"Brutto- und Nettopreise sind nicht vergleichbar: {refusal.text}",
    )
