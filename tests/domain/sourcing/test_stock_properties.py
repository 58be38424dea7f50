"""Reservations under any sequence of moves: counters follow, and repeated steps come to rest."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from oms.orders import recall
from oms.orders.cancelling import cancel
from oms.orders.fulfilments import Fulfilment
from oms.orders.lines import Line
from oms.orders.order import Order
from oms.records.invariants import claimed as agreed
from oms.records.invariants import counted
from oms.sourcing.allocation import reserved, room_of
from oms.sourcing.stock import Delta, Item, Reservation, agrees, claims, delta, settled
from tests.domain.orders.test_order_properties import new_order

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PLACES = ("A", "B")
few = st.integers(0, 4)
by_place = st.dictionaries(st.sampled_from(PLACES), few, max_size=2)
reservations = st.builds(
    lambda soft, backordered, hard, issued: Reservation(
        sku="S",
        order_id="ord_1",
        placed_at=NOW,
        soft=soft,
        backordered=backordered,
        hard=hard,
        issued=issued,
    ),
    few,
    few,
    by_place,
    by_place,
)


def moved(item: Item, change: Delta) -> Item:
    """The counters after a reservation's move, as the store adds it to them."""

    def plus(counts: dict[str, int], more: dict[str, int]) -> dict[str, int]:
        return {p: counts.get(p, 0) + more.get(p, 0) for p in {**counts, **more}}

    return replace(
        item,
        promisable=item.promisable + change.promisable,
        soft=item.soft + change.soft,
        backordered=item.backordered + change.backordered,
        hard=plus(item.hard, change.hard),
        on_hand=plus(item.on_hand, change.on_hand),
        free=plus(item.free, change.free),
    )


@settings(max_examples=300)
@given(st.lists(reservations, min_size=1, max_size=6))
def test_counters_follow_any_sequence_of_moves(states: list[Reservation]) -> None:
    item = Item(sku="S", on_hand=dict.fromkeys(PLACES, 0), free=dict.fromkeys(PLACES, 0))
    before = Reservation(sku="S", order_id="ord_1", placed_at=NOW)
    for after in states:
        item = moved(item, delta(before, after))
        assert item.consistent
        assert list(counted(item, [after], [])) == []
        before = after


@st.composite
def claimants(draw: st.DrawFn) -> Order:
    """An order of one SKU with its pieces anywhere."""
    pieces = draw(st.fixed_dictionaries(dict.fromkeys(("open", "reserved", "backordered"), few)))
    fulfilments = []
    gone = {"released": 0, "shipped": 0}
    for n in range(draw(st.integers(0, 3))):
        status = draw(st.sampled_from(["released", "shipped"]))
        quantity = draw(st.integers(1, 3))
        gone[status] += quantity
        fulfilments.append(
            Fulfilment(
                id=f"ful_{n}",
                location=draw(st.sampled_from(PLACES)),
                pieces={"1": quantity},
                planned_at=NOW,
                ship_by=NOW,
                status=status,  # type: ignore[arg-type]
                shipped_at=NOW if status == "shipped" else None,
            )
        )
    counts: dict[str, Any] = {**pieces, **gone}
    line = Line("1", "S", Decimal(1), sum(pieces.values()) + sum(gone.values()), **counts)
    return replace(new_order([1], True), lines=(line,), fulfilments=tuple(fulfilments), events=())


def matching(order: Order) -> Reservation:
    """The reservation that is what the order claims."""
    wanted = claims(order)["S"]
    return Reservation(
        sku="S",
        order_id=order.id,
        placed_at=NOW,
        soft=wanted.soft,
        backordered=wanted.backordered,
        hard=wanted.hard,
        issued=wanted.issued,
    )


@settings(max_examples=300)
@given(claimants())
def test_what_agrees_is_left_as_it_is(order: Order) -> None:
    held = matching(order)
    assert agrees(held, claims(order)["S"])
    assert settled(held, claims(order)["S"]) == held
    assert list(agreed(order, {"S": held})) == []


def asked(order: Order, held: Reservation, promisable: int) -> Order:
    """The order once it has reserved, with so many pieces to promise."""
    item = Item(sku="S", promisable=promisable, soft=held.soft, backordered=held.backordered)
    room = room_of(order, {"S": held}, {"S": item})
    return reserved(order, room, closed=(), fits=lambda _: {}, at=NOW)


@settings(max_examples=300)
@given(claimants(), few)
def test_reserving_covers_the_open_pieces_and_reserving_again_takes_nothing(
    order: Order, promisable: int
) -> None:
    after = asked(order, matching(order), promisable)
    assert after.count("open") == 0
    gained = after.count("reserved") - order.count("reserved")
    assert gained == min(order.count("open"), promisable)
    again = asked(replace(after, events=()), matching(after), promisable - gained)
    assert again.events == ()


@settings(max_examples=300)
@given(claimants(), few, few)
def test_what_an_interrupted_run_took_counts(order: Order, promisable: int, taken: int) -> None:
    held = replace(matching(order), soft=order.count("reserved") + taken)
    after = asked(order, held, promisable)
    gained = after.count("reserved") - order.count("reserved")
    assert gained == min(order.count("open"), promisable + taken)


@settings(max_examples=300)
@given(claimants(), st.data())
def test_cancelled_pieces_come_back_exactly_once(order: Order, data: st.DataObject) -> None:
    held = matching(order)
    most = sum(getattr(order.lines[0], place) for place in ("open", "reserved", "backordered"))
    wanted = {"1": data.draw(st.integers(0, most))}
    after = cancel(order, wanted, reason="", by="shop", at=NOW)
    once = settled(held, claims(after)["S"])
    assert once.held == claims(after)["S"].held
    assert settled(once, claims(after)["S"]) == once
    if not claims(after)["S"].open:
        assert agrees(once, claims(after)["S"])


@settings(max_examples=300)
@given(claimants())
def test_shipped_pieces_leave_their_shelf_exactly_once(order: Order) -> None:
    held = matching(order)
    shipped = tuple(replace(f, status="shipped", shipped_at=NOW) for f in order.fulfilments)
    line = order.lines[0]
    gone = replace(line, released=0, shipped=line.shipped + line.released)
    after = replace(order, fulfilments=shipped, lines=(gone,))
    once = settled(held, claims(after)["S"])
    assert agrees(once, claims(after)["S"])
    assert settled(once, claims(after)["S"]) == once


@settings(max_examples=300)
@given(claimants(), few)
def test_recalled_pieces_come_back_and_those_of_another_line_stay(order: Order, kept: int) -> None:
    other = Line("2", "S", Decimal(1), kept, reserved=kept)
    order = replace(order, lines=(*order.lines, other))
    held = matching(order)
    wanted = {"1": order.lines[0].ordered - order.lines[0].shipped}
    after = recall.cancel(order, wanted, cause="customer", reason="", by="shop", at=NOW)
    for fulfilment in after.fulfilments:
        if fulfilment.recalled:
            after = recall.accept(after, fulfilment.id, reason="", at=NOW)
    once = settled(held, claims(after)["S"])
    assert agrees(once, claims(after)["S"])
    assert once.soft == kept
    assert settled(once, claims(after)["S"]) == once


def test_newcomer_is_promised_only_what_nobody_waits_for() -> None:
    item = Item(sku="S", promisable=3, backordered=2)
    newcomer = Reservation(sku="S", order_id="ord_2", placed_at=NOW)
    assert item.promisable_to(newcomer) == 1
    assert item.promisable_to(replace(newcomer, backordered=2)) == 3
