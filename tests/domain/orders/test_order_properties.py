"""Whatever is done to an order in whatever sequence, its pieces add up and its log tells it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from oms.billing import documenting
from oms.core.events import GENESIS, LogEntry, chained
from oms.core.parties import Address
from oms.core.refusals import NotNow, Refusal
from oms.fulfilment.tracking import track
from oms.orders import cancelling, dues, holding, invoicing, recall, reserving, shipping
from oms.orders.applying import tell
from oms.orders.changing import (
    changed,
    confirmed,
    dropped,
    given_back,
    needed,
    refused_by,
    requested,
)
from oms.orders.customer import Customer, Shipping
from oms.orders.documents import Document
from oms.orders.findings import Finding
from oms.orders.lines import Line, LineChange
from oms.orders.money_parts import Payment
from oms.orders.order import ORDER_FORMATS, Order, OrderCreated, Placed, begun, encode
from oms.orders.pending import Change
from oms.orders.reserving import lose_reservation
from oms.orders.shipping import release_to_warehouse
from oms.records.due import apply_due
from oms.records.invariants import chained as unbroken
from oms.records.invariants import conserved, spoken_for, told

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
Command = Callable[[Order, datetime], Order]

numbers = st.sampled_from(["1", "2", "3", "9"])
quantities = st.integers(0, 4)
pieces = st.dictionaries(numbers, quantities, max_size=3)


def new_order(ordered: list[int], partial: bool) -> Order:
    address = Address("Ayşe Müller", "Ringstr. 5", "80331", "München", "DE")
    lines = tuple(
        Line(str(n), f"SKU-{n % 2}", Decimal("1.50"), quantity, open=quantity)
        for n, quantity in enumerate(ordered, 1)
    )
    placed = Placed(
        id="ord_1",
        shop="berg-beutel",
        external_number="BB-1",
        placed_at=NOW,
        received_at=NOW,
        currency="EUR",
        price_mode="gross",
        customer=Customer("C-1", "B2C", "Ayşe Müller", "a@b.example", "de"),
        billing_address=address,
        lines=lines,
        shipping=Shipping("standard", Decimal("4.90")),
        payment=Payment("paypal", "authorised", Decimal("100")),
        partial_allowed=partial,
    )
    return tell(begun(placed), OrderCreated(placed))


def screen(verdicts: list[str]) -> Command:
    found = [Finding("check", verdict, "reason") for verdict in verdicts]  # type: ignore[arg-type]
    return lambda order, at: holding.screen(order, found, at=at)


def reserve(share: int) -> Command:
    def command(order: Order, at: datetime) -> Order:
        taken = {n: min(q, share) for n, q in order.pieces("open").items() if min(q, share)}
        short = {n: q - share for n, q in order.pieces("open").items() if q > share}
        return reserving.reserve(order, taken, short, at=at)

    return command


def allocate(share: int) -> Command:
    def command(order: Order, at: datetime) -> Order:
        waiting = order.pieces("backordered").items()
        return reserving.allocate(
            order, {n: min(q, share) for n, q in waiting if min(q, share)}, at=at
        )

    return command


def lose(share: int) -> Command:
    def command(order: Order, at: datetime) -> Order:
        held = order.pieces("reserved").items()
        return lose_reservation(order, {n: min(q, share) for n, q in held if min(q, share)}, at=at)

    return command


def route(location: str, share: int) -> Command:
    def command(order: Order, at: datetime) -> Order:
        held = order.pieces("reserved").items()
        wanted = {n: min(q, share) for n, q in held if min(q, share)}
        if not wanted:
            return order
        return release_to_warehouse(order, location, wanted, ship_by=at, reasons=(), at=at)

    return command


def pack(index: int) -> Command:
    def command(order: Order, at: datetime) -> Order:
        return shipping.pack(order, ful(order, index), [(100, None)], at=at)

    return command


def ship(index: int) -> Command:
    def command(order: Order, at: datetime) -> Order:
        id = ful(order, index)
        return shipping.ship(order, id, carrier="dhl", tracking_numbers=(f"T-{id}",), at=at)

    return command


SCANS = ["in_transit", "delivered", "delivery_failed", "return_to_sender"]


def scan(index: int, status: str, age: int) -> Command:
    def command(order: Order, at: datetime) -> Order:
        return track(order, f"T-{ful(order, index)}", status, at=at - timedelta(minutes=age))

    return command


def invoice(index: int) -> Command:
    def command(order: Order, at: datetime) -> Order:
        id = ful(order, index)
        if not order.fulfilment(id).shipped_at:
            return order
        return invoicing.invoice(
            order, Document(f"inv_{id}", "invoice", "RE-1", id, at, Decimal("1"))
        )

    return command


def archive(index: int) -> Command:
    def command(order: Order, at: datetime) -> Order:
        return documenting.archive(order, f"inv_{ful(order, index)}", key="k", sha256="s", at=at)

    return command


def change(wishes: dict[str, int], price: str, street: str | None, held: bool) -> Command:
    """A confirmed change; a line that the order does not have is new."""

    def command(order: Order, at: datetime) -> Order:
        known = {line.number for line in order.lines}
        lines = tuple(
            LineChange(n, None if n in known else f"SKU-{n}", quantity, Decimal(price))
            for n, quantity in wishes.items()
        )
        address = replace(order.billing_address, line1=street) if street else None
        wanted = Change(lines=lines, shipping_address=address, reason="test")
        id = f"chg_{at:%H%M%S}"
        recalls = needed(order, wanted)
        news = changed(given_back(order, recalls, at), wanted, id=id, by="shop", at=at)
        if recalls:
            return requested(order, wanted, recalls, id=id, by="shop", at=at)
        verdict = Finding("payment", "hold", "payment_insufficient", data={"due": str(news.total)})
        after = confirmed(order, news, [verdict if held else Finding("payment", "pass")])
        owed = sum(li.unit_price * (li.ordered - li.cancelled) for li in after.lines)
        assert news.total == after.charged == owed + after.shipping.price
        assert not confirmed(replace(after, events=()), news, []).events
        return after

    return command


def finish(order: Order, at: datetime) -> Order:
    """What follows when all warehouses have answered a change that waits."""
    if order.changes.pending is None or any(f.recalled for f in order.fulfilments):
        return order
    try:
        if refused_by(order) or needed(order, order.changes.pending.wanted):
            raise Refusal("recall_refused", "")
        pending = order.changes.pending
        news = changed(order, pending.wanted, id=pending.id, by="shop", at=at)
        return confirmed(order, news, [])
    except Refusal as refusal:
        return dropped(order, refusal, at=at)


def answer(index: int, yes: bool) -> Command:
    """A warehouse's answer to a recall, whether there is one or not."""

    def command(order: Order, at: datetime) -> Order:
        return (recall.accept if yes else recall.refuse)(order, ful(order, index), reason="", at=at)

    return command


def ful(order: Order, index: int) -> str:
    """The id of the order's n-th fulfilment, or one that does not exist."""
    return order.fulfilments[index].id if index < len(order.fulfilments) else "ful_none"


indexes = st.integers(0, 2)
commands: st.SearchStrategy[Command] = st.one_of(
    st.builds(screen, st.lists(st.sampled_from(["pass", "hold", "refuse"]), max_size=3)),
    st.builds(reserve, quantities),
    st.builds(allocate, quantities),
    st.builds(lose, quantities),
    st.builds(route, st.sampled_from("AB"), st.integers(1, 5)),
    st.builds(pack, indexes),
    st.builds(ship, indexes),
    st.builds(scan, indexes, st.sampled_from(SCANS), st.integers(0, 30)),
    st.builds(invoice, indexes),
    st.builds(
        lambda wanted: (
            lambda order, at: recall.cancel(
                order, wanted, cause="customer", reason="", by="shop", at=at
            )
        ),
        st.none() | pieces,
    ),
    st.builds(answer, indexes, st.booleans()),
    st.just(finish),
    st.builds(
        change,
        pieces,
        st.sampled_from(["1.50", "1.20"]),
        st.none() | st.sampled_from(["Ringstr. 5", "Bergstr. 9"]),
        st.booleans(),
    ),
    st.builds(archive, indexes),
    st.builds(
        lambda wanted: (
            lambda order, at: cancelling.cancel(order, wanted, reason="", by="shop", at=at)
        ),
        st.none() | pieces,
    ),
    st.builds(
        lambda n: (
            lambda order, at: holding.release_hold(order, f"hold_{n}", by="x", reason="y", at=at)
        ),
        st.integers(1, 3),
    ),
    st.builds(
        lambda hours: lambda order, at: apply_due(order, at=at + timedelta(hours=hours)),
        st.integers(0, 400),
    ),
)


class Kept:
    """An order and its log, as the store keeps them."""

    def __init__(self, order: Order) -> None:
        self.log: list[LogEntry] = []
        self.order = self.save(order)

    def save(self, order: Order) -> Order:
        for news in order.events:
            event = LogEntry(
                id=f"evt_{len(self.log)}",
                type=str(type(news).__struct_config__.tag),
                aggregate="order/ord_1",
                shop=order.shop,
                sequence=len(self.log) + 1,
                at=NOW,
                actor="test",
                cause="test",
                data=msgspec.Raw(encode(news)),
            )
            self.log.append(chained(event, self.log[-1].hash if self.log else GENESIS))
        self.order = ORDER_FORMATS.read(encode(replace(order, events=())), ORDER_FORMATS.newest)
        return self.order

    def do(self, command: Command, at: datetime) -> Order:
        with suppress(Refusal, NotNow):
            self.save(command(self.order, at))
        return self.order


orders = st.builds(new_order, st.lists(st.integers(1, 5), min_size=1, max_size=3), st.booleans())
scripts = st.lists(commands, max_size=25)


@settings(max_examples=300, deadline=None)
@given(orders, scripts)
def test_pieces_add_up_and_the_log_tells_the_order(order: Order, script: list[Command]) -> None:
    kept = Kept(order)
    for minute, command in enumerate(script, 1):
        after = kept.do(command, NOW + timedelta(minutes=minute))
        assert list(conserved(after)) == []
    assert list(unbroken("order/ord_1", kept.log, len(kept.log), kept.log[-1].hash)) == []
    assert list(told("order", kept.order, kept.log)) == []


@settings(max_examples=300, deadline=None)
@given(orders, scripts)
def test_no_order_is_ever_silent(order: Order, script: list[Command]) -> None:
    kept, at = Kept(order), NOW
    for command in script:
        at += timedelta(seconds=1)
        after = kept.do(command, at)
        assert list(spoken_for(after, at=at, letters=())) == []


@settings(max_examples=200, deadline=None)
@given(orders, scripts, st.integers(0, 2_000))
def test_what_was_due_is_not_due_any_more_once_seen_to(
    order: Order, script: list[Command], hours: int
) -> None:
    kept = Kept(order)
    for minute, command in enumerate(script, 1):
        kept.do(command, NOW + timedelta(minutes=minute))
    at = NOW + timedelta(hours=hours)
    after = kept.do(lambda order, at: apply_due(order, at=at), at)
    assert [due for due in dues.due(after) if due.at <= at] == []
    assert not apply_due(after, at=at).events


@settings(max_examples=200, deadline=None)
@given(orders, scripts)
def test_a_command_given_twice_at_once_changes_nothing_the_second_time(
    order: Order, script: list[Command]
) -> None:
    kept = Kept(order)
    for minute, command in enumerate(script, 1):
        kept.do(command, NOW + timedelta(minutes=minute))
    for fulfilment in kept.order.fulfilments:
        if fulfilment.parcels:
            assert not shipping.pack(kept.order, fulfilment.id, [(100, None)], at=NOW).events
        if fulfilment.shipped_at:
            again = ship(kept.order.fulfilments.index(fulfilment))
            assert not again(kept.order, NOW).events


@settings(max_examples=100, deadline=None)
@given(orders, scripts, st.integers(0, 40), st.sampled_from(["at", "actor", "data", "hash", "gap"]))
def test_a_log_that_was_tampered_with_is_found_out(
    order: Order, script: list[Command], place: int, how: str
) -> None:
    kept = Kept(order)
    for minute, command in enumerate(script, 1):
        kept.do(command, NOW + timedelta(minutes=minute))
    log, index = list(kept.log), place % len(kept.log)
    changed = {
        "at": replace(log[index], at=NOW + timedelta(seconds=1)),
        "actor": replace(log[index], actor="somebody else"),
        "data": replace(log[index], data=msgspec.Raw(bytes(log[index].data) + b" ")),
        "hash": replace(log[index], hash="0" * 64),
    }
    log[index : index + 1] = [changed[how]] if how in changed else []
    assert list(unbroken("order/ord_1", log, len(kept.log), kept.log[-1].hash))
