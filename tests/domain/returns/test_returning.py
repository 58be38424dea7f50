"""Whatever comes back in whatever turn, no piece is there twice and no cent goes back twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from oms.core.refusals import Refusal
from oms.orders.documents import Document
from oms.orders.lines import Line
from oms.orders.order import Order
from oms.orders.taking_back import taken_back
from oms.records.return_invariants import accounted
from oms.records.return_invariants import credited as credits_agree
from oms.returns.inspection import GoodsReceipt, Inspected
from oms.returns.refunding import gives_delivery_back
from oms.returns.return_events import ReturnCredit
from oms.returns.returning import (
    announced,
    closed,
    credited,
    decided,
    due,
    expected_by,
    overdue,
    received,
)
from oms.returns.rma import Basis, Return, ReturnLine, replayed
from oms.returns.verdicts import Decision
from tests.domain.orders.test_order_properties import new_order

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


def arrived(*pieces: int) -> Order:
    """An order whose pieces are with the customer."""
    order = replace(new_order([1], True), events=())
    lines = tuple(
        Line(str(n), f"SKU-{n}", Decimal(1), q, delivered=q) for n, q in enumerate(pieces, 1)
    )
    return replace(order, lines=lines)


def rma(order: Order, basis: Basis = "goodwill", /, **pieces: int) -> Return:
    """A return that nobody has announced yet; `_1=2` are two pieces of line 1."""
    lines = tuple(ReturnLine(n[1:], order.line(n[1:]).sku, q) for n, q in pieces.items())
    return Return(
        "ret_1", "berg", order.id, "BB-1", "BB-1-R1", basis, lines, NOW, "clerk", expected_by(NOW)
    )


def parcel(number: str, /, *lines: tuple[str, int, Any]) -> GoodsReceipt:
    """A parcel of pieces of lines, by number, quantity and grade."""
    found = tuple(Inspected(n, f"SKU-{n}", q, grade, "restock") for n, q, grade in lines)
    return GoodsReceipt(number, "A", NOW, "wms", found)


lines = st.lists(
    st.tuples(st.sampled_from(["1", "2"]), st.integers(1, 3), st.sampled_from("ABCD")), max_size=3
)
acts = st.lists(
    st.one_of(
        st.tuples(st.just("receive"), st.sampled_from(["P1", "P2", "P3"]), lines),
        st.tuples(st.just("decide"), st.sampled_from(["P1", "P2", "P3"]), st.booleans()),
        st.tuples(st.just("credit"), st.just(""), st.none()),
        st.tuples(st.just("close"), st.just(""), st.none()),
    ),
    max_size=12,
)


@given(st.sampled_from(["goodwill", "withdrawal", "claim"]), acts)
def test_pieces_and_credits_agree_in_any_turn(basis: Basis, script: list[Any]) -> None:
    order = arrived(2, 3)
    it = announced(rma(order, basis, _1=1, _2=2), order, [])
    notes = 0
    for what, name, more in script:
        try:
            before = it
            match what:
                case "receive":
                    it = received(it, parcel(name, *more))
                    fresh = it.receipts[len(before.receipts) :]
                    order = taken_back(
                        order, it.id, it.number, fresh[0].pieces if fresh else {}, at=NOW
                    )
                case "decide":
                    word: Decision = "accepted" if more else "declined"
                    it = decided(it, name, {"1": word}, reason="x", by="clerk", at=NOW)
                case "credit":
                    for receipt, pieces in [*it.to_credit][:1]:
                        notes += 1
                        id, gross = f"crn_{notes}", Decimal(sum(pieces.values()))
                        note = Document(id, "credit_note", id, "", NOW, gross, original="inv_1")
                        order = replace(order, documents=(*order.documents, note))
                        credit = ReturnCredit(receipt.number, id, id, "inv_1", pieces, gross, "x")
                        it = credited(it, credit, at=NOW)
                case "close":
                    it = closed(it, reason="x", by="clerk", at=NOW)
        except Refusal:
            it = before
        assert [*accounted(order, [it])] == []
        assert [*credits_agree(order, [it])] == []
        assert all(line.conserved for line in order.lines)
    assert replayed(cast(Any, it.events)) == replace(it, events=())
    paid = sum(sum(credit.pieces.values()) for credit in it.credits)
    assert paid <= order.count("returned") <= 5


def test_what_other_returns_wait_for_is_not_announced_again() -> None:
    order = arrived(2)
    first = announced(rma(order, _1=2), order, [])
    with pytest.raises(Refusal, match="So many pieces"):
        announced(rma(order, _1=1), order, [first])
    done = closed(first, reason="x", by="clerk", at=NOW)
    assert announced(rma(order, _1=2), order, [done]).status == "announced"


def test_a_return_that_does_not_come_is_said_once() -> None:
    order = arrived(2)
    it = announced(rma(order, _1=1), order, [])
    assert it.expected_by == date(2026, 12, 31)
    assert overdue(it, at=NOW + timedelta(days=30)) == it
    late = overdue(it, at=NOW + timedelta(days=31))
    assert late.overdue_at
    assert overdue(late, at=NOW + timedelta(days=40)) == late
    assert due(late) == ()


def test_delivery_is_given_back_once_all_of_a_withdrawal_is_there() -> None:
    order = arrived(1, 1)
    part = taken_back(order, "ret_1", "R1", {"1": 1}, at=NOW)
    whole = taken_back(part, "ret_1", "R1", {"2": 1}, at=NOW)
    law, word = rma(order, "withdrawal", _1=1), rma(order, _1=1)
    assert [gives_delivery_back(law, each) for each in (order, part, whole)] == [False, False, True]
    assert not gives_delivery_back(word, whole)
