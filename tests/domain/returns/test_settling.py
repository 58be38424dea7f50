"""Whatever is withdrawn from when, each piece is stopped or out once, and the log tells all."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from oms.core.parties import Address
from oms.orders.customer import Customer, Shipping
from oms.orders.lines import LINE_STATES, Line
from oms.orders.money_parts import Payment
from oms.orders.order import Order
from oms.records.invariants import conserved
from oms.records.withdrawal_invariants import consistent, withdrawn_once
from oms.returns.settling import gone_on, stop
from oms.returns.withdrawal import Statement, Withdrawal, received, replayed
from oms.returns.withdrawing import closed, decided, left, matched

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
HOME = Address("Eva", "Ringstr. 5", "80331", "München", "DE")
PLACES = ("open", "backordered", "reserved", "cancelled")
"""Places of pieces that no fulfilment has, so that an order needs none."""


def order_of(counts: list[dict[str, int]], type: str) -> Order:
    """An order whose lines have so many pieces in each place."""
    lines = tuple(
        Line(str(n), f"SKU-{n}", Decimal("9.90"), sum(each.values()), **each)  # type: ignore[arg-type]
        for n, each in enumerate(counts, 1)
    )
    buyer = Customer("C-1", "B2B" if type == "B2B" else "B2C", "Eva", "eva@post.example", "de")
    return Order(
        id="ord_1",
        shop="shop",
        external_number="BB-1",
        placed_at=NOW,
        received_at=NOW,
        currency="EUR",
        price_mode="gross",
        customer=buyer,
        billing_address=HOME,
        lines=lines,
        shipping=Shipping("standard", Decimal("4.90")),
        payment=Payment("paypal", "authorised", Decimal("99.00")),
    )


def said(id: str) -> Withdrawal:
    statement = Statement("Eva", "BB-1", "eva@post.example")
    return received(Withdrawal(id, "shop", "page", statement, "de", NOW, NOW))


COUNTS = st.lists(
    st.fixed_dictionaries({place: st.integers(0, 3) for place in PLACES}).filter(
        lambda each: sum(each.values()) > 0
    ),
    min_size=1,
    max_size=3,
)
WANTED = st.lists(st.dictionaries(st.sampled_from("123"), st.integers(1, 9)), max_size=4)


@given(COUNTS, WANTED, st.sampled_from(["B2C", "B2B"]), st.booleans())
def test_no_piece_is_stopped_twice_and_none_is_lost(
    counts: list[dict[str, int]], wanted: list[dict[str, int]], type: str, close: bool
) -> None:
    order = order_of(counts, type)
    before = order.count("cancelled")
    known: list[Withdrawal] = []
    for n, asked in enumerate(wanted):
        lines = {number: q for number, q in asked.items() if int(number) <= len(counts)} or None
        new = matched(said(f"wdr_{n}"), order, known, by="shop", at=NOW, lines=lines)
        open = {line.number: "accepted" for line in new.lines if line.decision is None}
        new = decided(new, open, reason="x", by="clerk", at=NOW) if open else new  # type: ignore[arg-type]
        log = list(new.events)
        for _ in range(2):
            new, order = stop(replace(new, events=()), order, known, at=NOW)
            log += new.events
            new = gone_on(replace(new, events=()), order, known, at=NOW)
            log += new.events
            new = replace(new, events=())
        assert new.unplaced == {}
        if not asked:  # of all that is left, nothing is left
            assert not any(left(order, [*known, new]).values()) or type == "B2B"
        assert new.accepted == (new.stopped.placed if new.stopped else {})
        assert replayed(log) == new  # type: ignore[arg-type]
        if close and n == 1:
            new = replace(closed(new, reason="x", by="clerk", at=NOW), events=())
        assert [*consistent(new)] == []
        known.append(new)
    stopped = sum(sum(each.stopped.cancelled.values()) for each in known if each.stopped)
    assert order.count("cancelled") == before + stopped
    assert [*conserved(order)] == []
    assert [*withdrawn_once(order, known)] == []
    assert sum(order.count(place) for place in LINE_STATES) == order.count("ordered")
