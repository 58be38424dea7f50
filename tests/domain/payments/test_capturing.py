"""Whatever is billed, credited, captured, refunded or fails, in whatever order, no cent is lost."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw
from msgspec.structs import replace

from oms.billing import documenting
from oms.core.events import GENESIS, LogEntry, chained
from oms.core.parties import Address
from oms.core.refusals import Refusal
from oms.orders import balance, invoicing
from oms.orders.applying import applied, tell
from oms.orders.cancelling import cancel, cancel_rest
from oms.orders.customer import Customer, Shipping
from oms.orders.documents import Document
from oms.orders.lines import Line
from oms.orders.money_parts import Payment, Received
from oms.orders.order import ORDER_FORMATS, Order, OrderCreated, Placed, begun, encode
from oms.orders.order_events import OrderScreened
from oms.orders.reserving import reserve
from oms.orders.shipping import pack, release_to_warehouse, ship
from oms.orders.waiting import waiting
from oms.payments import capturing, shop_captures
from oms.payments.capturing import AFTER, DEEDS, Take, Void, Wait, state
from oms.payments.payment import receive
from oms.payments.shop_captures import Moved
from oms.records import money_invariants
from oms.records.due import apply_due
from oms.records.invariants import told
from oms.records.money_invariants import accounted
from tests.domain.payments.psp import NOW, Psp

PRICE = Decimal("10.01")
EUR = Decimal("0.01")


def new_order(pieces: int = 4, price_mode: str = "gross", **payment: Any) -> Order:
    said: dict[str, Any] = {"status": "authorised", "amount": PRICE * pieces, "reference": "pi_1"}
    said = {"provider": "test", **said, **payment}
    placed = Placed(
        id="ord_1",
        shop="berg-beutel",
        external_number="BB-1",
        placed_at=NOW,
        received_at=NOW,
        currency="EUR",
        price_mode=price_mode,  # type: ignore[arg-type]
        customer=Customer("C-1", "B2C", "Ayşe Müller", "a@b.example", "de"),
        billing_address=Address("Ayşe Müller", "Ringstr. 5", "80331", "München", "DE"),
        lines=(Line("1", "SKU", PRICE, pieces, open=pieces),),
        shipping=Shipping("standard", Decimal(0)),
        payment=Payment(method="card", **said),
    )
    return tell(begun(placed), OrderCreated(placed), OrderScreened((), NOW))


def shipped(order: Order, pieces: int, at: datetime = NOW) -> Order:
    """Pieces leave and are billed."""
    pieces = min(pieces, order.count("open"))
    if not pieces:
        return order
    order = reserve(order, {"1": pieces}, {}, at=at)
    order = release_to_warehouse(order, "A", {"1": pieces}, ship_by=at, reasons=(), at=at)
    id = order.fulfilments[-1].id
    order = pack(order, id, [(100, None)], at=at)
    order = ship(order, id, carrier="dhl", tracking_numbers=(f"T-{id}",), at=at)
    number = f"RE-{len(order.documents)}"
    inv = id.replace("ful_", "inv_")
    return invoicing.invoice(order, Document(inv, "invoice", number, id, at, PRICE * pieces))


def credited(order: Order, invoice: int, amount: Decimal, at: datetime = NOW) -> Order:
    """A part of an invoice is taken back, as far as there is so much of it."""
    bills = [d for d in order.documents if d.type == "invoice"]
    if not bills:
        return order
    bill = bills[invoice % len(bills)]
    gone = sum(d.gross for d in documenting.credit_notes_of(order, bill.id))
    amount = min(amount, bill.gross - gone)
    if amount <= 0:
        return order
    id = f"crn_{len(order.documents)}"
    note = Document(id, "credit_note", id, bill.fulfilment, at, amount, original=bill.id)
    return documenting.credit(order, note)


def heard(order: Order, psp: Psp, at: datetime) -> Order:
    """All that the provider says is on record."""
    order = capturing.note(order, psp.holding(), at=at)
    for refund in psp.refunds:
        order = capturing.note_refund(order, refund, at=at)
    return order


def moved(order: Order, psp: Psp, at: datetime, *, dies_after: int = 99) -> Order:
    """Everything that is to be moved is; the process may die between a call and its record."""
    for calls in range(1, 50):
        order = heard(order, psp, at)
        move = capturing.next_capture(order, psp.holding(), at=at)
        back = capturing.next_refund(order)
        if isinstance(move, Take):
            psp.capture(move)
        elif isinstance(move, Void):
            psp.void()
        elif isinstance(move, Wait):
            order = capturing.wait(order, move.until, at=at)
        elif move is not None:
            order = capturing.fail(
                order, "capture", move.document, move.amount,
                reason=move.reason, text="", at=at, reference="pi_1",
            )  # fmt: skip
        if back is not None and not isinstance(move, Take | Void):
            psp.refund(back)
        elif move is None or isinstance(move, Wait):
            return heard(order, psp, at)
        if calls >= dies_after:
            return order
    raise AssertionError("never at rest")


def log_of(order: Order) -> list[LogEntry]:
    events: list[LogEntry] = []
    for number, news in enumerate(order.events, 1):
        tag = str(type(news).__struct_config__.tag)
        event = LogEntry(
            id=f"evt_{number}", type=tag, aggregate="order/ord_1", shop="b", sequence=number,
            at=NOW, actor="a", cause="c", data=Raw(encode(news)),
        )  # fmt: skip
        events.append(chained(event, events[-1].hash if events else GENESIS))
    return events


def moves_by_the_table(before: Order, after: Order) -> None:
    """Each piece of news leads from a state to one that the machine knows behind it."""
    for news in after.events[len(before.events) :]:
        following = applied(before, news)
        assert state(following) in AFTER[state(before)]
        before = following


def holds(order: Order) -> None:
    """What must always hold of an order's money."""
    assert Decimal(0) <= balance.refunded(order) <= balance.captured(order)
    assert balance.captured(order) <= balance.authorised(order)
    assert [*accounted(order), *money_invariants.moved(order)] == []
    bare = replace(order, events=())
    assert ORDER_FORMATS.read(encode(bare), ORDER_FORMATS.newest) == bare
    assert not [*told("order", replace(order, events=()), log_of(order))]


deeds = st.one_of(
    st.tuples(st.just("ship"), st.integers(1, 3)),
    st.tuples(st.just("credit"), st.integers(0, 3), st.integers(1, 2500)),
    st.tuples(st.just("bank"), st.integers(1, 2500)),
    st.tuples(st.just("cancel"), st.integers(1, 2)),
    st.tuples(st.just("move")),
    st.tuples(st.just("die"), st.integers(1, 2)),
    st.tuples(st.just("late"), st.integers(0, 5)),
    st.tuples(st.just("fail")),
    st.tuples(st.just("time"), st.integers(1, 120)),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(deeds, max_size=12), st.booleans(), st.sampled_from(["authorised", "captured"]))
def test_whatever_happens_the_money_adds_up(
    steps: list[tuple[Any, ...]], several: bool, status: str
) -> None:
    order = new_order(status=status)
    psp = Psp(order.payment.amount, several)
    if status == "captured":
        psp.captured, psp.capturable = psp.capturable, Decimal(0)
    at, said = NOW, [psp.holding()]
    for name, *args in steps:
        before = order
        match name:
            case "ship":
                order = shipped(order, args[0], at)
            case "credit":
                order = credited(order, args[0], args[1] * EUR, at)
            case "bank":
                money = Received(f"T-{len(order.settlement.payments)}", args[0] * EUR, at.date())
                order = receive(order, money, at=at)
            case "cancel":
                with suppress(Refusal):
                    order = cancel(order, {"1": args[0]}, reason="", by="c", at=at)
            case "move":
                order = moved(order, psp, at)
                assert moved(order, psp, at) == order
            case "die":
                order = moved(order, psp, at, dies_after=args[0])
            case "late":
                order = capturing.note(order, said[args[0] % len(said)], at=at)
            case "fail" if psp.refunds:
                gone = psp.refunds.pop()
                order = capturing.note_refund(order, gone, at=at)
                order = capturing.fail(
                    order, "refund", gone.document, gone.amount,
                    reason="failed", text="", at=at, reference=gone.reference,
                )  # fmt: skip
            case "time":
                at += timedelta(hours=args[0])
                order = apply_due(order, at=at)
                if at > NOW + timedelta(days=7) and psp.capturable:
                    psp.void()
        said.append(psp.holding())
        moves_by_the_table(before, order)
        holds(order)
    settled(order, psp, at)


def settled(order: Order, psp: Psp, at: datetime) -> None:
    """In the end each cent that could be moved was, and each that could not is somebody's."""
    with suppress(Refusal):
        order = cancel_rest(order, reason="", by="c", at=at)
    for failure in balance.open_failures(order):
        if failure.of == "refund":
            order = capturing.retry(order, failure.id, by="c", reason="", at=at)
    order = moved(order, psp, at)
    holds(order)
    assert balance.captured(order) == max(psp.captured, balance.captured(order))
    left = balance.billed(order) - balance.came(order)
    if left > 0:
        unpaid = [f for f in balance.open_failures(order) if f.of == "capture"]
        assert unpaid or order.payment.status == "captured"
        assert not psp.capturable
    elif left < 0:
        refundable = psp.captured - sum(r.amount for r in psp.refunds)
        assert refundable == 0 or any(f.of == "refund" for f in order.settlement.failures)
        assert -left <= balance.by_bank(order)
    assert not balance.capturable(order)


def test_each_shipment_is_captured_when_it_can_be_captured_several_times() -> None:
    psp = Psp(PRICE * 4, several=True)
    order = moved(shipped(new_order(), 1), psp, NOW)
    order = moved(shipped(order, 3), psp, NOW)
    assert [c.amount for c in order.settlement.captures] == [PRICE, PRICE * 3]
    assert [c.document for c in order.settlement.captures] == [d.id for d in order.documents]
    assert state(order) == "captured"


def test_one_capture_waits_for_the_last_shipment_and_takes_all() -> None:
    psp = Psp(PRICE * 4, several=False)
    order = moved(shipped(new_order(), 1), psp, NOW)
    assert not order.settlement.captures
    assert order.settlement.capture_by == NOW + timedelta(days=6, hours=12)
    order = moved(shipped(order, 3), psp, NOW)
    assert {c.document: c.amount for c in order.settlement.captures} == {
        "inv_1-1": PRICE,
        "inv_1-2": PRICE * 3,
    }
    assert psp.captured == PRICE * 4


def test_one_capture_is_made_before_the_authorisation_ends() -> None:
    psp = Psp(PRICE * 4, several=False)
    order = moved(shipped(new_order(), 1), psp, NOW)
    at = NOW + timedelta(days=6, hours=13)
    order = moved(apply_due(order, at=at), psp, at)
    assert psp.captured == PRICE
    order = moved(shipped(order, 3, at), psp, at)
    (failure,) = balance.open_failures(order)
    assert (failure.reason, failure.amount) == ("authorisation_used_up", PRICE * 3)
    again = replace(order.payment, reference="pi_2", amount=PRICE * 3)
    order = capturing.authorise(order, again, by="clerk", reason="asked", at=at)
    assert balance.to_capture(order) == {"inv_1-2": PRICE * 3}
    assert not balance.open_failures(order)


def test_a_credit_note_before_the_capture_makes_it_less() -> None:
    psp = Psp(PRICE * 4, several=True)
    order = credited(shipped(new_order(), 4), 0, PRICE)
    order = moved(order, psp, NOW)
    assert (psp.captured, psp.refunds, state(order)) == (PRICE * 3, [], "captured")


def test_what_came_by_bank_is_not_captured_again() -> None:
    psp = Psp(PRICE * 4, several=True)
    order = receive(new_order(), Received("T", Decimal(5), NOW.date()), at=NOW)
    order = moved(shipped(order, 4), psp, NOW)
    assert psp.captured == PRICE * 4 - 5


def test_a_cancelled_order_gives_its_authorisation_back() -> None:
    psp = Psp(PRICE * 4, several=True)
    order = cancel(new_order(), None, reason="", by="c", at=NOW)
    assert balance.to_void(order) == PRICE * 4
    assert waiting(order)
    order = moved(order, psp, NOW)
    assert (psp.ended, state(order), waiting(order)) == (True, "voided", ())


def test_a_cancelled_order_that_was_captured_upfront_is_refunded() -> None:
    psp = Psp(Decimal(0), several=True)
    psp.captured = PRICE * 4
    order = cancel(new_order(status="captured"), {"1": 1}, reason="", by="c", at=NOW)
    order = moved(order, psp, NOW)
    assert [(r.document, r.amount) for r in order.settlement.refunds] == [("", PRICE)]
    order = moved(cancel(order, None, reason="", by="c", at=NOW), psp, NOW)
    assert balance.refunded(order) == PRICE * 4
    assert state(order) == "refunded"


def test_in_net_prices_too_much_is_known_when_all_is_billed() -> None:
    order = new_order(price_mode="net", status="captured", amount=Decimal("47.65"))
    order = cancel(order, {"1": 1}, reason="", by="c", at=NOW)
    assert balance.claim(order) is None
    assert balance.to_refund(order) == {}
    order = shipped(order, 3)
    assert balance.to_refund(order) == {"": Decimal("47.65") - PRICE * 3}


def test_what_failed_is_not_tried_again_until_somebody_wants_it() -> None:
    order = shipped(new_order(), 4)
    declined = replace(
        Psp(PRICE * 4, several=True).holding(), status="declined", capturable=EUR * 0
    )
    move = capturing.next_capture(order, declined, at=NOW)
    assert isinstance(move, capturing.Fail)
    assert move.reason == "declined"
    order = capturing.fail(
        order, "capture", move.document, move.amount,
        reason=move.reason, text="", at=NOW, reference="pi_1",
    )  # fmt: skip
    assert capturing.next_capture(order, declined, at=NOW) is None
    assert [w.party for w in waiting(order) if "capture" in w.cause] == ["clerk"]
    again = capturing.retry(order, "failure_1", by="clerk", reason="", at=NOW)
    assert isinstance(capturing.next_capture(again, declined, at=NOW), capturing.Fail)
    left = capturing.leave(order, "failure_1", by="clerk", reason="dunning", at=NOW)
    assert capturing.next_capture(left, declined, at=NOW) is None
    assert not balance.open_failures(left)


def test_a_shop_that_captures_itself_tells_us() -> None:
    order = shipped(new_order(provider=None), 4)
    told = Moved(amount=PRICE, reference="X-1", at=NOW, document=order.documents[0].id)
    order = shop_captures.shop_captured(order, told, NOW)
    assert shop_captures.shop_captured(order, told, NOW) == order
    assert balance.captured(order) == PRICE
    with pytest.raises(Refusal, match=r"30\.03"):
        shop_captures.shop_captured(order, replace(told, reference="X-2", amount=PRICE * 4), NOW)
    with pytest.raises(Refusal, match="reported before"):
        shop_captures.shop_captured(order, replace(told, amount=EUR), NOW)
    back = Moved(amount=PRICE, reference="R-1", at=NOW)
    order = shop_captures.shop_refunded(order, back, NOW)
    assert state(order) == "refunded"
    with pytest.raises(Refusal, match=r"0\.00"):
        shop_captures.shop_refunded(order, replace(back, reference="R-2"), NOW)


def test_every_state_of_the_machine_has_its_deeds() -> None:
    assert DEEDS.keys() == AFTER.keys()
    assert all(after <= DEEDS.keys() for after in AFTER.values())
