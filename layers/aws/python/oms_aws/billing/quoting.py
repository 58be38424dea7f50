"""Taxes as callers see them: what a basket would be taxed at and why, and checks of VAT ids."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from msgspec.structs import replace

from oms.billing.amounts import Priced
from oms.billing.estimates import quote, vat_id_matters
from oms.core import money
from oms.core.calendar import book_day
from oms.core.parties import Address
from oms.master.account import VatCheck
from oms.master.shop import Shop
from oms.master.vat_checks import good_until
from oms.orders.customer import Customer, Shipping
from oms.orders.lines import Discount, Line
from oms.orders.money_parts import Payment
from oms.orders.order import Order
from oms.tax.table import TaxDecision
from oms.tax.threshold import Standing
from oms_aws.billing.invoicing import vat_found
from oms_aws.billing.tax_models import PlaceIn, QuoteIn
from oms_aws.billing.wiring import BillingWiring
from oms_aws.master.vat_checks import Found
from oms_aws.orders.models import DiscountIn
from oms_aws.platform.shown import whole


class Quoted(NamedTuple):
    """A basket with its taxes, and what was found about the seller and the buyer for it."""

    priced: Priced
    standing: Standing
    vat: Found | None


def quoted(asked: QuoteIn, shop: Shop, oms: BillingWiring) -> Quoted:
    """Taxes of a basket. Raises Refusal for unknown products and undecided cases."""
    order = _basket(asked, shop, oms.now())
    if account := oms.catalogue.cached_account(shop.id, asked.buyer.id):
        named = replace(order.customer, company=account.company or account.name)
        order = replace(order, customer=named)
    found = vat_found(order, shop, oms) if vat_id_matters(order, shop) else None
    products = oms.catalogue.products(order.skus)
    on = asked.supplied_on or book_day(oms.now())

    def made(standing: Standing) -> Priced:
        return quote(
            order,
            shop=shop,
            products=products,
            ship_from=asked.ship_from or shop.tax.home,
            on=on,
            vat_check=found.check if found else None,
            distance_sales=standing,
        )

    priced, standing = made("below"), oms.turnover.seen(shop, on.year).watch
    if priced.distance_sales and standing.standing(priced.distance_sales, shop.tax) == "above":
        return Quoted(made("above"), "above", found)
    return Quoted(priced, standing.standing(Decimal(0), shop.tax), found)


def quote_view(asked: QuoteIn, made: Quoted) -> dict[str, Any]:
    """The quote as JSON values: each line with its decision, then the sums."""
    lines = made.priced.lines
    by_case = {decision.case: decision for decision in made.priced.decisions.values()}
    gross = money.total([group.gross for group in made.priced.taxes])
    net = money.total([group.net for group in made.priced.taxes])
    return {
        "currency": asked.currency,
        "price_mode": asked.price_mode,
        "lines": [
            {
                "number": line.number,
                "sku": line.sku,
                "total": str(line.total),
                "decision": _decision(by_case[line.case], line.rate, line.category),
            }
            for line in lines
        ],
        "charges": [
            {
                "kind": charge.kind,
                "amount": str(charge.amount),
                "category": charge.category,
                "rate": str(charge.rate),
            }
            for charge in made.priced.charges
        ],
        "taxes": [
            {name: value for name, value in whole(group).items() if name != "priced"}
            for group in made.priced.taxes
        ],
        "net": str(net),
        "tax": str(gross - net),
        "gross": str(gross),
        "distance_sales": made.standing,
        "vat_id": _outcome(made.vat) if made.vat else None,
    }


def _decision(decision: TaxDecision, rate: Decimal, category: str) -> dict[str, Any]:
    return {**whole(decision), "rate": str(rate), "category": category}


def _outcome(found: Found) -> str:
    if found.check is None:
        return "unreachable"
    return "valid" if found.check.valid else "invalid"


def check_view(customer: str, vat_id: str, found: Found, shop: Shop) -> dict[str, Any]:
    """The check of a VAT id as JSON values."""
    check: VatCheck | None = found.check
    until = good_until(check, shop.tax.vat_check_days) if check else None
    return {
        "customer": customer,
        "vat_id": vat_id,
        "outcome": _outcome(found),
        "check": whole(check) if check else None,
        "good_until": until,
        "fault": found.fault or None,
    }


def _basket(asked: QuoteIn, shop: Shop, at: datetime) -> Order:
    """The basket as an order that nobody has placed."""
    buyer = asked.buyer
    lines = tuple(
        Line(
            number=line.number,
            sku=line.sku,
            unit_price=line.unit_price,
            ordered=line.quantity,
            discounts=_discounts(line.discounts),
        )
        for line in asked.lines
    )
    return Order(
        id="none",
        shop=shop.id,
        external_number="none",
        placed_at=at,
        received_at=at,
        currency=asked.currency,
        price_mode=asked.price_mode,
        customer=Customer(buyer.id, buyer.type, "none", "none", "en", vat_id=buyer.vat_id),
        billing_address=_place(asked.bill_to or asked.ship_to),
        shipping_address=_place(asked.ship_to),
        lines=lines,
        shipping=Shipping("none", asked.shipping),
        payment=Payment("none", "open", Decimal(0)),
        discounts=_discounts(asked.discounts),
    )


def _place(place: PlaceIn) -> Address:
    return Address("none", "none", place.postal_code, "none", place.country)


def _discounts(given: list[DiscountIn]) -> tuple[Discount, ...]:
    return tuple(Discount(each.amount, each.code) for each in given)
