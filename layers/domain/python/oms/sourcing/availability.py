"""Availability: what a shop can promise of a SKU now, from when on, and when it would arrive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from oms.master.product import Product
from oms.master.warehouse import Warehouse
from oms.sourcing.backorder import Incoming, expected
from oms.sourcing.bundles import WITHOUT_STOCK
from oms.sourcing.routing import departure
from oms.sourcing.stock import Item, Reservation
from oms.tax.places import territory_of
from oms.tax.refusals import UnknownPlace

TRANSIT = {"home": (1, 2), "union": (2, 5), "world": (5, 10)}
"""Working days on the way, least and most, by where it goes; the carrier's word is not asked."""


class Delivery(Struct, frozen=True):
    """Departure of pieces from a location, and the days between which they would arrive."""

    departs_at: datetime
    earliest: date
    latest: date


class Supply(Struct, frozen=True):
    """Supply of the SKUs: counters, what is to come, and the day from which one is sold."""

    items: Mapping[str, Item]
    incoming: Mapping[str, Sequence[Incoming]]
    sold_from: Mapping[str, date]
    at: datetime
    today: date


class Offer(Struct, frozen=True):
    """Promise for a SKU; `promisable` is None for what needs no stock of ours.

    `available_from` is the day from which all that was asked for can be promised, None if unknown.
    """

    promisable: int | None
    available_from: date | None
    locations: dict[str, int]


def offer(wanted: int, needs: Mapping[str, int], supply: Supply, *, sku: str, shop: str) -> Offer:
    """Promise that a shop can make for a SKU that takes so many pieces of which SKUs from stock.

    Whoever waits comes first, and what is kept for the other channels is not the shop's.
    """
    if not needs:
        return Offer(None, supply.today, {})
    newcomer = Reservation(sku=sku, order_id="", placed_at=supply.at, shop=shop)
    pieces = {part: max(0, supply.items[part].promisable_to(newcomer)) for part in needs}
    promisable = min(pieces[part] // each for part, each in needs.items())
    sold_from = supply.sold_from.get(sku)
    closed = sold_from is not None and sold_from > supply.today
    days = [
        _day(supply.items[part], wanted * each, supply, newcomer) for part, each in needs.items()
    ]
    known = [day for day in days if day is not None]
    day = max(known) if len(known) == len(days) else None
    if closed and sold_from:
        day = max(sold_from, day) if day else sold_from
    return Offer(0 if closed else promisable, day, _shelves(needs, supply.items))


def _day(item: Item, pieces: int, supply: Supply, newcomer: Reservation) -> date | None:
    """Day on which so many pieces are there for the last to come, beside those kept from a shop."""
    ahead = item.backordered + item.kept_from(newcomer.shop)
    coming = supply.incoming.get(item.sku, ())
    return expected(ahead, pieces, item.promisable, coming, today=supply.today)


def _shelves(needs: Mapping[str, int], items: Mapping[str, Item]) -> dict[str, int]:
    """Whole pieces that each location has free."""
    places = sorted({place for part in needs for place in items[part].free})
    return {
        place: min(max(0, items[part].free.get(place, 0)) // each for part, each in needs.items())
        for place in places
    }


def needs_of(sku: str, product: Product | None) -> dict[str, int]:
    """Pieces of stock that one of a SKU takes: itself, its components, or nothing."""
    elsewhere = product is not None and product.kind in (*WITHOUT_STOCK, "drop_ship")
    if product is None or not (product.components or elsewhere):
        return {sku: 1}
    taken: dict[str, int] = {}
    for component in product.components:
        taken[component.sku] = taken.get(component.sku, 0) + component.quantity
    return taken


def deliveries(
    places: Iterable[str],
    warehouses: Iterable[Warehouse],
    *,
    country: str,
    postal_code: str,
    method: str,
    now: datetime,
) -> dict[str, Delivery]:
    """By location, when what is ordered now would leave it, and arrive at a place."""
    wanted, found = set(places), {}
    for warehouse in warehouses:
        if warehouse.id in wanted:
            leaves = departure(warehouse, method, now)
            zone = _zone(warehouse.address.country, country, postal_code, now.date())
            least, most = TRANSIT[zone]
            found[warehouse.id] = Delivery(
                leaves, _working(leaves.date(), least), _working(leaves.date(), most)
            )
    return found


def _zone(origin: str, country: str, postal_code: str, on: date) -> str:
    """Distance by zones; islands and enclaves outside of their country's customs count as far."""
    try:
        ends = {territory_of(origin, "", on).kind, territory_of(country, postal_code, on).kind}
    except UnknownPlace:
        return "world"
    if "third" in ends:
        return "world"
    return "home" if origin == country else "union"


def _working(day: date, days: int) -> date:
    """So many days later, Saturdays and Sundays not counted."""
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day
