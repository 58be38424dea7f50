"""Pools: the pieces of a SKU that many buy at once lie in several parts, and none is forgotten."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct, field

from oms.sourcing.stock import Delta

Pool = Sequence[int]
"""Pieces by part; part 0 is the SKU's main item, the others are its buckets."""

MOST_PARTS = 64
"""A transaction holds 100 actions, and counting a SKU may touch each of its parts."""

SPLIT_ABOVE = 200
"""Writes a second and part: an item takes 1,000, a transaction counts double."""

SPLIT_TO = 100
"""Writes a second that each part shall have after a split."""

MERGE_BELOW = 20
"""Writes a second of a SKU that needs no buckets any more."""

SECOND = timedelta(seconds=1)

WINDOW = timedelta(seconds=2)
"""How long writes are counted before their rate is believed."""

REST = timedelta(minutes=1)
"""How long a SKU stays split at least."""

CONFLICTS = 3
"""So many conflicts or refusals for rate in one write say that an item is hot, rate or not."""


class Take(Struct, frozen=True):
    """Pieces to take, by part, and what parts must still have afterwards, by part."""

    pieces: dict[int, int]
    kept: dict[int, int]


class Change(Struct, kw_only=True):
    """Changes of a part's counters, and how much of a counter it must have before."""

    adds: dict[str, int] = field(default_factory=dict)
    floors: dict[str, int] = field(default_factory=dict)

    def add(self, counter: str, difference: int) -> None:
        """Add to a counter."""
        self.adds[counter] = self.adds.get(counter, 0) + difference


Changes = dict[int, Change]
"""The changes of a SKU's counters, by part; one with floors alone is only a check."""


def at_home(order_id: str, parts: int) -> int:
    """The part that an order asks first: orders spread evenly, and one always asks the same."""
    return zlib.crc32(order_id.encode()) % parts


def take(pool: Pool, wanted: int, *, kept: int = 0, home: int = 0) -> Take | None:
    """Parts to take pieces from so that the whole pool keeps `kept`; None if it has too few.

    One part is enough if any covers it, the home part first; else the fullest parts give together.
    The floors hold over the whole pool: a part with one keeps that much, and none has less than
    nothing while another has some (`Parts.sound`).
    """
    if wanted + max(0, kept) > sum(pool):
        return None
    parts = len(pool)
    ring = [(home + step) % parts for step in range(parts)]
    whole = next((n for n in ring if pool[n] >= wanted + kept), None)
    order = [whole] if whole is not None else sorted(ring, key=lambda n: -pool[n])
    pieces: dict[int, int] = {}
    left = wanted
    for n in order:
        if left and pool[n] > 0:
            pieces[n] = min(left, pool[n])
            left -= pieces[n]
    return Take(pieces, _floors(pool, pieces, kept))


def _floors(pool: Pool, pieces: Mapping[int, int], kept: int) -> dict[int, int]:
    """Floors of the parts so that all together keep `kept`: few of them, touched ones first."""
    floors: dict[int, int] = {}
    left = kept
    for n in sorted(range(len(pool)), key=lambda n: (n not in pieces, -pool[n])):
        rest = pool[n] - pieces.get(n, 0)
        if left > 0 and rest > 0:
            floors[n] = min(left, rest)
            left -= floors[n]
    return floors


def deal(pool: Pool, gain: int) -> dict[int, int]:
    """Shares of a gain by part: a debt of the main part first, then the emptiest parts."""
    level = list(pool)
    debt = min(gain, max(0, -level[0]))
    level[0] += debt
    _pour(level, gain - debt)
    return {n: after - before for n, (before, after) in enumerate(zip(pool, level, strict=True))}


def _pour(level: list[int], gain: int) -> None:
    """Add the gain so that the parts come as near to each other as they can."""
    order = sorted(range(len(level)), key=lambda n: level[n])
    for reached in range(1, len(order) + 1):
        filled = order[:reached]
        top = level[order[reached]] if reached < len(order) else None
        need = sum(top - level[n] for n in filled) if top is not None else gain
        if top is None or need >= gain:
            total = sum(level[n] for n in filled) + gain
            for place, n in enumerate(filled):
                level[n] = total // reached + (place < total % reached)
            return


def levelled(pool: Pool, parts: int) -> list[int]:
    """The same pieces in `parts` parts, as even as can be; a debt stays with the main part."""
    total = sum(pool)
    if total < 0:
        return [total] + [0] * (parts - 1)
    return [total // parts + (n < total % parts) for n in range(parts)]


class Parts(Struct, frozen=True, kw_only=True):
    """The counters of a SKU as they lie in its parts, each by its attribute's name.

    The pools, `promisable` and `free:A` for each location, are what no reservation may bring below
    zero. The others, such as `soft`, only count as a sum. `writes` is by part.
    """

    counters: tuple[dict[str, int], ...]
    writes: tuple[int, ...]

    @property
    def number(self) -> int:
        """Number of the parts."""
        return len(self.counters)

    @property
    def pools(self) -> set[str]:
        """The names of the pools."""
        names = {name for each in self.counters for name in each}
        return {name for name in names if name == "promisable" or name.startswith("free:")}

    def pool(self, counter: str) -> list[int]:
        """The pieces of a pool by part, 0 where it was never counted."""
        return [each.get(counter, 0) for each in self.counters]

    @property
    def sound(self) -> bool:
        """True if no bucket is below zero, and all are empty while the main part is."""
        return all(
            min(pool) >= 0 or (pool[0] < 0 and not any(pool[1:]))
            for pool in map(self.pool, self.pools)
        )

    @property
    def uneven(self) -> bool:
        """True if most parts have run out while others have plenty."""
        pool = self.pool("promisable")
        empty = sum(n <= 0 for n in pool)
        return self.number > 1 and 2 * empty >= self.number and sum(pool) >= 4 * self.number


def placed(change: Delta, parts: Parts, *, home: int, kept: int = 0) -> Changes | None:
    """Changes of the counters by a reservation's move; None when the pools do not cover it.

    What it takes comes from parts that have it, what it gives back goes to the main part, so that a
    bucket only ever grows when pieces are dealt out. `kept` pieces stay promisable to others.
    """
    changes: Changes = {}
    pooled = {"promisable": change.promisable, **_named("free", change.free)}
    for counter, difference in pooled.items():
        if difference > 0:
            changes.setdefault(0, Change()).add(counter, difference)
        elif difference < 0:
            stays = kept if counter == "promisable" else 0
            taken = take(parts.pool(counter), -difference, kept=stays, home=home)
            if taken is None:
                return None
            _spend(changes, counter, taken)
    on_hand = _named("on_hand", change.on_hand)
    touched = [n for n, each in changes.items() if each.adds]
    here = 0 if on_hand else home if home in touched or not touched else min(touched)
    sums = {"soft": change.soft, "backordered": change.backordered, **_named("hard", change.hard)}
    for counter, difference in {**sums, **on_hand}.items():
        if difference:
            changes.setdefault(here, Change()).add(counter, difference)
    return changes


def _spend(changes: Changes, counter: str, taken: Take) -> None:
    for n in taken.pieces.keys() | taken.kept.keys():
        change, pieces = changes.setdefault(n, Change()), taken.pieces.get(n, 0)
        if pieces:
            change.add(counter, -pieces)
        change.floors[counter] = pieces + taken.kept.get(n, 0)


def _named(counter: str, by_location: Mapping[str, int]) -> dict[str, int]:
    return {f"{counter}:{place}": n for place, n in by_location.items() if n}


def recounted(gains: Mapping[str, int], parts: Parts) -> Changes:
    """Changes of the pools by counting, by counter; it alone may bring them below zero.

    A loss that the parts do not cover empties every bucket and leaves the debt to the main part.
    Buckets do not grow under the one who counts, so that what they have is at most what was seen.
    """
    changes: Changes = {0: Change()}
    for counter, gain in gains.items():
        pool = parts.pool(counter)
        if parts.number == 1:
            changes[0].add(counter, gain)
        elif gain >= 0:
            for n, more in deal(pool, gain).items():
                if more:
                    changes.setdefault(n, Change()).add(counter, more)
        elif (taken := take(pool, -gain)) is not None:
            _spend(changes, counter, taken)
        else:
            for n in range(1, parts.number):
                if pool[n]:
                    _spend(changes, counter, Take({n: pool[n]}, {}))
            changes[0].add(counter, gain + sum(pool[1:]))
    return changes


def arranged(parts: Parts, number: int) -> Changes:
    """Moves after which every pool lies evenly in so many parts.

    A part that closes hands all its counters to the main one.
    """
    changes: Changes = {0: Change()}
    for counter in parts.pools:
        pool = parts.pool(counter)
        wanted = levelled(pool, number) + [0] * max(0, parts.number - number)
        for n, after in enumerate(wanted):
            before = pool[n] if n < parts.number else 0
            if after < before and n < number:
                _spend(changes, counter, Take({n: before - after}, {}))
            elif after != before:
                changes.setdefault(n, Change()).add(counter, after - before)
    for n in range(number, parts.number):
        for counter in parts.counters[n].keys() - parts.pools:
            changes[0].add(counter, parts.counters[n][counter])
            changes.setdefault(n, Change()).add(counter, -parts.counters[n][counter])
    return changes


def fitting(now: int, wanted: int, *, pace: int | None, hot: bool, rested: bool) -> int:
    """Number of parts for a SKU: what the merchant wants (0: we decide), or by its pace.

    `pace` is in writes a second, None while too little was seen; `hot` says that writes stand in
    each other's way; `rested` that it was split long ago.
    """
    if wanted:
        return min(wanted, MOST_PARTS)
    if pace is not None and pace > SPLIT_ABOVE * now:
        return min(MOST_PARTS, _power(-(-pace // SPLIT_TO)))
    if hot:
        return min(MOST_PARTS, 2 * now)
    if now > 1 and rested and pace is not None and pace < MERGE_BELOW:
        return 1
    return now


def _power(at_least: int) -> int:
    number = 1
    while number < at_least:
        number *= 2
    return number


class Mark(Struct, frozen=True):
    """Mark of how many writes a SKU had seen at a time, and when it got its parts."""

    at: datetime | None
    writes: int
    arranged_at: datetime | None

    def pace(self, parts: Parts, now: datetime) -> int | None:
        """Writes a second since the mark, None while that is too short a time."""
        if self.at is None or now - self.at < WINDOW:
            return None
        return (sum(parts.writes) - self.writes) * SECOND // (now - self.at)

    def rested(self, now: datetime) -> bool:
        """True if its parts are as they are for long enough to change them back."""
        return self.arranged_at is None or now - self.arranged_at >= REST

    def settled(self, now: datetime) -> bool:
        """True if its parts have been as they are for long enough to be judged."""
        return self.arranged_at is None or now - self.arranged_at >= WINDOW

    def due(self, now: datetime) -> bool:
        """True when it is time for another mark."""
        return self.at is None or now - self.at >= WINDOW


def summed(values: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Counters added up, by name."""
    total: dict[str, int] = {}
    for counters in values:
        for name, n in counters.items():
            total[name] = total.get(name, 0) + n
    return total
