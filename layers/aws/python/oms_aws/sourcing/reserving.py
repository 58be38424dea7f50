"""Sourcing over orders and stock: reserve, route, allocate; each may run again at any point."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from oms.core.calendar import book_day
from oms.core.refusals import NotNow
from oms.master.product import Product
from oms.orders.findings import Finding
from oms.orders.holding import hold
from oms.orders.lines import Pieces
from oms.orders.order import Order
from oms.orders.reserving import lose_reservation
from oms.orders.shipping import provide, release_to_warehouse
from oms.orders.sourcing_events import LineBackordered
from oms.sourcing import allocation, dispatch
from oms.sourcing.bundles import parts, recipes, stock_skus
from oms.sourcing.routing import Plan
from oms.sourcing.routing import route as plan_route
from oms.sourcing.stock import ByLocation, Claim, Item, Reservation, agrees, asking, claims, spread
from oms_aws.orders import capacity
from oms_aws.orders.store import StoredOrder
from oms_aws.platform.aggregates import CHANGE_TRIES, Conflict
from oms_aws.platform.log import Saved
from oms_aws.platform.logs import logger
from oms_aws.platform.table import ConditionFailed
from oms_aws.sourcing import settling
from oms_aws.sourcing.stock import MOVE_TRIES, Move
from oms_aws.sourcing.wiring import SourcingWiring

BY = Saved("auftakt", "sourcing")


Examine = Callable[[Order], Finding]
"""Looks whether an order could be billed; billing says how."""


class Scene(NamedTuple):
    """An order, what it holds and what there is, as they were read together."""

    order: Order
    held: dict[str, Reservation]
    items: dict[str, Item]


Decide = Callable[[Scene], Order]


def reserve(oms: SourcingWiring, order_id: str) -> Order:
    """Claim stock for the order's open pieces, and book the outcome in the order. Raises NotNow."""
    at = oms.now()
    products: dict[str, Product] = {}

    def sourced(order: Order) -> Order:
        if not order.count("open"):
            return order
        products.update(_products(oms, order))
        account = oms.catalogue.cached_account(order.shop, order.customer.id)
        hours = oms.catalogue.cached_shop(order.shop).reserve_hours
        return allocation.sourced(order, products, account, reserve_hours=hours, at=at)

    def decide(scene: Scene) -> Order:
        products.update(_products(oms, scene.order, products))
        limits = allocation.limits(products)
        room = allocation.room_of(scene.order, scene.held, scene.items, limits)
        shut = allocation.closed(products, book_day(at))
        return allocation.reserved(
            scene.order, room, closed=shut, fits=_misfits(oms, scene, at), at=at
        )

    order = oms.orders.change(order_id, sourced, BY).order
    products.update(_products(oms, order, products) if asking(order) else {})
    limited = allocation.limits(products)
    order = _work(oms, order_id, decide, lambda order: bool(asking(order)), limited=limited)
    oms.stock.wish({sku: product.buckets for sku, product in products.items()})
    return order


def follow(oms: SourcingWiring, order_id: str, examine: Examine) -> Order:
    """Bring stock and warehouses to what a changed order says: give back, reserve, route.

    What it gave back goes to whoever waits for it. Raises NotNow.
    """
    settle(oms, order_id)
    reserve(oms, order_id)
    order = route(oms, order_id, examine)
    for sku in stock_skus(order):
        allocate_waiting(oms, sku)
    return order


def settle(oms: SourcingWiring, order_id: str) -> Order:
    """Bring the reservations to exactly what the order claims. Raises NotNow."""
    return _work(oms, order_id, lambda scene: scene.order, lambda _: True)


def foreseen(oms: SourcingWiring, order: Order) -> Order:
    """The order as it would be once its open pieces have claimed stock as it is now."""
    at = oms.now()
    account = oms.catalogue.cached_account(order.shop, order.customer.id)
    products = _products(oms, order)
    hours = order.screening.reserve_hours
    order = allocation.sourced(order, products, account, reserve_hours=hours, at=at)
    products |= _products(oms, order, products)
    held = oms.stock.reservations(order)
    room = allocation.room_of(order, held, oms.stock.items(held), allocation.limits(products))
    shut = allocation.closed(products, book_day(at))
    return allocation.reserved(order, room, closed=shut, fits=lambda _: {}, at=at)


def route(oms: SourcingWiring, order_id: str, examine: Examine) -> Order:
    """Claim the order's reserved pieces at warehouses, then release them as fulfilments.

    An order that wants one delivery waits until nothing is backordered; one whose invoice could
    not be issued, of the whole or from where its pieces lie, is held. Raises NotNow.
    """
    at = oms.now()

    def decide(scene: Scene) -> Order:
        billable = examine(scene.order)
        if billable.verdict == "hold":
            return hold(scene.order, billable, at=at)
        order = provide(scene.order, at=at)
        if not _ready(order):
            return order
        order = allocation.kept(order, allocation.room_of(order, scene.held, scene.items), at=at)
        barred = _barred(oms, order, at)
        plan = _plan(oms, order, scene, at, without=barred)
        if lying := _only_there(oms, order, scene, plan, barred, at):
            return hold(scene.order, dispatch.finding(lying), at=at)
        return _released(order, plan, at)

    order = _work(oms, order_id, decide, routable)
    for sku in _given_up(order):
        allocate_waiting(oms, sku, but=order.id)
    return order


def _barred(oms: SourcingWiring, order: Order, at: datetime) -> dict[str, str]:
    """The warehouses, with their states, from which the order's shop may not send."""
    seller = oms.catalogue.cached_shop(order.shop).tax
    return dispatch.barred(oms.catalogue.warehouses(), seller, book_day(at))


def _only_there(
    oms: SourcingWiring,
    order: Order,
    scene: Scene,
    plan: Plan,
    barred: Mapping[str, str],
    at: datetime,
) -> dict[str, str]:
    """Those of the barred warehouses that have pieces which the plan without them lacks."""
    if not (barred and plan.uncovered):
        return {}
    whole = _plan(oms, order, scene, at)
    if sum(whole.uncovered.values()) >= sum(plan.uncovered.values()):
        return {}
    return {
        each.location: barred[each.location] for each in whole.shares if each.location in barred
    }


def _plan(
    oms: SourcingWiring, order: Order, scene: Scene, at: datetime, *, without: Collection[str] = ()
) -> Plan:
    """Plan for the reserved pieces as things stand."""
    told = claims(scene.order)
    free = {
        sku: _plus(scene.items[sku].free, _placed(held, told[sku]))
        for sku, held in scene.held.items()
    }
    return plan_route(
        order.by_sku("reserved"),
        free,
        [each for each in oms.catalogue.warehouses() if each.id not in without],
        method=order.shipping.method,
        now=at,
        recipes=recipes(order),
        full=lambda warehouse, day: capacity.is_full(oms.table, warehouse, day),
    )


def _released(order: Order, plan: Plan, at: datetime) -> Order:
    """The order with one fulfilment for each share, and back in backorder what no shelf covers."""
    order = lose_reservation(order, spread(order, "reserved", plan.uncovered), at=at)
    for share in plan.shares:
        order = release_to_warehouse(
            order,
            share.location,
            spread(order, "reserved", share.quantities),
            ship_by=share.ship_by,
            reasons=share.reasons,
            at=at,
            capacity=share.capacity,
        )
    return order


def routable(order: Order) -> bool:
    """True if pieces of the order can go to warehouses now, or be handed over."""
    digital = any(line.open and line.nature.kind == "digital" for line in order.lines)
    free = not order.open_holds and not order.changes.pending
    return free and (digital or (_ready(order) and order.count("reserved") > 0))


def _ready(order: Order) -> bool:
    return order.wishes.partial_allowed or not (order.count("backordered") or asking(order))


def _given_up(order: Order) -> set[str]:
    """The parts of bundles that lost their reservation as no location has them all: others may."""
    lost = (event.pieces for event in order.events if isinstance(event, LineBackordered))
    lines = [order.line(number) for pieces in lost for number in pieces]
    return {sku for line in lines if line.nature.components for sku in parts(line)}


def _placed(held: Reservation, claimed: Claim) -> ByLocation:
    """Pieces that an interrupted run has claimed at locations without telling the order."""
    return {p: n - claimed.hard.get(p, 0) for p, n in held.hard.items()}


def _plus(free: ByLocation, placed: ByLocation) -> ByLocation:
    return {p: max(0, free.get(p, 0)) + placed.get(p, 0) for p in {**free, **placed}}


def _misfits(oms: SourcingWiring, scene: Scene, at: datetime) -> allocation.Fits:
    """Bundles of an order that no location has whole."""

    def misfits(order: Order) -> Pieces:
        bundles = recipes(order)
        if not bundles or not order.count("reserved"):
            return {}
        lacking = _plan(oms, order, scene, at).uncovered
        return spread(order, "reserved", {sku: n for sku, n in lacking.items() if sku in bundles})

    return misfits


def allocate_waiting(oms: SourcingWiring, sku: str, *, but: str = "") -> None:
    """Give what can be promised of a SKU to the orders that wait for it, in their turn.

    Before that, what no shelf covers any more is taken from those whose turn comes last. An order
    that an interrupted run gave to, or took from, is told, whatever is left. Raises NotNow.
    """
    _cover(oms, sku)
    shut = allocation.closed(oms.catalogue.products([sku]), book_day(oms.now()))
    left = not shut
    for waiting in oms.stock.waiting_for(sku):
        left = left and oms.stock.items([sku])[sku].promisable > 0
        if (left or waiting.filled) and waiting.order_id != but:
            allocate(oms, waiting.order_id)


def allocate(oms: SourcingWiring, order_id: str) -> Order:
    """Give the order's backordered pieces what can be promised now. Raises NotNow."""
    at = oms.now()

    def decide(scene: Scene) -> Order:
        shut = allocation.closed(_products(oms, scene.order), book_day(at))
        room = allocation.room_of(scene.order, scene.held, scene.items)
        return allocation.allocated(
            scene.order, room, closed=shut, fits=_misfits(oms, scene, at), at=at
        )

    def due(order: Order) -> bool:
        return order.count("backordered") + order.count("reserved") > 0

    return _work(oms, order_id, decide, due, filled=True)


def _cover(oms: SourcingWiring, sku: str) -> None:
    """Take back promises that no shelf covers, from those whose turn comes last. Raises NotNow."""
    if oms.stock.items([sku])[sku].promisable >= 0:
        return
    at = oms.now()

    def decide(scene: Scene) -> Order:
        return allocation.uncovered(scene.order, scene.held, scene.items, sku, at)

    for held in oms.stock.promised(sku):
        _work(oms, held.order_id, decide, lambda order: order.count("reserved") > 0, filled=True)
        if oms.stock.items([sku])[sku].promisable >= 0:
            return
    logger.warning("shelves hold less than warehouses have to ship", extra={"sku": sku})


def _products(
    oms: SourcingWiring, order: Order, known: Mapping[str, Product] | None = None
) -> dict[str, Product]:
    """The products of the order's lines and of what they take from stock, but for those known."""
    skus = dict.fromkeys((*order.skus, *stock_skus(order)))
    found = oms.catalogue.products(sku for sku in skus if sku not in (known or {}))
    components = {part.sku for product in found.values() for part in product.components}
    return found | (oms.catalogue.products(components - found.keys()) if components else {})


def _work(
    oms: SourcingWiring,
    order_id: str,
    decide: Decide,
    due: Callable[[Order], bool],
    *,
    filled: bool = False,
    limited: Collection[str] = (),
) -> Order:
    """Decide how the order goes on while that is due, move its reservations, and save it.

    Starts again whenever the order changes under it. Answers the order with its events.
    """
    for _ in range(CHANGE_TRIES):
        seen = oms.orders.get(order_id)
        if not due(seen.order):
            settling.settle(oms, order_id)
            return seen.order
        try:
            seen, order = _moved(oms, seen, decide, filled, limited)
            if order.events:
                oms.orders.save(seen, order, BY)
            return order
        except Conflict:
            continue
    raise NotNow(f"{order_id} is being changed by many at once")


def _moved(
    oms: SourcingWiring, seen: StoredOrder, decide: Decide, filled: bool, limited: Collection[str]
) -> tuple[StoredOrder, Order]:
    """Bring the reservations to what the order will claim; decide again after every objection.

    Where they are not what the order claims now, another step is at work on it or was cut off: then
    they only move together with the order's version, so that the other one starts again.
    """
    for _ in range(MOVE_TRIES):
        held = oms.stock.reservations(seen.order)
        scene = Scene(seen.order, held, oms.stock.items(held))
        order = decide(scene)
        wanted, told = claims(order), claims(seen.order)
        moves = [
            Move(r, r.brought_to(wanted[sku], filled=filled), sku in limited)
            for sku, r in held.items()
        ]
        moves = [move for move in moves if move.before != move.after]
        alone = any(not agrees(r, told[sku]) for sku, r in held.items())
        try:
            return oms.stock.move(moves, oms.orders, seen, alone=alone), order
        except ConditionFailed:
            if alone:
                raise Conflict(seen.order.id) from None
    raise NotNow("the stock is being claimed by many at once")
