"""Allotment: which of an order's pieces get stock, which wait, and which lose what they had."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime

from msgspec import Struct

from oms.master.account import Account
from oms.master.product import Product
from oms.orders import holding
from oms.orders.applying import tell
from oms.orders.findings import SUPPLIER_NEEDED, Finding
from oms.orders.lines import Pieces, ProductSnapshot
from oms.orders.order import Order
from oms.orders.reserving import allocate, lose_reservation, reserve
from oms.orders.sourcing_events import OrderSourced, StockReleased
from oms.sourcing.bundles import covered, demand, less, without
from oms.sourcing.stock import Item, Reservation, asking, claims

BACKORDER_LIMIT = "backorder_limit"

Fits = Callable[[Order], Pieces]
"""Which reserved pieces of an order no single location could give whole."""


class Room(Struct, frozen=True):
    """Pieces of each SKU that an order may hold.

    `kept` covers what it has reserved and waits for, `new` what it asks for as a newcomer, who
    comes behind all that wait already; `waiting` is how many more pieces may wait (a SKU that is
    not named: any number).
    """

    kept: dict[str, int]
    new: dict[str, int]
    waiting: dict[str, int] = {}


def room_of(
    order: Order,
    held: Mapping[str, Reservation],
    items: Mapping[str, Item],
    limits: Mapping[str, int] | None = None,
) -> Room:
    """The room that an order has beside what others hold, as the counters stand.

    What an interrupted run has moved for it already counts, as far as the shelves still cover it;
    what has left a shelf since then does not.
    `limits` is how many pieces of a SKU may wait in all.
    """
    claimed = claims(order)
    kept, new, waiting = {}, {}, {}
    for sku, mine in held.items():
        item, claim = items[sku], claimed[sku]
        left = sum(claim.issued.values()) - sum(mine.issued.values())
        placed = sum(mine.hard.values()) - sum(claim.hard.values()) - max(0, left)
        beyond = max(0, mine.soft - claim.soft) + max(0, placed)
        beyond = max(0, beyond + min(0, item.promisable))
        kept[sku] = min(mine.soft, claim.soft) + beyond + max(0, item.promisable_in(mine.shop))
        new[sku] = beyond + max(0, item.promisable_to(mine))
        if limits and sku in limits:
            others = item.backordered - (mine.backordered - claim.backordered)
            waiting[sku] = max(0, limits[sku] - others)
    return Room(kept, new, waiting)


def reserved(
    order: Order, room: Room, *, closed: Collection[str], fits: Fits, at: datetime
) -> Order:
    """The order once its open pieces are reserved, wait in backorder, or hold it.

    `closed` are the SKUs that are not sold before their day.
    """
    order, rest = _kept(order, room, at)
    wanted = asking(order)
    supply = {sku: 0 if sku in closed else min(n, room.new[sku]) for sku, n in rest.items()}
    taken = covered(order, wanted, supply)
    taken = without(taken, fits(reserve(order, taken, {}, at=at)))
    short = without(wanted, taken)
    waiting = _may_wait(order, short, room)
    order = reserve(order, taken, waiting, at=at)
    beyond = without(short, waiting)
    return holding.hold(order, _beyond_limit(beyond), at=at) if beyond else order


def _may_wait(order: Order, short: Pieces, room: Room) -> Pieces:
    """The pieces that the products' limits let wait; what a clerk has let wait is not limited."""
    allowed = {
        number
        for hold in order.screening.holds
        if hold.reason == BACKORDER_LIMIT and hold.released_at
        for number in hold.data["lines"]
    }
    limited = {number: n for number, n in short.items() if number not in allowed}
    needed = demand(order, limited)
    places = {sku: min(n, room.waiting.get(sku, n)) for sku, n in needed.items()}
    return without(short, limited) | covered(order, limited, places)


def _beyond_limit(pieces: Pieces) -> Finding:
    return Finding(
        "stock",
        "hold",
        BACKORDER_LIMIT,
        f"More pieces wait than may: lines {', '.join(list(pieces)[:5])}. Released, they wait too.",
        text_de=f"Es warten mehr Stück als erlaubt: Positionen {', '.join(list(pieces)[:5])}. "
        "Nach der Freigabe warten sie ebenfalls.",
        data={"lines": pieces},
    )


def allocated(
    order: Order, room: Room, *, closed: Collection[str], fits: Fits, at: datetime
) -> Order:
    """The order once what can be promised has gone to its pieces in backorder."""
    order, rest = _kept(order, room, at)
    supply = {sku: 0 if sku in closed else n for sku, n in rest.items()}
    got = covered(order, order.pieces("backordered"), supply)
    got = without(got, fits(allocate(order, got, at=at)))
    return allocate(order, got, at=at)


def uncovered(
    order: Order, held: Mapping[str, Reservation], items: Mapping[str, Item], sku: str, at: datetime
) -> Order:
    """The order once it has given up what it had reserved of a SKU and no shelf covers any more."""
    soft = {each: mine.soft for each, mine in held.items()}
    soft[sku] = max(0, soft[sku] + min(0, items[sku].promisable))
    return kept(order, Room(soft, {}), at=at)


def kept(order: Order, room: Room, *, at: datetime) -> Order:
    """The order without the reserved pieces that its room does not cover: they wait again."""
    return _kept(order, room, at)[0]


def _kept(order: Order, room: Room, at: datetime) -> tuple[Order, dict[str, int]]:
    """The order without the reserved pieces that are not covered, and the room that remains."""
    mine = order.pieces("reserved")
    kept = covered(order, mine, room.kept)
    order = lose_reservation(order, without(mine, kept), at=at)
    return order, less(room.kept, demand(order, kept))


def expire(order: Order, id: str, at: datetime) -> Order:
    """Give back what a held order has reserved, and its place among those who wait, in time."""
    until = order.reserved_until
    if until is None or until > at:
        return order
    pieces = {place: p for place in ("reserved", "backordered") if (p := order.pieces(place))}
    return tell(order, StockReleased(pieces, at))


def sourced(
    order: Order,
    products: Mapping[str, Product],
    account: Account | None,
    *,
    reserve_hours: int,
    at: datetime,
) -> Order:
    """The order with what master data says of it; lines without a supplier hold it.

    What a line is stays as it is once pieces of it have left `open`.
    """
    wishes, partial = order.wishes, order.wishes.partial_allowed
    rank = wishes.priority if wishes.priority is not None else account.priority if account else 0
    if not wishes.partial_said:
        partial = account.partial_allowed if account else True
    natures = _natures(order, products)
    known = (order.wishes.rank, order.wishes.partial_allowed, order.screening.reserve_hours)
    if natures or known != (rank, partial, reserve_hours):
        order = tell(order, OrderSourced(natures, rank, partial, reserve_hours, at))
    return _held_for_suppliers(order, at)


def _natures(order: Order, products: Mapping[str, Product]) -> dict[str, ProductSnapshot]:
    fixed = {li.sku: li.nature for li in order.lines if li.open < li.ordered - li.cancelled}
    natures = {}
    for line in order.lines:
        nature = fixed.get(line.sku) or nature_of(products.get(line.sku), products)
        if nature != line.nature and line.open == line.ordered - line.cancelled:
            natures[line.number] = nature
    return natures


def nature_of(product: Product | None, products: Mapping[str, Product]) -> ProductSnapshot:
    """Copy of a product that an order line keeps; an unknown one is taken to lie on our shelves.

    A bundle is sold from the day on which the last of its components is.
    """
    if product is None:
        return ProductSnapshot()
    components = product.components if product.kind == "bundle" else ()
    parts = (product, *(products[part.sku] for part in components if part.sku in products))
    days = [each.available_from for each in parts if each.kind == "preorder"]
    sold_from = max((d for d in days if d), default=None)
    excluded = product.withdrawal_exclusion
    return ProductSnapshot(product.kind, components, sold_from, excluded)


def _held_for_suppliers(order: Order, at: datetime) -> Order:
    named = {
        number
        for hold in order.screening.holds
        if hold.reason == SUPPLIER_NEEDED
        for number in hold.data["lines"]
    }
    lines = {
        li.number: li.open
        for li in order.lines
        if li.open and order.unsupplied(li) and li.number not in named
    }
    if not lines:
        return order
    finding = Finding(
        "stock",
        "hold",
        SUPPLIER_NEEDED,
        f"A supplier sends these: lines {', '.join(list(lines)[:5])}. Released, they come from our "
        "own stock; what cannot come is to be cancelled.",
        text_de=f"Diese sendet ein Lieferant: Positionen {', '.join(list(lines)[:5])}. Nach der "
        "Freigabe kommen sie aus eigenem Bestand; was nicht kommen kann, ist zu stornieren.",
        data={"lines": lines},
    )
    return holding.hold(order, finding, at=at)


def closed(products: Mapping[str, Product], today: date) -> set[str]:
    """The SKUs that may be ordered, but not sold before a later day."""
    return {
        product.sku
        for product in products.values()
        if product.kind == "preorder" and product.available_from and product.available_from > today
    }


def limits(products: Mapping[str, Product]) -> dict[str, int]:
    """Pieces of a SKU that may wait at one time, where there is a limit."""
    return {
        product.sku: product.backorder_limit
        for product in products.values()
        if product.backorder_limit is not None
    }
