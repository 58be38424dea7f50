"""Stock: what can be promised, and one reservation per SKU and order that counters must equal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from msgspec import Struct, field
from msgspec.structs import replace

from oms.orders.findings import PRODUCT_UNKNOWN
from oms.orders.lines import Pieces
from oms.orders.order import Order
from oms.sourcing.bundles import demand, parts, stock_skus

ByLocation = dict[str, int]
"""Location -> pieces."""


class Buffer(Struct, frozen=True, omit_defaults=True):
    """Stock that a shop leaves for other channels: pieces, or percent of what is on the shelves."""

    pieces: int = 0
    percent: int = 0

    def of(self, shelved: int) -> int:
        """The pieces that it keeps of so many on the shelves, rounded up."""
        return self.pieces + -(-max(0, shelved) * self.percent // 100)


class Item(Struct, frozen=True, kw_only=True):
    """The counters of one SKU, in pieces (`domain.md` § 3), summed over its parts.

    `free` = on hand - safety - hard, per location; `promisable` = sum(free) - soft. `as_of` is the
    time of the newest count taken per location; `sequence` and `hash` are those of its log.
    `own_safety` names the locations whose safety stock is the SKU's own, not the warehouse's;
    `buffers` holds by shop what it may not sell; `parts` is how many items the counters lie in.
    """

    sku: str
    promisable: int = 0
    soft: int = 0
    backordered: int = 0
    on_hand: ByLocation = field(default_factory=dict)
    safety: ByLocation = field(default_factory=dict)
    hard: ByLocation = field(default_factory=dict)
    free: ByLocation = field(default_factory=dict)
    as_of: dict[str, str] = field(default_factory=dict)
    own_safety: frozenset[str] = frozenset()
    buffers: dict[str, Buffer] = field(default_factory=dict)
    parts: int = 1
    sequence: int = 0
    hash: str = ""

    def kept_from(self, shop: str) -> int:
        """The pieces that a shop leaves for the other channels."""
        shelved = sum(n - self.safety.get(place, 0) for place, n in self.on_hand.items())
        return self.buffers[shop].of(shelved) if shop in self.buffers else 0

    def promisable_in(self, shop: str) -> int:
        """Pieces that can be promised to an order of the shop that waits already."""
        return self.promisable - self.kept_from(shop)

    def promisable_to(self, newcomer: Reservation) -> int:
        """Pieces that can be promised to an order that has just come: whoever waits comes first."""
        waiting = max(0, self.backordered - newcomer.backordered)
        return self.promisable_in(newcomer.shop) - waiting

    def without(self, places: Collection[str]) -> Item:
        """It without what is free at some locations: all that is promised comes off the others."""
        lying = sum(n for place, n in self.free.items() if place in places)
        free = {place: n for place, n in self.free.items() if place not in places}
        return replace(self, promisable=self.promisable - lying, free=free)

    @property
    def consistent(self) -> bool:
        """True if the derived counters follow from the counted ones."""
        free = {
            place: n - self.safety.get(place, 0) - self.hard.get(place, 0)
            for place, n in self.on_hand.items()
        }
        return free == self.free and self.promisable == sum(free.values()) - self.soft


class Reservation(Struct, frozen=True, kw_only=True):
    """Stock that one order holds of one SKU, in pieces; `version` is 0 before it is first stored.

    soft: promised, from no location yet. hard: claimed at a location. backordered: waits for stock.
    issued: has left a location (kept, so that on hand can be proved from the records).
    filled: the last move gave to what waited, or took from what was promised, because the stock
    changed; the order may not have booked that yet. rank, promised_on and placed_at are its place
    among those who wait: higher ranks first, then earlier promises, then older orders.
    """

    sku: str
    order_id: str
    placed_at: datetime
    shop: str = ""
    soft: int = 0
    backordered: int = 0
    hard: ByLocation = field(default_factory=dict)
    issued: ByLocation = field(default_factory=dict)
    filled: bool = False
    rank: int = 0
    promised_on: date | None = None
    version: int = 0

    @property
    def firm(self) -> int:
        """The pieces it keeps."""
        return self.soft + sum(self.hard.values())

    @property
    def held(self) -> int:
        """The pieces it keeps or waits for."""
        return self.firm + self.backordered

    @property
    def turn(self) -> tuple[int, date, datetime, str]:
        """Its place among those who wait; the smallest comes first."""
        return (-self.rank, self.promised_on or date.max, self.placed_at, self.order_id)

    def brought_to(self, claimed: Claim, *, filled: bool = False) -> Reservation:
        """The reservation once it is exactly what its order claims."""
        after = replace(
            self,
            soft=claimed.soft,
            backordered=claimed.backordered,
            hard=_drop_zeros(claimed.hard),
            issued=_drop_zeros(claimed.issued),
        )
        return self if agrees(self, claimed) else replace(after, filled=filled)


class Delta(Struct, frozen=True):
    """Changes of a SKU's counters by moving a reservation, in pieces."""

    promisable: int
    soft: int
    backordered: int
    hard: ByLocation
    on_hand: ByLocation
    free: ByLocation


class Claim(Struct, frozen=True):
    """Claim of an order on one SKU; `open` pieces may be on their way into stock."""

    open: int
    soft: int
    backordered: int
    hard: ByLocation
    issued: ByLocation

    @property
    def firm(self) -> int:
        """The pieces the order counts as kept."""
        return self.soft + sum(self.hard.values())

    @property
    def held(self) -> int:
        """The pieces the order counts as kept or waited for."""
        return self.firm + self.backordered

    @property
    def in_motion(self) -> int:
        """Pieces that a step may be moving right now."""
        return self.open + self.soft + self.backordered


def delta(before: Reservation, after: Reservation) -> Delta:
    """The difference that a reservation's move makes to the counters."""
    soft = after.soft - before.soft
    hard = _minus(after.hard, before.hard)
    issued = _minus(after.issued, before.issued)
    on_hand = {place: -n for place, n in issued.items()}
    free = _drop_zeros(_minus(on_hand, hard))
    return Delta(
        promisable=sum(free.values()) - soft,
        soft=soft,
        backordered=after.backordered - before.backordered,
        hard=_drop_zeros(hard),
        on_hand=_drop_zeros(on_hand),
        free=free,
    )


def summed(deltas: Iterable[Delta]) -> Delta:
    """The change of a SKU's counters by all of some moves at once."""
    total = Delta(0, 0, 0, {}, {}, {})
    for each in deltas:
        total = Delta(
            promisable=total.promisable + each.promisable,
            soft=total.soft + each.soft,
            backordered=total.backordered + each.backordered,
            hard=_drop_zeros(_plus(total.hard, each.hard)),
            on_hand=_drop_zeros(_plus(total.on_hand, each.on_hand)),
            free=_drop_zeros(_plus(total.free, each.free)),
        )
    return total


def _unknown(order: Order) -> set[str]:
    """The SKUs of products that nobody knows, while the order is held for that.

    A hold names so many of them and counts the rest: then all of the order counts as unknown.
    """
    holds = [hold for hold in order.open_holds if hold.reason == PRODUCT_UNKNOWN]
    if any(hold.data.get("more") for hold in holds):
        return set(order.skus)
    return {sku for hold in holds for sku in hold.data["skus"]}


def asking(order: Order) -> Pieces:
    """The open pieces that are to be reserved now, by line.

    Not those of a held order whose reservation has expired, nor of lines that need no stock, wait
    for a supplier to be found or for their product to be known, nor what a suspected order may not
    reserve before its release.
    """
    if order.screening.lapsed_at:
        return {}
    unknown = _unknown(order)
    lines = (
        li
        for li in order.lines
        if li.open and parts(li) and li.sku not in unknown and not order.unsupplied(li)
    )
    most = _reserve_most(order)
    if most is None:
        return {line.number: line.open for line in lines}
    left = dict.fromkeys(order.skus, most)
    for line in order.lines:
        left[line.sku] -= line.reserved + line.backordered
    asked: Pieces = {}
    for line in lines:
        if (pieces := min(line.open, left[line.sku])) > 0:
            asked[line.number] = pieces
            left[line.sku] -= pieces
    return asked


def _reserve_most(order: Order) -> int | None:
    """The most pieces of a SKU that open holds let the order reserve (`oms.screening.ruleset`)."""
    said = [hold.data.get("reserve_most") for hold in order.open_holds]
    return min((most for most in said if most is not None), default=None)


def claims(order: Order) -> dict[str, Claim]:
    """Claims of the order, as it stands, by SKU; its reservations must come to equal them."""
    needs = {line.number: parts(line) for line in order.lines}
    hard: dict[str, ByLocation] = {sku: {} for sku in stock_skus(order)}
    issued: dict[str, ByLocation] = {sku: {} for sku in hard}
    for fulfilment in order.fulfilments:
        if fulfilment.status == "cancelled":
            continue
        for number, quantity in fulfilment.pieces.items():
            for sku, each in needs[number].items():
                into = (issued if fulfilment.shipped_at else hard)[sku]
                into[fulfilment.location] = into.get(fulfilment.location, 0) + quantity * each
    open_ = demand(order, asking(order))
    soft, backordered = (demand(order, order.pieces(p)) for p in ("reserved", "backordered"))
    return {
        sku: Claim(
            open=open_.get(sku, 0),
            soft=soft.get(sku, 0),
            backordered=backordered.get(sku, 0),
            hard=hard[sku],
            issued=issued[sku],
        )
        for sku in hard
    }


def settled(held: Reservation, claimed: Claim) -> Reservation:
    """The reservation after it issues what has shipped and gives back what the order dropped.

    A surplus is given back in a fixed order, each beyond the claim alone: pieces waiting, soft
    ones, then hard ones from the last location on. What a step is moving right now is no surplus.
    """
    for place, n in claimed.issued.items():
        left = n - held.issued.get(place, 0)
        if left > 0:
            held = replace(
                held,
                hard=_drop_zeros(_plus(held.hard, {place: -left})),
                issued=_plus(held.issued, {place: left}),
            )
    surplus = held.held - claimed.held - claimed.open
    if surplus <= 0:
        return held
    waiting = min(surplus, max(0, held.backordered - claimed.backordered))
    soft = min(surplus - waiting, max(0, held.soft - claimed.soft))
    held = replace(
        held, backordered=held.backordered - waiting, soft=held.soft - soft, filled=False
    )
    rest = surplus - waiting - soft
    for place in sorted(held.hard, reverse=True):
        give = min(rest, held.hard[place] - claimed.hard.get(place, 0))
        if give > 0:
            held = replace(held, hard=_drop_zeros(_plus(held.hard, {place: -give})))
            rest -= give
    return held


def agrees(held: Reservation, claimed: Claim) -> bool:
    """True if a reservation is exactly what its order claims."""
    return (
        held.soft == claimed.soft
        and held.backordered == claimed.backordered
        and _drop_zeros(held.hard) == _drop_zeros(claimed.hard)
        and _drop_zeros(held.issued) == _drop_zeros(claimed.issued)
    )


def spread(order: Order, place: str, quantities: Mapping[str, int]) -> Pieces:
    """Share quantities per SKU out to the order's lines, in line order, by what is in `place`."""
    rest = dict(quantities)
    pieces: Pieces = {}
    for line in order.lines:
        take = min(rest.get(line.sku, 0), getattr(line, place))
        if take > 0:
            pieces[line.number] = take
            rest[line.sku] -= take
    return pieces


def _plus(a: ByLocation, b: ByLocation) -> ByLocation:
    return {place: a.get(place, 0) + b.get(place, 0) for place in {**a, **b}}


def _minus(a: ByLocation, b: ByLocation) -> ByLocation:
    return {place: a.get(place, 0) - b.get(place, 0) for place in {**a, **b}}


def _drop_zeros(counts: ByLocation) -> ByLocation:
    return {place: n for place, n in counts.items() if n}
