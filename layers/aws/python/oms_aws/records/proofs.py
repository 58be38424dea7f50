"""Checks of what a scan found: orders, stock, money, numbers and logs, one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from oms.core.events import GENESIS
from oms.orders.order import Order
from oms.records.breach import Breach
from oms.records.invariants import (
    REPLAYS,
    chained,
    claimed,
    conserved,
    counted,
    covered,
    moved,
    numbered_once,
    spoken_for,
    told,
    unbroken,
)
from oms.records.money_invariants import accounted
from oms_aws.orders.capacity import leaving
from oms_aws.orders.projections import fulfilment_attributes
from oms_aws.orders.search import found_rows
from oms_aws.orders.store import ORDER, StoredOrder
from oms_aws.platform import keys
from oms_aws.platform.aggregates import Stored
from oms_aws.platform.attributes import unpacked
from oms_aws.records.scanned import Snapshot, saying
from oms_aws.sourcing.counters import View, counters_in, layout

Value = TypeVar("Value")


def each(
    things: Mapping[str, Value], holds: Callable[[str, Value], Iterable[Breach]]
) -> Iterator[Breach]:
    """Breaches of each one alone; one that cannot be looked at hides no other."""
    for id in things:
        try:
            yield from holds(id, things[id])
        except Exception as error:
            yield Breach(id, f"cannot be checked: {saying(error)}")


def readable(found: Snapshot) -> Iterator[Breach]:
    """Breaches where an item is not in the form of its kind."""
    yield from found.unreadable


def distance_sales(found: Snapshot) -> Iterator[Breach]:
    """Breaches where the threshold counts other than the documents of the year say."""
    for year in sorted(found.sold.keys() | found.counted.keys()):
        if found.sold[year] != found.counted[year]:
            what = f"{found.counted[year]} cents are counted, documents say {found.sold[year]}"
            yield Breach(f"distance sales {year}", what)


def line_conservation(found: Snapshot) -> Iterator[Breach]:
    return each(found.orders, lambda _, stored: conserved(stored.order))


def stock(found: Snapshot) -> Iterator[Breach]:
    for sku, held in found.by_sku.items():
        if sku not in found.views:
            yield Breach(sku, f"{len(held)} reservations, but no counters")

    def of_sku(sku: str, view: View) -> Iterator[Breach]:
        reservations = found.by_sku.get(sku, {}).values()
        yield from counted(view.item, reservations, found.log(f"stock/{sku}"))
        yield from covered(view.item)
        yield from _buckets(view)

    yield from each(found.views, of_sku)
    for sku in found.parts.keys() - found.views.keys():
        yield Breach(sku, "has buckets, but no counters")


def _buckets(view: View) -> Iterator[Breach]:
    """A SKU has the buckets that its main item says; closed ones count nothing."""
    opened = [part for part in view.read[1:] if part.get("open")]
    if len(opened) + 1 != layout(view.main).parts:
        yield Breach(view.sku, f"has {len(opened) + 1} parts, not {layout(view.main).parts}")
    for part in view.read[1:]:
        if not part.get("open") and any(counters_in(part).values()):
            yield Breach(view.sku, f"{part['pk']} is closed, but still counts pieces")
    if not view.parts.sound:
        yield Breach(view.sku, "a bucket has pieces while another owes some")


def reservations(found: Snapshot) -> Iterator[Breach]:
    def of_order(id: str, stored: StoredOrder) -> Iterator[Breach]:
        if id not in found.letters:
            yield from claimed(stored.order, found.by_order.get(id, {}))

    yield from each(found.orders, of_order)
    for id in found.by_order.keys() - set(found.orders):
        yield Breach(id, "holds stock, but there is no such order")


def orders_of(found: Snapshot) -> Iterator[Order]:
    """All orders, one after another."""
    for stored in found.orders.values():
        yield stored.order


def credit(found: Snapshot) -> Iterator[Breach]:
    return found.ledgers.breaches(orders_of(found))


def departures(found: Snapshot) -> Iterator[Breach]:
    wanted = leaving(orders_of(found))
    for slot in sorted({*wanted, *found.leaving}):
        if wanted[slot] != found.leaving[slot]:
            what = f"{wanted[slot]} leave on {slot.day}, {found.leaving[slot]} are counted"
            yield Breach(slot.location, what)


def payments(found: Snapshot) -> Iterator[Breach]:
    return found.ledgers.unpaid(orders_of(found))


def reconciled(name: str) -> Callable[[Snapshot], Iterator[Breach]]:
    """Check of orders and their documents, by its name."""

    def holds(found: Snapshot) -> Iterator[Breach]:
        papers = found.reconciled.papers
        if name == "documents":
            yield from each(papers, found.reconciled.adding_up)
        yield from each(
            found.orders,
            lambda _, stored: found.reconciled.of_order(
                name, *found.billed.alone(stored.order, papers)
            ),
        )

    return holds


def bills(found: Snapshot) -> Iterator[Breach]:
    return found.billed.breaches(found.orders, found.reconciled.papers)


def bookings(found: Snapshot) -> Iterator[Breach]:
    exports = [kept.export for kept in found.exports.values()]
    yield from found.reconciled.unbooked(exports)
    issued = {d.id: d.issued_at for order in orders_of(found) for d in order.documents}
    yield from found.reconciled.exported(exports, issued, found.archive.read, found.debtors)


def money(found: Snapshot) -> Iterator[Breach]:
    return each(found.orders, lambda _, stored: accounted(stored.order))


def captures(found: Snapshot) -> Iterator[Breach]:
    return each(found.orders, lambda _, stored: moved(stored.order))


def open_items(found: Snapshot) -> Iterator[Breach]:
    yield from found.ledgers.misstated(s.hidden for s in found.orders.values())
    yield from found.reconciled.misbooked(orders_of(found))


def number_ranges(found: Snapshot) -> Iterator[Breach]:
    for name in sorted(found.last.keys() | found.numbers.keys()):
        entries = found.numbers.get(name, {})
        yield from unbroken(name, found.last.get(name, 0), entries, found.documents)
    yield from numbered_once(found.numbers.values(), found.documents)
    issued = {d.id: id for id, s in found.billed.bills.items() for d in s.bill.documents}

    def of_order(id: str, stored: StoredOrder) -> Iterator[Breach]:
        for document in stored.order.documents:
            issued[document.id] = id
            printed = found.documents.get(document.id)
            if printed != document.number:
                what = f"{document.id} has number {document.number}, its record says {printed}"
                yield Breach(id, what)

    yield from each(found.orders, of_order)
    for id in found.documents.keys() - issued.keys() - found.recalled.keys():
        yield Breach(id, "is of no order")


def event_logs(found: Snapshot) -> Iterator[Breach]:
    kept: dict[str, Mapping[str, Stored[Any]]] = {
        "order": found.orders,
        "purchase": found.purchases,
        "bill": found.billed.bills,
        "export": found.exports,
        "withdrawal": found.withdrawn.kept,
        "return": found.goods_back.kept,
    }
    ends = {
        f"{kind}/{id}": (stored.sequence, stored.hash)
        for kind, some in kept.items()
        for id, stored in some.items()
    }
    ends |= {f"stock/{sku}": (item.sequence, item.hash) for sku, item in found.items.items()}
    ends |= {f"webhook/{id}": end for id, end in found.endpoints.items()}

    def of_aggregate(aggregate: str, end: tuple[int, str]) -> Iterator[Breach]:
        log = found.log(aggregate)
        yield from chained(aggregate, log, *end)
        kind, _, id = aggregate.partition("/")
        if kind in REPLAYS and id in kept[kind]:
            yield from told(kind, kept[kind][id].hidden, log)

    every = sorted(found.logged | ends.keys())
    yield from each({name: ends.get(name, (0, GENESIS)) for name in every}, of_aggregate)


def silent_orders(found: Snapshot) -> Iterator[Breach]:
    yield from each(
        found.orders,
        lambda _, stored: spoken_for(stored.order, at=found.at, letters=found.letters),
    )
    yield from found.billed.silent(found.at, found.letters)


def projections(found: Snapshot) -> Iterator[Breach]:
    owned: set[str] = set()

    def of_order(id: str, stored: StoredOrder) -> Iterator[Breach]:
        order = stored.order
        owned.update(fulfilment.id for fulfilment in order.fulfilments)
        whole = ORDER.item(stored, stored.hidden)
        expected = {name: value for name, value in whole.items() if name != "state"}
        row = found.rows[id]
        for name in [name for name, value in expected.items() if row.get(name) != value]:
            yield Breach(id, f"{name} of its item is {row.get(name)}, not {expected[name]}")
        for fulfilment in order.fulfilments:
            item = found.fulfilments.get(fulfilment.id)
            if item is None:
                yield Breach(id, f"there is no item of {fulfilment.id}")
            elif _facts(item) != _facts(fulfilment_attributes(order, fulfilment)):
                yield Breach(id, f"the item of {fulfilment.id} is not what the order says")
        for key in _pointing_to(order):
            if found.pointers.get(key) != id:
                yield Breach(id, f"{key.pk} leads to {found.pointers.get(key)}")
        yield from found.billed.leading_to(order)
        for key in found_rows(order) ^ found.found_by(id):
            yield Breach(id, f"{key.pk} does not lead to it, or should not")

    yield from each(found.orders, of_order)
    yield from found.billed.projected()
    for id in set(found.fulfilments) - owned:
        yield Breach(id, "is of no order")


def _facts(item: Mapping[str, Any]) -> dict[str, Any]:
    """Facts in a fulfilment's item, whichever release of ours wrote its view."""
    view = msgspec.json.decode(unpacked(item["body"]))
    return {
        **{name: value for name, value in item.items() if name not in ("pk", "sk", "body")},
        **{name: view[name] for name in ("id", "location", "lines")},
        "in view": view["status"],
        "parcels": [
            [parcel.get(name) for name in ("id", "tracking_number")] for parcel in view["parcels"]
        ],
    }


def _pointing_to(order: Order) -> Iterator[keys.Key]:
    yield keys.external_number(order.shop, order.external_number)
    for fulfilment in order.fulfilments:
        for parcel in fulfilment.parcels:
            if parcel.carrier and parcel.tracking_number:
                yield keys.tracking(parcel.carrier, parcel.tracking_number)
