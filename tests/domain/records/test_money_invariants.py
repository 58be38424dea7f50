"""Money that is on the wrong side of an order's documents is found, with its document and sums."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from oms.orders import ledger as books
from oms.orders.money_parts import Capture, Refund
from oms.orders.order import Order
from oms.records.money_invariants import accounted, moved
from tests.domain.payments.psp import NOW
from tests.domain.payments.test_capturing import PRICE, credited, new_order, shipped


def found(order: Order) -> list[str]:
    breaches = [*accounted(order), *moved(order)]
    assert all(breach.where == order.id for breach in breaches)
    return [breach.what for breach in breaches]


@pytest.fixture
def order() -> Order:
    """Four pieces billed, captured, one credited and refunded."""
    order = credited(shipped(new_order(), 4), 0, PRICE)
    taken = Capture("cap_1", "inv_1-1", PRICE * 4, NOW, "ch_1", "test", "pi_1")
    note = order.documents[1].id
    back = Refund("rfd_1", note, PRICE, NOW, "re_1", "test", "pi_1")
    order = order.within("settlement", captures=(taken,), refunds=(back,))
    assert found(order) == []
    return order


def more(order: Order, **changes: object) -> Order:
    """The order with its capture and its refund altered."""
    (capture,), (refund,) = order.settlement.captures, order.settlement.refunds
    taken = {n.removeprefix("capture_"): v for n, v in changes.items() if n.startswith("capture_")}
    back = {n.removeprefix("refund_"): v for n, v in changes.items() if n.startswith("refund_")}
    return order.within(
        "settlement", captures=(replace(capture, **taken),), refunds=(replace(refund, **back),)
    )


CASES: list[tuple[Callable[[Order], Order], str]] = [
    (lambda o: more(o, capture_amount=PRICE * 5), "50.05 is captured of pi_1, 40.04 was"),
    (lambda o: more(o, capture_amount=PRICE * 5), "captured for inv_1-1, which asks for 40.04"),
    (lambda o: more(o, capture_document="inv_9"), "captured for inv_9, which asks for nothing"),
    (lambda o: more(o, refund_amount=PRICE * 2), "20.02 is refunded for"),
    (lambda o: more(o, refund_document="crn_9"), "refunded for crn_9, which credits nothing"),
    (lambda o: more(o, refund_amount=PRICE * 6), "60.06 is refunded of 40.04 from pi_1"),
    (lambda o: more(o, refund_amount=PRICE * 6), "60.06 is refunded of 40.04 that came"),
    (
        lambda o: o.within("settlement", captures=o.settlement.captures * 2),
        "cap_1 is there 2 times",
    ),
    (lambda o: o.within("settlement", refunds=o.settlement.refunds * 2), "rfd_1 is there 2 times"),
]


@pytest.mark.parametrize(("alter", "text"), CASES, ids=[text for _, text in CASES])
def test_money_that_moved_too_far_is_found(
    order: Order, alter: Callable[[Order], Order], text: str
) -> None:
    assert any(text in what for what in found(alter(order))), found(alter(order))


def test_open_items_that_forget_money_are_found(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgetful = books.ledger(order.within("settlement", captures=()))
    monkeypatch.setattr("oms.records.money_invariants.ledger", lambda _: forgetful)
    (text,) = [what for what in found(order) if what.startswith("money ")]
    assert text == (
        "money 30.03, documents 30.03: 0.00 between them, but "
        f"credit {forgetful.left}, charges 0, open {forgetful.items[0].amount - PRICE}, granted 0"
    )
