"""The invariants over a scan of the whole table, for operators and never for a step."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

import msgspec

from oms.events import GENESIS, Event
from oms.invariants import (
    Breach,
    Numbered,
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
from oms.order import Order
from oms.parts import Document
from oms.purchase import Purchase
from oms.reconciling import CHECKS as RECONCILED
from oms.seal import Entry, Seal, unaltered
from oms.stock import Item, Reservation
from oms_aws import keys
from oms_aws.billed import Billed
from oms_aws.capacity import Slot, leaving
from oms_aws.capacity import counted as counted_departures
from oms_aws.counters import View, counters_in, layout, stored_reservation
from oms_aws.exports import StoredExport, stored_export
from oms_aws.ledgers import Ledgers
from oms_aws.orders import (
    Stored,
    fulfilment_attributes,
    order_attributes,
    stored_event,
    stored_order,
)
from oms_aws.purchases import stored_purchase
from oms_aws.reconciled import Reconciled
from oms_aws.table import unpacked
from oms_aws.turnover import cents

Checks = dict[str, dict[str, Any]]
Read = Callable[[str], bytes | None]


class Snapshot:
    """What a scan found, by what it is."""

    def __init__(self, scan: Iterable[Mapping[str, Any]]) -> None:
        self.orders: dict[str, Stored] = {}
        self.rows: dict[str, Mapping[str, Any]] = {}
        self.fulfilments: dict[str, Mapping[str, Any]] = {}
        self.views: dict[str, View] = {}
        self.parts: dict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
        self.by_sku: dict[str, dict[str, Reservation]] = defaultdict(dict)
        self.by_order: dict[str, dict[str, Reservation]] = defaultdict(dict)
        self.purchases: dict[str, Purchase] = {}
        self.logs: dict[str, list[Event]] = defaultdict(list)
        self.last: dict[str, int] = {}
        self.numbers: dict[str, dict[int, Numbered]] = defaultdict(dict)
        self.documents: dict[str, str] = {}
        self.recalled: set[str] = set()
        self.letters: set[str] = set()
        self.pointers: dict[keys.Key, str] = {}
        self.ledgers = Ledgers()
        self.reconciled = Reconciled()
        self.billed = Billed()
        self.leaving: Counter[Slot] = Counter()
        self.sold: Counter[int] = Counter()
        self.counted: Counter[int] = Counter()
        self.seals: dict[date, Mapping[str, Any]] = {}
        self.exports: dict[str, StoredExport] = {}
        takes = self._takes()
        for item in scan:
            if take := takes.get(item.get("kind", "")):
                take(item)
        for sku, view in self.views.items():
            read = (self.parts[sku][pk] for pk in sorted(self.parts[sku]))
            self.views[sku] = View(sku, (*view.read, *read))
        for log in self.logs.values():
            log.sort(key=lambda event: event.sequence)

    def _takes(self) -> dict[str, Callable[[Mapping[str, Any]], None]]:
        """What takes in an item of each kind."""
        return {
            "order": self._order,
            "fulfilment": self._fulfilment,
            "stock": self._stock,
            "stock_part": self._part,
            "reservation": self._reservation,
            "purchase": self._purchase,
            "event": self._event,
            "range": self._range,
            "number": self._number,
            "document": self._document,
            "dead_letter": self._letter,
            "seal": self._seal,
            "export": self._export,
            "distance_sales": self._distance,
            "credit": self.ledgers.counter,
            "exposure": self.ledgers.record,
            "payment": self.ledgers.payment,
            "shop": self.reconciled.shop,
            "open_item": self.ledgers.open_item,
            "reduction": self.reconciled.reduction,
            "departures": self._departures,
            "bill": self.billed.bill,
            "collected": self._collected,
            "ordered": self.billed.ordered,
            "": self._pointer,
        }

    def _order(self, item: Mapping[str, Any]) -> None:
        stored = stored_order(dict(item))
        self.orders[stored.order.id] = stored
        self.rows[stored.order.id] = {name: item[name] for name in item if name != "state"}

    def _departures(self, item: Mapping[str, Any]) -> None:
        slot, leaving = counted_departures(item)
        self.leaving[slot] = leaving

    def _fulfilment(self, item: Mapping[str, Any]) -> None:
        self.fulfilments[msgspec.json.decode(unpacked(item["body"]))["id"]] = item

    @property
    def items(self) -> dict[str, Item]:
        return {sku: view.item for sku, view in self.views.items()}

    def _stock(self, item: Mapping[str, Any]) -> None:
        self.views[item["sku"]] = View(item["sku"], (item,))

    def _part(self, item: Mapping[str, Any]) -> None:
        self.parts[item["sku"]][item["pk"]] = item

    def _reservation(self, item: Mapping[str, Any]) -> None:
        held = stored_reservation(item)
        self.by_sku[held.sku][held.order_id] = held
        self.by_order[held.order_id][held.sku] = held

    def _purchase(self, item: Mapping[str, Any]) -> None:
        purchase = stored_purchase(dict(item))
        self.purchases[purchase.id] = purchase

    def _event(self, item: Mapping[str, Any]) -> None:
        event = stored_event(dict(item))
        self.logs[event.aggregate].append(event)

    def _range(self, item: Mapping[str, Any]) -> None:
        self.last[item["range"]] = item["last"]

    def _number(self, item: Mapping[str, Any]) -> None:
        text = item.get("text") or f"{item['range'].partition('/')[2]}-{item['number']:06d}"
        self.numbers[item["range"]][item["number"]] = Numbered(
            text, item["document"], item.get("unused", "")
        )

    def _document(self, item: Mapping[str, Any]) -> None:
        body = msgspec.json.decode(unpacked(item["body"]))
        self.documents[item["id"]] = body["number"]
        if "recalled_at" in item:
            self.recalled.add(item["id"])
        self.reconciled.document(item)
        counted = body.get("distance_sales")
        if counted and body["kind"] != "collective":
            self.sold[int(body["supplied_on"][:4])] += cents(Decimal(counted))

    def _collected(self, item: Mapping[str, Any]) -> None:
        draft = self.billed.entry(item)
        self.sold[draft.supplied_on.year] += cents(draft.distance_sales)

    def _distance(self, item: Mapping[str, Any]) -> None:
        self.counted[item["year"]] += item["cents"]

    def _export(self, item: Mapping[str, Any]) -> None:
        stored = stored_export(dict(item))
        self.exports[stored.export.id] = stored

    def _seal(self, item: Mapping[str, Any]) -> None:
        self.seals[date.fromisoformat(item["day"])] = item

    def _letter(self, item: Mapping[str, Any]) -> None:
        if not item.get("redriven_at"):
            self.letters |= _named(item["body"])

    def _pointer(self, item: Mapping[str, Any]) -> None:
        if "order_id" in item:
            self.pointers[keys.Key(item["pk"], item["sk"])] = item["order_id"]


def check(scan: Iterable[Mapping[str, Any]], *, at: datetime, read: Read) -> dict[str, Any]:
    """The invariants 1 to 6 of `domain.md` § 6, the projections, the books and the archive.

    `read` answers the content of a file of the archive, None where there is none.
    Answers `{"ok", "checks": {name: {"checked": n, "broken": [{"where", "what"}]}}}`. A scan reads
    item by item, so that what is in motion can look broken: what is really broken stays.
    """
    found = Snapshot(scan)
    papers = sum(len(stored.order.papers) for stored in found.orders.values())
    checks = {
        "line_conservation": _result(len(found.orders), _lines(found)),
        "stock": _result(len(found.views), _stock(found)),
        "reservations": _result(len(found.orders), _reservations(found)),
        "credit": _result(len(found.ledgers.counters), _credit(found)),
        "departures": _result(len(found.leaving), _departures(found)),
        "payments": _result(len(found.ledgers.payments), _payments(found)),
        **{name: _result(len(found.documents), _reconciled(found, name)) for name in RECONCILED},
        "bookings": _result(len(found.documents), _bookings(found, read)),
        "captures": _result(len(found.orders), _captures(found)),
        "open_items": _result(len(found.ledgers.listed), _open_items(found)),
        "bills": _result(len(found.billed.bills), _bills(found)),
        "distance_sales": _result(len(found.documents), _distance_sales(found)),
        "number_ranges": _result(len(found.documents), _numbers(found)),
        "event_logs": _result(sum(map(len, found.logs.values())), _events(found)),
        "silent_orders": _result(len(found.orders), _silent(found, at)),
        "projections": _result(len(found.orders) + len(found.fulfilments), _projections(found)),
        "archive": _result(len(found.documents) + papers, _archived(found, read)),
        "seals": _result(len(found.seals), _sealed(found, read)),
    }
    return verdict(checks)


def _distance_sales(found: Snapshot) -> Iterator[Breach]:
    """What is counted towards the threshold is what the documents of the year say."""
    for year in sorted(found.sold.keys() | found.counted.keys()):
        if found.sold[year] != found.counted[year]:
            what = f"{found.counted[year]} cents are counted, documents say {found.sold[year]}"
            yield Breach(f"distance sales {year}", what)


def verdict(checks: Checks) -> dict[str, Any]:
    """Whether nothing is broken, and the checks."""
    return {"ok": not any(each["broken"] for each in checks.values()), "checks": checks}


def persisting(earlier: dict[str, Any], later: dict[str, Any]) -> dict[str, Any]:
    """The later verdict, without what the earlier one did not find broken in the same way."""
    checks = {
        name: {**each, "broken": [b for b in each["broken"] if b in _broken(earlier, name)]}
        for name, each in later["checks"].items()
    }
    return verdict(checks)


def _broken(verdict: dict[str, Any], name: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = verdict["checks"].get(name, {}).get("broken", [])
    return found


def _result(checked: int, breaches: Iterable[Breach]) -> dict[str, Any]:
    return {"checked": checked, "broken": [msgspec.to_builtins(b) for b in breaches]}


def _lines(found: Snapshot) -> Iterator[Breach]:
    for stored in found.orders.values():
        yield from conserved(stored.order)


def _stock(found: Snapshot) -> Iterator[Breach]:
    for sku, held in found.by_sku.items():
        if sku not in found.items:
            yield Breach(sku, f"{len(held)} reservations, but no counters")
    for sku, view in found.views.items():
        reservations = found.by_sku.get(sku, {}).values()
        yield from counted(view.item, reservations, found.logs.get(_log_of(sku), []))
        yield from covered(view.item)
        yield from _buckets(view)
    for sku in found.parts.keys() - found.views.keys():
        yield Breach(sku, "has buckets, but no counters")


def _buckets(view: View) -> Iterator[Breach]:
    """A SKU has the buckets that its main item says; closed ones count nothing."""
    opened = [each for each in view.read[1:] if each.get("open")]
    if len(opened) + 1 != layout(view.main).parts:
        yield Breach(view.sku, f"has {len(opened) + 1} parts, not {layout(view.main).parts}")
    for each in view.read[1:]:
        if not each.get("open") and any(counters_in(each).values()):
            yield Breach(view.sku, f"{each['pk']} is closed, but still counts pieces")
    if not view.parts.sound:
        yield Breach(view.sku, "a bucket has pieces while another owes some")


def _reservations(found: Snapshot) -> Iterator[Breach]:
    for id, stored in found.orders.items():
        if id not in found.letters:
            yield from claimed(stored.order, found.by_order.get(id, {}))
    for id in found.by_order.keys() - found.orders.keys():
        yield Breach(id, "holds stock, but there is no such order")


def _credit(found: Snapshot) -> Iterator[Breach]:
    return found.ledgers.breaches(stored.order for stored in found.orders.values())


def _departures(found: Snapshot) -> Iterator[Breach]:
    wanted = leaving(stored.order for stored in found.orders.values())
    for slot in sorted({*wanted, *found.leaving}):
        if wanted[slot] != found.leaving[slot]:
            what = f"{wanted[slot]} leave on {slot.day}, {found.leaving[slot]} are counted"
            yield Breach(slot.location, what)


def _payments(found: Snapshot) -> Iterator[Breach]:
    return found.ledgers.unpaid(stored.order for stored in found.orders.values())


def _reconciled(found: Snapshot, name: str) -> Iterator[Breach]:
    billed, papers = found.billed, found.reconciled.papers
    alone = (billed.alone(stored.order, papers) for stored in found.orders.values())
    return found.reconciled.breaches(name, alone)


def _bills(found: Snapshot) -> Iterator[Breach]:
    orders = {id: stored.order for id, stored in found.orders.items()}
    return found.billed.breaches(orders, found.reconciled.papers)


def _bookings(found: Snapshot, read: Read) -> Iterator[Breach]:
    yield from found.reconciled.unbooked()
    exports = [kept.export for kept in found.exports.values()]
    orders = [stored.order for stored in found.orders.values()]
    yield from found.reconciled.exported(exports, orders, read)


def _captures(found: Snapshot) -> Iterator[Breach]:
    for stored in found.orders.values():
        yield from moved(stored.order)


def _open_items(found: Snapshot) -> Iterator[Breach]:
    orders = [stored.order for stored in found.orders.values()]
    yield from found.ledgers.misstated(orders)
    yield from found.reconciled.misbooked(orders)


def _numbers(found: Snapshot) -> Iterator[Breach]:
    for name in sorted(found.last.keys() | found.numbers.keys()):
        entries = found.numbers.get(name, {})
        yield from unbroken(name, found.last.get(name, 0), entries, found.documents)
    yield from numbered_once(found.numbers.values(), found.documents)
    issued = {d.id: id for id, s in found.billed.bills.items() for d in s.bill.documents}
    for stored in found.orders.values():
        for document in stored.order.documents:
            issued[document.id] = stored.order.id
            printed = found.documents.get(document.id)
            if printed != document.number:
                what = f"{document.id} has number {document.number}, its record says {printed}"
                yield Breach(stored.order.id, what)
    for id in found.documents.keys() - issued.keys() - found.recalled:
        yield Breach(id, "is of no order")


def _events(found: Snapshot) -> Iterator[Breach]:
    ends = {f"order/{id}": (s.sequence, s.hash) for id, s in found.orders.items()}
    ends |= {f"purchase/{id}": (p.sequence, p.hash) for id, p in found.purchases.items()}
    ends |= {_log_of(sku): (item.sequence, item.hash) for sku, item in found.items.items()}
    ends |= {f"bill/{id}": (b.sequence, b.hash) for id, b in found.billed.bills.items()}
    ends |= {f"export/{id}": (e.sequence, e.hash) for id, e in found.exports.items()}
    for aggregate in sorted(found.logs.keys() | ends.keys()):
        sequence, last = ends.get(aggregate, (0, GENESIS))
        yield from chained(aggregate, found.logs.get(aggregate, []), sequence, last)
    for id, stored in found.orders.items():
        yield from told(stored.order, found.logs.get(f"order/{id}", []))
    yield from found.billed.logged(found.logs)


def _silent(found: Snapshot, at: datetime) -> Iterator[Breach]:
    for stored in found.orders.values():
        yield from spoken_for(stored.order, at=at, letters=found.letters)
    yield from found.billed.silent(at, found.letters)


def _projections(found: Snapshot) -> Iterator[Breach]:
    owned = set()
    for id, stored in found.orders.items():
        order = stored.order
        expected = {n: v for n, v in order_attributes(stored).items() if n != "state"}
        row = found.rows[id]
        for name in [name for name, value in expected.items() if row.get(name) != value]:
            yield Breach(id, f"{name} of its item is {row.get(name)}, not {expected[name]}")
        for fulfilment in order.fulfilments:
            owned.add(fulfilment.id)
            item = found.fulfilments.get(fulfilment.id)
            if item is None:
                yield Breach(id, f"there is no item of {fulfilment.id}")
            elif _facts(item) != _facts(fulfilment_attributes(order, fulfilment)):
                yield Breach(id, f"the item of {fulfilment.id} is not what the order says")
        for key in _pointing_to(order):
            if found.pointers.get(key) != id:
                yield Breach(id, f"{key.pk} leads to {found.pointers.get(key)}")
    yield from found.billed.projected(stored.order for stored in found.orders.values())
    for id in found.fulfilments.keys() - owned:
        yield Breach(id, "is of no order")


def _archived(found: Snapshot, read: Read) -> Iterator[Breach]:
    """Each file of the archive is the one whose SHA-256 its order's log gives."""
    for id, stored in found.orders.items():
        yield from _documents(id, stored.order.documents, read)
        for paper in stored.order.papers:
            yield from _same(id, paper.key, paper.sha256, read)
    for id, bill in found.billed.bills.items():
        yield from _documents(id, bill.bill.documents, read)
    for id, kept in found.exports.items():
        for file in kept.export.files:
            yield from _same(id, file.key, file.sha256, read)


def _documents(id: str, documents: Iterable[Document], read: Read) -> Iterator[Breach]:
    for document in documents:
        if document.key:
            yield from _same(id, document.key, document.sha256 or "", read)
        if document.xml_key:
            yield from _same(id, document.xml_key, document.xml_sha256 or "", read)
        for letter in document.dunning.letters if document.dunning else ():
            if letter.key:
                yield from _same(id, letter.key, letter.sha256 or "", read)


def _same(where: str, key: str, digest: str, read: Read) -> Iterator[Breach]:
    content = read(key)
    if content is None:
        yield Breach(where, f"{key} is not in the archive")
    elif sha256(content).hexdigest() != digest:
        yield Breach(where, f"{key} is in the archive with other content")


def _sealed(found: Snapshot, read: Read) -> Iterator[Breach]:
    """The days are as they were sealed (`oms.seal`)."""
    seals = []
    for day, item in sorted(found.seals.items()):
        broken = list(_same(f"seal {day}", item["key"], item["sha256"], read))
        yield from broken
        if not broken:
            seals.append(msgspec.json.decode(read(item["key"]) or b"", type=Seal))
    events: dict[date, list[Entry]] = defaultdict(list)
    for log in found.logs.values():
        for event in log:
            events[event.at.astimezone(UTC).date()].append(Entry(event.id, event.hash))
    yield from unaltered(seals, events)


def _facts(item: Mapping[str, Any]) -> dict[str, Any]:
    """What a fulfilment's item says, whichever release of ours wrote its view."""
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


def _log_of(sku: str) -> str:
    return f"stock/{sku}"


def _named(body: str) -> set[str]:
    """The order that a dead letter's message names."""
    try:
        aggregate = json.loads(body)["aggregate"]
    except (ValueError, KeyError, TypeError):
        return set()
    kind, _, id = str(aggregate).partition("/")
    return {id} if kind in ("order", "bill") else set()
