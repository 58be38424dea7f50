"""Routing: which warehouse ships which reserved pieces, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from msgspec import Struct

from oms.core.calendar import is_holiday
from oms.master.warehouse import Warehouse

Recipes = Mapping[str, Mapping[str, int]]
"""Bundle -> SKU of a part -> pieces of it in one bundle."""

EXACT_UP_TO = 8
"""With more warehouses than this, sets of warehouses are tried greedily instead of exhaustively."""


Full = Callable[[Warehouse, date], bool]
"""Whether as many fulfilments as a warehouse can send leave there on a day already."""

DEFAULT_CUT_OFF = "15:00"
LOOK_AHEAD = timedelta(days=90)
"""So far ahead a full warehouse is asked for a day with room."""

MOST_DAYS_NAMED = 5
_DAY = timedelta(days=1)


def never_full(warehouse: Warehouse, day: date) -> bool:
    """There is room every day."""
    return False


class Share(Struct, frozen=True):
    """Part of a warehouse: SKU -> pieces, the time it must leave by, and the reasons.

    `capacity` is the most fulfilments that may leave there on that day, if there is a most.
    """

    location: str
    quantities: dict[str, int]
    ship_by: datetime
    reasons: tuple[str, ...]
    capacity: int | None = None


class Plan(Struct, frozen=True):
    """A routing decision: one share per warehouse, and the pieces that no shelf covers."""

    shares: tuple[Share, ...]
    uncovered: dict[str, int]


def route(
    needed: Mapping[str, int],
    free: Mapping[str, Mapping[str, int]],
    warehouses: Sequence[Warehouse],
    *,
    method: str,
    now: datetime,
    recipes: Recipes | None = None,
    full: Full = never_full,
) -> Plan:
    """Choose the fewest warehouses that cover the pieces.

    Between equals the earliest departure decides, then the merchant's priority.

    `needed` is SKU -> pieces, `free` is SKU -> location -> pieces a location can give. `recipes`
    names the parts of each bundle: one location gives all parts of a bundle piece. `full` says
    where and when a capacity is used up: then it leaves a day later, or from elsewhere.
    """
    leaving = {w.id: departure(w, method, now, full) for w in warehouses}
    ranked = sorted(warehouses, key=lambda w: (leaving[w.id], w.priority, w.id))
    wants = _Wants(needed, free, recipes or {})
    chosen = _fewest(wants, ranked)
    rest = dict(needed)
    shares = []
    for warehouse in chosen:
        given = wants.given(warehouse.id, rest)
        if given:
            rest = {sku: n - given.get(sku, 0) for sku, n in rest.items()}
            leaves = leaving[warehouse.id]
            reasons = _reasons(warehouse, wants, ranked, len(chosen), leaves)
            reasons += _put_off(warehouse, now, leaves, full)
            shares.append(Share(warehouse.id, given, leaves, reasons, warehouse.capacity))
    return Plan(tuple(shares), {sku: n for sku, n in rest.items() if n})


def departure(
    warehouse: Warehouse, method: str, now: datetime, full: Full = never_full
) -> datetime:
    """Time at which an order routed now leaves: at the method's cut-off, the first day with room.

    The cut-off is a time on the wall where the warehouse is: one that a change to summer time skips
    is as much later, of one that comes twice the first counts. Aware, in that time zone.
    """
    zone = ZoneInfo(warehouse.time_zone)
    limit = time.fromisoformat(warehouse.cut_off.get(method, DEFAULT_CUT_OFF))
    day = now.astimezone(zone).date()
    leaves = _moment(day, limit, zone)
    if leaves.astimezone(UTC) < now.astimezone(UTC):
        day += _DAY
    last = day + LOOK_AHEAD
    while why_not(warehouse, day, full if day < last else never_full):
        day += _DAY
    return _moment(day, limit, zone)


def why_not(warehouse: Warehouse, day: date, full: Full = never_full) -> str:
    """Reason that nothing leaves the warehouse on a day, or nothing any more; empty if it does."""
    if day.weekday() >= 5:
        return "weekend"
    if day in warehouse.closures:
        return "closed"
    if is_holiday(day, warehouse.address.country, warehouse.region, warehouse.holidays):
        return "holiday"
    return "full" if warehouse.capacity is not None and full(warehouse, day) else ""


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Aware time of that day there; by way of UTC, as the clock may never show it."""
    return datetime.combine(day, at, zone).astimezone(UTC).astimezone(zone)


class _Wants(Struct, frozen=True):
    """Pieces that are needed, those that each location has, and what bundles are made of."""

    needed: Mapping[str, int]
    free: Mapping[str, Mapping[str, int]]
    recipes: Recipes

    def given(self, location: str, rest: Mapping[str, int]) -> dict[str, int]:
        """Pieces that a location gives of the rest: bundles first, as single pieces go anywhere."""
        left: dict[str, int] = {}
        given = {}
        for sku in sorted(rest, key=lambda sku: sku not in self.recipes):
            parts = self.recipes.get(sku) or {sku: 1}
            n = rest[sku]
            for part, each in parts.items():
                has = left.get(part, max(0, self.free.get(part, {}).get(location, 0)))
                n = min(n, has // each)
                left[part] = has
            if n:
                given[sku] = n
                for part, each in parts.items():
                    left[part] -= n * each
        return given

    def covered(self, some: Sequence[Warehouse]) -> int:
        """Pieces that some warehouses cover together."""
        if not self.recipes:
            return sum(
                min(n, sum(max(0, self.free.get(sku, {}).get(w.id, 0)) for w in some))
                for sku, n in self.needed.items()
            )
        rest, pieces = dict(self.needed), 0
        for warehouse in some:
            given = self.given(warehouse.id, rest)
            rest = {sku: n - given.get(sku, 0) for sku, n in rest.items()}
            pieces += sum(given.values())
        return pieces

    def has(self, location: str, sku: str) -> bool:
        """True if a location has every needed piece of a SKU."""
        parts = self.recipes.get(sku) or {sku: 1}
        n = self.needed[sku]
        return all(self.free.get(part, {}).get(location, 0) >= n * m for part, m in parts.items())


def _fewest(wants: _Wants, ranked: Sequence[Warehouse]) -> Sequence[Warehouse]:
    if len(ranked) > EXACT_UP_TO:
        return _greedy(ranked, wants.covered)
    most = wants.covered(ranked)
    for size in range(1, len(ranked) + 1):
        for some in combinations(ranked, size):
            if wants.covered(some) == most:
                return some
    return ()


def _greedy(
    ranked: Sequence[Warehouse], covered: Callable[[Sequence[Warehouse]], int]
) -> Sequence[Warehouse]:
    chosen: list[Warehouse] = []
    most = covered(ranked)
    while covered(chosen) < most:
        rest = [w for w in ranked if w not in chosen]
        chosen.append(max(rest, key=lambda w: covered([*chosen, w])))
    return chosen


def _reasons(
    warehouse: Warehouse,
    wants: _Wants,
    ranked: Sequence[Warehouse],
    split: int,
    leaves: datetime,
) -> tuple[str, ...]:
    reasons = [f"{warehouse.id}: leaves by {leaves:%Y-%m-%d %H:%M %Z}"]
    if split == 1:
        reasons.append(f"{warehouse.id}: has every piece")
    else:
        reasons.append(f"split over {split}: no fewer warehouses have every piece")
    reasons += [_passed_over(w, wants) for w in ranked if w.id != warehouse.id]
    return tuple(reasons)


def _put_off(warehouse: Warehouse, now: datetime, leaves: datetime, full: Full) -> tuple[str, ...]:
    """Reasons that it does not leave earlier, where that is not the hour or the weekend."""
    day = now.astimezone(leaves.tzinfo).date()
    found: list[str] = []
    while day < leaves.date() and len(found) < MOST_DAYS_NAMED:
        if (why := why_not(warehouse, day, full)) not in ("", "weekend"):
            found.append(f"{day} {why}")
        day += _DAY
    return (f"{warehouse.id}: not earlier: {', '.join(found)}",) if found else ()


def _passed_over(other: Warehouse, wants: _Wants) -> str:
    lacking = [sku for sku in wants.needed if not wants.has(other.id, sku)]
    if not lacking:
        return f"{other.id}: has every piece, but leaves later or ranks lower"
    more = f" and {len(lacking) - 5} more" if len(lacking) > 5 else ""
    return f"{other.id}: lacks {', '.join(lacking[:5])}{more}"
