"""Pools: whatever lies in whichever part, pieces are found, kept and dealt to the last one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from oms.sourcing.stock import Buffer, Delta, Item, Reservation
from oms.sourcing.stock_buckets import (
    MERGE_BELOW,
    MOST_PARTS,
    SPLIT_ABOVE,
    Changes,
    Mark,
    Parts,
    arranged,
    at_home,
    deal,
    fitting,
    levelled,
    placed,
    recounted,
    take,
)

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
pools = st.lists(st.integers(0, 9), min_size=1, max_size=6)
debts = st.integers(-9, -1).flatmap(lambda debt: st.integers(0, 5).map(lambda n: [debt] + [0] * n))
any_pool = pools | debts
few = st.integers(0, 12)


def parts_of(promisable: list[int], free: list[int]) -> Parts:
    counters = [{"promisable": p, "free:A": f} for p, f in zip(promisable, free, strict=True)]
    return Parts(counters=tuple(counters), writes=(0,) * len(counters))


@st.composite
def splits(draw: st.DrawFn) -> Parts:
    """A SKU in parts, each of its pools being sound."""
    number = draw(st.integers(1, 6))
    pool = st.lists(st.integers(0, 9), min_size=number, max_size=number)
    owing = st.integers(-9, -1).map(lambda debt: [debt] + [0] * (number - 1))
    return parts_of(draw(pool | owing), draw(pool | owing))


def after(parts: Parts, changes: Changes, number: int | None = None) -> Parts:
    """The parts once the changes are made; floors must hold before."""
    counters = [dict(each) for each in parts.counters]
    counters += [{} for _ in range((number or parts.number) - parts.number)]
    for n, change in changes.items():
        for counter, least in change.floors.items():
            assert counters[n].get(counter, 0) >= least
        for counter, difference in change.adds.items():
            counters[n][counter] = counters[n].get(counter, 0) + difference
    return Parts(counters=tuple(counters), writes=(0,) * len(counters))


@given(any_pool, few, few, st.integers(0, 5))
def test_pieces_are_taken_as_long_as_the_whole_pool_has_them(
    pool: list[int], wanted: int, kept: int, home: int
) -> None:
    taken = take(pool, wanted, kept=kept, home=home % len(pool))
    if taken is None:
        assert sum(pool) < wanted + kept
        return
    assert sum(taken.pieces.values()) == wanted
    left = [n - taken.pieces.get(part, 0) for part, n in enumerate(pool)]
    assert wanted == 0 or min(left) >= 0
    assert sum(taken.kept.values()) == kept
    assert all(left[part] >= n for part, n in taken.kept.items())


@given(any_pool, st.integers(0, 30))
def test_gain_pays_the_debt_first_and_then_fills_the_emptiest(pool: list[int], gain: int) -> None:
    level = [n + deal(pool, gain).get(part, 0) for part, n in enumerate(pool)]
    assert sum(level) == sum(pool) + gain
    assert all(now >= before for now, before in zip(level, pool, strict=True))
    if pool[0] < 0:
        assert level[0] == min(0, pool[0] + gain) or level[0] >= 0
        assert level[0] >= 0 or not any(level[1:])


@given(any_pool, st.integers(1, 8))
def test_levelling_loses_nothing(pool: list[int], number: int) -> None:
    level = levelled(pool, number)
    assert sum(level) == sum(pool)
    assert sum(pool) < 0 or max(level) - min(level) <= 1


@given(splits(), st.integers(-20, 20), st.integers(-20, 20))
def test_counting_keeps_the_parts_sound(parts: Parts, promisable: int, free: int) -> None:
    gains = {"promisable": promisable, "free:A": free}
    counted = after(parts, recounted(gains, parts))
    assert counted.sound
    for counter, gain in gains.items():
        assert sum(counted.pool(counter)) == sum(parts.pool(counter)) + gain


@given(splits(), st.integers(1, 8))
def test_splitting_and_merging_keep_every_piece(parts: Parts, number: int) -> None:
    laid = after(parts, arranged(parts, number), number)
    assert laid.sound
    for counter in ("promisable", "free:A"):
        assert sum(laid.pool(counter)) == sum(parts.pool(counter))
    assert all(not any(each.values()) for each in laid.counters[number:])


@given(splits(), st.integers(-9, 9), st.integers(-9, 9), st.integers(-9, 9), st.integers(0, 9))
def test_a_move_is_placed_whole_or_not_at_all(
    parts: Parts, promisable: int, free: int, soft: int, kept: int
) -> None:
    change = Delta(
        promisable=promisable, soft=soft, backordered=1, hard={"A": -free}, on_hand={},
        free={"A": free},
    )  # fmt: skip
    changes = placed(change, parts, home=parts.number - 1, kept=kept)
    if changes is None:
        assert (
            sum(parts.pool("promisable")) < kept - promisable or sum(parts.pool("free:A")) < -free
        )
        return
    moved = after(parts, changes)
    assert moved.sound
    assert sum(moved.pool("promisable")) == sum(parts.pool("promisable")) + promisable
    assert sum(moved.pool("free:A")) == sum(parts.pool("free:A")) + free
    assert sum(each.get("soft", 0) for each in moved.counters) == soft
    if promisable < 0:
        assert sum(moved.pool("promisable")) >= kept


def test_issue_changes_the_main_part_alone() -> None:
    change = Delta(promisable=0, soft=0, backordered=0, hard={"A": -1}, on_hand={"A": -1}, free={})
    assert set(placed(change, parts_of([1, 1], [1, 1]), home=1) or {}) == {0}


def test_refused_order_counts_in_its_own_part() -> None:
    change = Delta(promisable=0, soft=0, backordered=2, hard={}, on_hand={}, free={})
    assert set(placed(change, parts_of([0, 0], [0, 0]), home=1) or {}) == {1}


@given(st.integers(0, 10_000), st.integers(1, MOST_PARTS))
def test_pace_decides_how_many_parts(writes: int, now: int) -> None:
    number = fitting(now, 0, pace=writes, hot=False, rested=True)
    assert 1 <= number <= MOST_PARTS
    if writes > SPLIT_ABOVE * now:
        assert number > now or number == MOST_PARTS
    elif writes < MERGE_BELOW:
        assert number == 1
    else:
        assert number == now


def test_merchant_decides_before_the_pace_does() -> None:
    assert fitting(1, 8, pace=None, hot=False, rested=True) == 8
    assert fitting(16, 8, pace=9_999, hot=True, rested=True) == 8
    assert fitting(2, 0, pace=None, hot=True, rested=False) == 4
    assert fitting(4, 0, pace=1, hot=False, rested=False) == 4


def test_pace_is_believed_after_two_seconds() -> None:
    mark = Mark(NOW, 100, None)
    parts = Parts(counters=({}, {}), writes=(300, 200))
    assert mark.pace(parts, NOW + timedelta(seconds=1)) is None
    assert mark.pace(parts, NOW + timedelta(seconds=4)) == 100


def test_orders_spread_over_the_parts() -> None:
    homes = [at_home(f"ord_{n:032x}", 8) for n in range(800)]
    assert min(homes.count(n) for n in range(8)) > 60


@given(st.integers(0, 50), st.integers(0, 5), st.integers(0, 100))
def test_buffer_keeps_pieces_and_a_share_rounded_up(shelved: int, pieces: int, share: int) -> None:
    kept = Buffer(pieces, share).of(shelved)
    assert kept >= pieces
    assert 0 <= (kept - pieces) * 100 - shelved * share < 100


def test_buffer_holds_for_its_shop_alone() -> None:
    item = Item(sku="S", promisable=10, on_hand={"A": 12}, safety={"A": 2}, buffers={
        "tal": Buffer(percent=25)
    })  # fmt: skip
    newcomer = Reservation(sku="S", order_id="ord_1", placed_at=NOW, shop="tal")
    assert item.promisable_to(newcomer) == 7
    assert item.promisable_in("berg") == 10
