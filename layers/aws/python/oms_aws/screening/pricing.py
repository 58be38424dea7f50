"""Pricing: an order against the price lists as they are kept, with the taxes that convert them."""

from __future__ import annotations

from msgspec.structs import replace

from oms.billing.estimates import tax_rates
from oms.core.calendar import book_day
from oms.master.account import Account
from oms.master.product import Product
from oms.master.shop import Shop
from oms.orders.findings import Finding
from oms.orders.order import Order
from oms.screening.pricing import Tariff, TaxRates, check_price, lists_for
from oms_aws.screening.wiring import ScreeningWiring


def priced(oms: ScreeningWiring, order: Order) -> tuple[Finding, ...]:
    """Findings of the price check; prices and products are as now, lists a little late."""
    shop = oms.catalogue.cached_shop(order.shop)
    account = oms.catalogue.cached_account(order.shop, order.customer.id)
    products = oms.catalogue.products(order.skus)

    def rates() -> TaxRates:
        on, check = book_day(order.placed_at), account.vat_check if account else None
        own, home = (
            tax_rates(
                each, shop=shop, products=products, ship_from=shop.tax.home, on=on, vat_check=check
            )
            for each in (order, _at_home(order, shop))
        )
        return TaxRates(own, home)

    tariff = _tariff(oms, order, account, products)
    return check_price(order, tariff, tolerance=shop.price_tolerance, rates=rates)


def _at_home(order: Order, shop: Shop) -> Order:
    """The same sold to a consumer next door: the tax that is in gross list prices."""
    door = replace(
        order.billing_address,
        country=shop.seller.country,
        postal_code=shop.seller.postal_code,
        city=shop.seller.city,
    )
    customer = replace(order.customer, type="B2C", vat_id=None)
    return replace(order, customer=customer, billing_address=door, shipping_address=None)


def _tariff(
    oms: ScreeningWiring, order: Order, account: Account | None, products: dict[str, Product]
) -> Tariff:
    """The lists of the customer's group on the day of the order, by the clock that the shop gave.

    The group is what is agreed with the customer; of one that is not on record, what the shop says.
    """
    group = account.group if account else order.customer.group
    on = order.placed_at.date()
    lists = lists_for(oms.catalogue.price_lists(), group=group, currency=order.currency, on=on)
    found = oms.catalogue.prices([each.id for each in lists], order.skus) if lists else []
    return Tariff(products, lists, {(each.list, each.sku): each for each in found})
