"""Sourcing over orders and stock: reserve, route, allocate; each may run again at any point."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from oms.order import Order
from oms.refusals import NotNow
from oms.routing import Plan, Share, Warehouse
from oms.routing import route as plan_route
from oms.stock import ByLocation, Claim, Reservation, claims, spread, take_for
from oms_aws.catalogue import DynamoCatalogue
from oms_aws.orders import CHANGE_TRIES, Conflict, DynamoOrders, Saved, Stored
from oms_aws.stock import DynamoStock, Move

BY = Saved("auftakt", "sourcing")


def reserve(orders: DynamoOrders, stock: DynamoStock, order_id: str, at: datetime) -> Order:
    """Claim stock for the order's open pieces, then book the outcome in the order.

    A run cut off in between is picked up from the reservations that it left. Raises NotNow.
    """

    def once(seen: Stored) -> Order:
        order = seen.order
        claimed = claims(order)
        held = stock.move_until_done(lambda: _takes(order, stock))
        promised = {sku: each.firm - claimed[sku].firm for sku, each in held.items()}
        taken = spread(order, "open", promised)
        short = {
            number: n - taken.get(number, 0)
            for number, n in order.pieces("open").items()
            if n > taken.get(number, 0)
        }
        return order.reserve(taken, short, at=at)

    return _settled(orders, stock, order_id, once, lambda order: order.count("open") > 0)


def _takes(order: Order, stock: DynamoStock) -> list[Move]:
    held, claimed = stock.reservations(order), claims(order)
    items = stock.items(order.skus)
    return [
        Move(r, take_for(claimed[sku], r, items[sku].promisable_to(r))) for sku, r in held.items()
    ]


def route(
    orders: DynamoOrders,
    stock: DynamoStock,
    catalogue: DynamoCatalogue,
    order_id: str,
    at: datetime,
) -> Order:
    """Claim the order's reserved pieces at warehouses, then release them as fulfilments.

    An order that wants one delivery waits until nothing is backordered. Raises NotNow.
    """
    warehouses = catalogue.warehouses()

    def once(seen: Stored) -> Order:
        plan = Plan((), {})

        def claims() -> list[Move]:
            nonlocal plan
            plan, moves = _claims(seen.order, stock, warehouses, at)
            return moves

        stock.move_until_done(claims)
        return _released(seen.order, plan, at)

    return _settled(orders, stock, order_id, once, _routable)


def _claims(
    order: Order, stock: DynamoStock, warehouses: list[Warehouse], at: datetime
) -> tuple[Plan, list[Move]]:
    """Where the reserved pieces go as things stand, and the moves that claim them there."""
    held, claimed = stock.reservations(order), claims(order)
    items = stock.items(order.skus)
    placed = {sku: _placed(each, claimed[sku]) for sku, each in held.items()}
    free = {sku: _plus(items[sku].free, placed[sku]) for sku in held}
    needed = order.by_sku("reserved")
    plan = plan_route(needed, free, warehouses, method=order.shipping.method, now=at)
    return plan, [
        Move(
            held[sku],
            _hardened(held[sku], placed[sku], plan.shares, plan.uncovered.get(sku, 0)),
        )
        for sku in needed
    ]


def _released(order: Order, plan: Plan, at: datetime) -> Order:
    """The order with one fulfilment for each share, and back in backorder what no shelf covers."""
    order = order.lose_reservation(spread(order, "reserved", plan.uncovered), at=at)
    for share in plan.shares:
        order = order.release_to_warehouse(
            share.location,
            spread(order, "reserved", share.quantities),
            ship_by=share.ship_by,
            reasons=share.reasons,
            at=at,
        )
    return order


def _routable(order: Order) -> bool:
    ready = order.partial_allowed or not (order.count("backordered") or order.count("open"))
    return ready and not order.open_holds and order.count("reserved") > 0


def _placed(held: Reservation, claimed: Claim) -> ByLocation:
    """What an interrupted run has claimed at locations without telling the order."""
    return {p: n - claimed.hard.get(p, 0) for p, n in held.hard.items()}


def _plus(free: ByLocation, placed: ByLocation) -> ByLocation:
    return {p: max(0, free.get(p, 0)) + placed.get(p, 0) for p in {**free, **placed}}


def _hardened(
    held: Reservation, placed: ByLocation, shares: tuple[Share, ...], uncovered: int
) -> Reservation:
    """The reservation once it is claimed where the plan says, whatever is claimed so far."""
    for place, n in placed.items():
        held = held.harden(place, -n)
    for share in shares:
        held = held.harden(share.location, share.quantities.get(held.sku, 0))
    return held.lose(uncovered) if uncovered else held


def allocate_waiting(orders: DynamoOrders, stock: DynamoStock, sku: str, at: datetime) -> None:
    """Give what can be promised of a SKU to the orders that wait for it, the oldest first.

    An order that an interrupted run gave stock to is told, whatever is left. Raises NotNow.
    """
    left = True
    for waiting in stock.waiting_for(sku):
        left = left and stock.items([sku])[sku].promisable > 0
        if left or waiting.filled:
            allocate(orders, stock, waiting.order_id, at)


def allocate(orders: DynamoOrders, stock: DynamoStock, order_id: str, at: datetime) -> Order:
    """Give the order's backordered pieces what can be promised now. Raises NotNow."""

    def once(seen: Stored) -> Order:
        order = seen.order
        claimed = claims(order)
        held = stock.move_until_done(lambda: _fills(order, stock))
        got = {sku: claimed[sku].backordered - each.backordered for sku, each in held.items()}
        return order.allocate(spread(order, "backordered", got), at=at)

    return _settled(orders, stock, order_id, once, lambda order: order.count("backordered") > 0)


def _fills(order: Order, stock: DynamoStock) -> list[Move]:
    items = stock.items(order.skus)
    claimed = claims(order)
    moves = []
    for sku, held in stock.reservations(order).items():
        already = claimed[sku].backordered - held.backordered
        gain = min(held.backordered, max(0, items[sku].promisable)) if not already else 0
        moves.append(Move(held, held.fill(gain)))
    return moves


def _settled(
    orders: DynamoOrders,
    stock: DynamoStock,
    order_id: str,
    once: Callable[[Stored], Order],
    due: Callable[[Order], bool],
) -> Order:
    """Run `once` while it is due, from the start whenever the order changes under it."""
    for _ in range(CHANGE_TRIES):
        seen = orders.get(order_id)
        if not due(seen.order):
            stock.settle(orders, order_id)
            return seen.order
        order = once(seen)
        if not order.news:
            return order
        try:
            return orders.save(seen, order, BY).order
        except Conflict:
            continue
    raise NotNow(f"{order_id} is being changed by many at once")
