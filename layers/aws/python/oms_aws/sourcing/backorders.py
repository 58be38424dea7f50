"""Backorders over orders, stock and purchase orders: who is next, and what customers are told."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from oms.core.calendar import book_day
from oms.orders.order import Order
from oms.sourcing.backorder import Days, Incoming, day_of, expect, expected, postpone
from oms.sourcing.bundles import parts, stock_skus
from oms.sourcing.purchase import Purchase
from oms_aws.platform.log import Saved
from oms_aws.sourcing.reserving import BY, Examine, allocate_waiting, routable, route
from oms_aws.sourcing.wiring import SourcingWiring


class Place(NamedTuple):
    """An order's place among those who wait for a SKU, in pieces: before it, and its own."""

    ahead: int
    own: int


class Outlook(NamedTuple):
    """Prospects of a SKU: what can be promised, what is to come, and who waits, in their turn."""

    promisable: int
    coming: list[Incoming]
    places: dict[str, Place]

    def day(self, order_id: str, today: date) -> date | None:
        """Day on which the last piece is there that the order waits for."""
        place = self.places.get(order_id)
        if place is None:
            return None
        return expected(place.ahead, place.own, self.promisable, self.coming, today=today)


def go_on(oms: SourcingWiring, orders: Collection[Order], examine: Examine) -> dict[str, Exception]:
    """Route what settled orders still have, and give what they gave back to those who wait for it.

    Each SKU is served once. Answers the orders for which something could not be done, and why.
    """
    failed: dict[str, Exception] = {}
    for order in filter(routable, orders):
        try:
            route(oms, order.id, examine)
        except Exception as error:
            failed[order.id] = error
    skus = {order.id: stock_skus(order) for order in orders}
    for sku in dict.fromkeys(sku for some in skus.values() for sku in some):
        try:
            serve(oms, [sku])
        except Exception as error:
            failed = {id: error for id, some in skus.items() if sku in some} | failed
    return failed


def serve(oms: SourcingWiring, skus: Iterable[str]) -> None:
    """Give stock to those who wait for it, and tell the others when theirs is expected."""
    for sku in skus:
        allocate_waiting(oms, sku)
        if oms.purchases.incoming(sku):
            expect_all(oms, sku)


def serve_order(oms: SourcingWiring, order_id: str, *, lost: bool) -> None:
    """See to an order that waits: what has come meanwhile, and when the rest is expected.

    One that has just `lost` its pieces, as no location had them, is not given them again at once.
    """
    order = _renewed(oms, oms.orders.get(order_id).order)
    for sku, item in oms.stock.items(_waited_for(order)).items():
        if item.promisable > 0 and not lost:
            allocate_waiting(oms, sku)
    order = oms.orders.get(order_id).order
    _tell(oms, order, _outlooks_for(oms, order, _waited_for(order)))


def expect_all(oms: SourcingWiring, sku: str, *, also: Purchase | None = None) -> None:
    """Tell every order that waits for a SKU when it is expected, where that is news.

    `also` is a purchase order that has just changed.
    """
    outlook = _outlook(oms, sku, also)
    for order_id in outlook.places:
        order = oms.orders.get(order_id).order
        others = [each for each in _waited_for(order) if each != sku]
        _tell(oms, order, {**_outlooks_for(oms, order, others), sku: outlook})


def _renewed(oms: SourcingWiring, order: Order) -> Order:
    """The order with the days of its waiting preorders as the products say now."""
    at = oms.now()
    if not any(line.backordered and line.nature.available_from for line in order.lines):
        return order
    products = oms.catalogue.products(order.skus)
    return oms.orders.change(order.id, lambda order: postpone(order, products, at), BY).order


def _outlook(oms: SourcingWiring, sku: str, also: Purchase | None = None) -> Outlook:
    places, ahead = {}, 0
    for held in oms.stock.queue(sku):
        places[held.order_id] = Place(ahead, held.backordered)
        ahead += held.backordered
    item = oms.stock.items([sku])[sku]
    return Outlook(item.promisable, oms.purchases.incoming(sku, also=also), places)


def _outlooks_for(oms: SourcingWiring, order: Order, skus: list[str]) -> dict[str, Outlook]:
    """The outlook for one order, by SKU: an order may wait for many, so only what matters is read.

    Of what nobody is to deliver there is no day, whoever comes first. The last one in turn has
    everybody else before it.
    """
    held, items = oms.stock.reservations(order), oms.stock.items(skus)
    outlooks = {}
    for sku, item in items.items():
        coming, own = oms.purchases.incoming(sku), held[sku].backordered
        hopeless = not coming and item.promisable <= 0
        if hopeless or oms.stock.last_waiting(sku) == order.id:
            place = Place(item.backordered - own, own)
            outlooks[sku] = Outlook(item.promisable, coming, {order.id: place})
        else:
            outlooks[sku] = _outlook(oms, sku)
    return outlooks


def _tell(oms: SourcingWiring, order: Order, outlooks: dict[str, Outlook]) -> None:
    at = oms.now()
    days = _days(order, outlooks, book_day(at))
    if expect(order, days, at=at).events:
        by = Saved("auftakt", "expectation")
        oms.orders.change(order.id, lambda order: expect(order, days, at=at), by)


def _days(order: Order, outlooks: dict[str, Outlook], today: date) -> Days:
    """Days on which waiting lines are expected; a bundle when its last component is."""
    return {
        line.number: day_of(
            [outlooks[sku].day(order.id, today) for sku in parts(line)],
            sold_from=line.nature.available_from,
            today=today,
        )
        for line in order.lines
        if line.backordered and all(sku in outlooks for sku in parts(line))
    }


def _waited_for(order: Order) -> list[str]:
    """The SKUs that the order waits for."""
    skus = (sku for line in order.lines if line.backordered for sku in parts(line))
    return list(dict.fromkeys(skus))
