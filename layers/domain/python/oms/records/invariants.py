"""Invariants: generators of breaches over stored values (`domain.md` § 6)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from msgspec import MsgspecError, Struct

from oms.billing import bill
from oms.core.events import GENESIS, LogEntry, digest, facts
from oms.core.refusals import Broken, Refusal
from oms.orders import applying, balance
from oms.orders.astray import places
from oms.orders.fulfilments import Fulfilment
from oms.orders.lines import LINE_STATES
from oms.orders.order import Order
from oms.orders.waiting import finished
from oms.orders.waiting import waiting as waiting_order
from oms.payments.credit import COUNTERS, NOTHING, Exposure, exposure
from oms.records import export
from oms.records.breach import Breach
from oms.returns import rma, withdrawal
from oms.sourcing.stock import ByLocation, Item, Reservation, agrees, claims

PARTY_OURSELVES = "auftakt"


def conserved(order: Order) -> Iterator[Breach]:
    """Invariant 1: each piece of each line is in exactly one place, and none is owed."""
    for line in order.lines:
        counts = {place: getattr(line, place) for place in LINE_STATES}
        if not line.conserved:
            places = ", ".join(f"{n} {place}" for place, n in counts.items() if n)
            yield Breach(order.id, f"line {line.number}: ordered {line.ordered}, but {places}")
        for place, n in counts.items():
            if n < 0:
                yield Breach(order.id, f"line {line.number}: {n} pieces {place}")
    found: dict[str, dict[str, int]] = {place: {} for place in _OF_FULFILMENTS}
    for fulfilment in order.fulfilments:
        for place, some in _whereabouts(fulfilment):
            for number, n in some.items():
                found[place][number] = found[place].get(number, 0) + n
    _take_back(order, found)
    for place, pieces in found.items():
        if pieces != order.pieces(place):
            yield Breach(order.id, f"{place}: fulfilments {pieces}, lines {order.pieces(place)}")


def _take_back(order: Order, found: Mapping[str, dict[str, int]]) -> None:
    """Move what customers sent back from what their parcels brought."""
    for number, n in order.progress.taken_back.items():
        there, back = found["delivered"], found["returned"]
        there[number] = there.get(number, 0) - n
        back[number] = back.get(number, 0) + n
        if not there[number]:
            del there[number]


_OF_FULFILMENTS = ("released", "packed", "shipped", "delivered", "returned")


def _whereabouts(fulfilment: Fulfilment) -> Iterator[tuple[str, Mapping[str, int]]]:
    """Line states of the pieces of a fulfilment, as it says."""
    if fulfilment.status in ("delivered", "returned"):
        yield from places(fulfilment)
    elif fulfilment.status in _OF_FULFILMENTS:
        yield fulfilment.status, fulfilment.pieces


def counted(
    item: Item, reservations: Iterable[Reservation], log: Iterable[LogEntry]
) -> Iterator[Breach]:
    """Invariant 2: the counters of a SKU are the sums of its reservations and of its log.

    On hand = what the warehouse's counts added up to - what reservations issued, per location.
    """
    held = list(reservations)
    soft = sum(r.soft for r in held)
    backordered = sum(r.backordered for r in held)
    yield from _differs(item.sku, "soft", item.soft, soft)
    yield from _differs(item.sku, "backordered", item.backordered, backordered)
    hard = _summed(r.hard for r in held)
    for place in sorted(item.hard.keys() | hard.keys()):
        yield from _differs(
            item.sku, f"hard at {place}", item.hard.get(place, 0), hard.get(place, 0)
        )
    for r in held:
        if min(r.soft, r.backordered, *r.hard.values(), *r.issued.values()) < 0:
            yield Breach(item.sku, f"the reservation of {r.order_id} has less than nothing")
    expected = _minus(_counts(log), _summed(r.issued for r in held))
    for place in sorted(item.on_hand.keys() | expected.keys()):
        there, due = item.on_hand.get(place, 0), expected.get(place, 0)
        yield from _differs(item.sku, f"on hand at {place}", there, due)
    if not item.consistent:
        yield Breach(item.sku, "free and promisable do not follow from the other counters")


def covered(item: Item) -> Iterator[Breach]:
    """Invariant 2: what is promised lies on a shelf; what does not was taken back."""
    if item.promisable < 0 < item.soft:
        owed = min(item.soft, -item.promisable)
        yield Breach(item.sku, f"{owed} pieces are promised that no shelf covers")


def _differs(sku: str, counter: str, is_now: int, should_be: int) -> Iterator[Breach]:
    if is_now != should_be:
        yield Breach(sku, f"{counter} is off by {is_now - should_be:+d}")


def _counts(log: Iterable[LogEntry]) -> ByLocation:
    """The pieces that a warehouse's counts added, by location."""
    pieces: ByLocation = {}
    for event in log:
        if event.type != "Stock.Changed":
            continue
        change = facts(event)
        place, gain = change["location"], change["on_hand"] - change["before"]
        pieces[place] = pieces.get(place, 0) + gain
    return pieces


def _summed(many: Iterable[ByLocation]) -> ByLocation:
    total: ByLocation = {}
    for counts in many:
        for place, n in counts.items():
            total[place] = total.get(place, 0) + n
    return total


def _minus(a: ByLocation, b: ByLocation) -> ByLocation:
    return {place: a.get(place, 0) - b.get(place, 0) for place in {**a, **b}}


def claimed(order: Order, held: Mapping[str, Reservation]) -> Iterator[Breach]:
    """Invariant 2: what an order holds of each SKU is what it claims."""
    claim = claims(order)
    for sku, wanted in claim.items():
        mine = held.get(sku) or Reservation(sku=sku, order_id=order.id, placed_at=order.placed_at)
        if not agrees(mine, wanted):
            yield Breach(
                order.id,
                f"{sku}: holds soft {mine.soft}, waiting {mine.backordered}, hard {mine.hard}, "
                f"issued {mine.issued}; claims soft {wanted.soft}, waiting {wanted.backordered}, "
                f"hard {wanted.hard}, issued {wanted.issued}",
            )
    for sku in held.keys() - claim.keys():
        yield Breach(order.id, f"holds {sku}, which it never ordered")


def credited(where: str, counters: Exposure, records: Iterable[Exposure]) -> Iterator[Breach]:
    """Breaches where a customer's credit is not the sum of what each order is on record with."""
    total = NOTHING
    for record in records:
        total = total.plus(record)
    for name in COUNTERS:
        yield from _differs(where, name, getattr(counters, name), getattr(total, name))


def exposed(order: Order, record: Exposure | None) -> Iterator[Breach]:
    """Breach where an order's credit on record is not what it says it takes of its customer's."""
    wanted = exposure(order)
    if (record or NOTHING) != wanted:
        yield Breach(order.id, f"credit on record: {record}, the order says {wanted}")


def moved(order: Order) -> Iterator[Breach]:
    """Invariants 3 and 7: nothing is captured that was not authorised, nor given back that was not
    captured, and each refund is one.

    Of an order whose payment a shop has changed, what it was before is not known any more.
    """
    payment, taken = order.payment, balance.captured_from(order, order.payment.reference or "")
    if payment.status == "authorised" and taken > payment.amount and not order.changes.confirmed:
        yield Breach(order.id, f"{taken} are captured of {payment.amount} authorised")
    for source in balance.sources(order):
        if source.left < 0:
            what = f"{source.refunded} went back of {source.captured} captured"
            yield Breach(order.id, f"{source.authorisation}: {what}")
    money = order.settlement
    back = sum((refund.amount for refund in money.refunds if refund.by == "shop"), Decimal(0))
    if back > balance.captured(order):
        yield Breach(order.id, f"the shop gave back {back} of {balance.captured(order)} captured")
    refunds = [(refund.by, refund.reference) for refund in order.settlement.refunds]
    for by, reference in sorted({each for each in refunds if refunds.count(each) > 1}):
        yield Breach(order.id, f"the refund {reference} of {by} is there more than once")


class Numbered(Struct, frozen=True):
    """An entry of a number range: the number as printed, and the document that has it.

    One without a document says why it is `unused`.
    """

    text: str
    document: str
    unused: str = ""


def unbroken(
    name: str, last: int, entries: Mapping[int, Numbered], documents: Mapping[str, str]
) -> Iterator[Breach]:
    """Invariant 4: numbers 1 to `last` are there once each, on a document that says the same.

    `documents` maps the id of a document to the number printed on it (§ 14 (4) no. 4 UStG).
    """
    for number in range(1, last + 1):
        entry = entries.get(number)
        if entry is None:
            yield Breach(name, f"number {number} is missing")
        elif entry.unused and not entry.document:
            continue
        elif entry.document not in documents:
            yield Breach(name, f"number {number} is on {entry.document}, which does not exist")
        elif documents[entry.document] != entry.text:
            printed = documents[entry.document]
            yield Breach(name, f"number {entry.text} is on {entry.document}, which says {printed}")
    for number in sorted(n for n in entries if not 1 <= n <= last):
        yield Breach(name, f"number {number} lies behind the last one, {last}")


def numbered_once(
    ranges: Iterable[Mapping[int, Numbered]], documents: Collection[str]
) -> Iterator[Breach]:
    """Invariant 4: each document has one number."""
    times = dict.fromkeys(documents, 0)
    for entries in ranges:
        for entry in (each for each in entries.values() if each.document):
            times[entry.document] = times.get(entry.document, 0) + 1
    for id, n in times.items():
        if n != 1:
            yield Breach(id, f"has {n} numbers")


def chained(aggregate: str, log: Sequence[LogEntry], sequence: int, last: str) -> Iterator[Breach]:
    """Invariant 5: a log is numbered without gaps, its hashes chain, and it ends where it should.

    `sequence` and `last` are the number and hash that the aggregate gives its newest event.
    """
    previous = GENESIS
    for number, event in enumerate(log, 1):
        if event.sequence != number:
            yield Breach(aggregate, f"event {event.sequence} stands where {number} should")
            return
        if event.aggregate != aggregate:
            yield Breach(aggregate, f"event {number} is of {event.aggregate}")
        if event.hash != digest(event, previous):
            yield Breach(aggregate, f"the hash of event {number} does not fit")
        previous = event.hash
    if len(log) != sequence:
        yield Breach(aggregate, f"the log has {len(log)} events, the aggregate counts {sequence}")
    elif log and log[-1].hash != last:
        yield Breach(aggregate, "the last event's hash is not the aggregate's")


class Replay(NamedTuple):
    """How a kind of aggregate is told by its log: entries are read as events, and applied."""

    read: Callable[[LogEntry], Any]
    replayed: Callable[[Iterable[Any]], Any]


REPLAYS: Mapping[str, Replay] = {
    "order": Replay(applying.decode_event, applying.replayed),
    "bill": Replay(bill.decode_bill_event, bill.replayed),
    "export": Replay(export.decode_export_event, export.replayed),
    "withdrawal": Replay(withdrawal.decode_withdrawal_event, withdrawal.replayed),
    "return": Replay(rma.decode_return_event, rma.replayed),
}
"""The kinds of which the log tells all, by name."""


def told(kind: str, state: Any, log: Iterable[LogEntry]) -> Iterator[Breach]:
    """Invariant 5: replaying the log of an aggregate gives the aggregate as it is stored."""
    replay = REPLAYS[kind]
    try:
        again = replay.replayed(map(replay.read, log))
    except (Broken, Refusal, MsgspecError) as error:
        yield Breach(state.id, f"the log cannot be replayed: {error}")
        return
    if again != state:
        fields = [
            name for name in state.__struct_fields__ if getattr(again, name) != getattr(state, name)
        ]
        yield Breach(state.id, f"the log tells otherwise of: {', '.join(fields)}")


def spoken_for(order: Order, *, at: datetime, letters: Collection[str]) -> Iterator[Breach]:
    """Invariant 6: an order is finished, waits for a party with a deadline, or is a dead letter.

    `letters` are the ids of the orders that open dead letters name. Waiting for ourselves beyond
    the deadline is silence, as nobody else will move the order on.
    """
    if finished(order):
        if order.count("delivered") + order.count("returned") and not order.progress.completed_at:
            yield Breach(order.id, "is finished, but was never completed")
        return
    waiting = waiting_order(order)
    if not waiting and order.id not in letters:
        yield Breach(order.id, f"is {order.status} and waits for nobody")
    for each in waiting:
        late = each.party == PARTY_OURSELVES and each.until < at
        if late and order.id not in letters:
            yield Breach(order.id, f"{each.cause}: we should have moved it on by {each.until}")
