"""A scan of the whole table, by what was found, for `verify` and never for a step."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Protocol

import msgspec

from oms.billing.counterfoil import Counterfoil
from oms.core.events import LogEntry
from oms.core.pseudonyms import Vault
from oms.records.breach import Breach
from oms.records.invariants import Numbered
from oms.sourcing.stock import Item, Reservation
from oms_aws.billing.debtors import stored_debtors
from oms_aws.billing.documents import counterfoil_of
from oms_aws.billing.turnover import cents
from oms_aws.orders.capacity import Slot
from oms_aws.orders.capacity import counted as counted_departures
from oms_aws.orders.store import ORDER, StoredOrder
from oms_aws.payments.ledgers import Ledgers
from oms_aws.platform import keys
from oms_aws.platform.attributes import unpacked
from oms_aws.platform.log import stored_event
from oms_aws.platform.vaults import stored_vault
from oms_aws.records.billed import Billed
from oms_aws.records.exports import EXPORT, StoredExport
from oms_aws.records.reconciled import Reconciled
from oms_aws.records.shelf import Kept, Shelf
from oms_aws.records.withdrawn import GoodsBack, Withdrawn
from oms_aws.sourcing.counters import View, stored_reservation
from oms_aws.sourcing.purchases import PURCHASE, StoredPurchase

Told = Callable[[str], None]
STEP = 10_000
"""So many items are read between two words of progress."""


class Archive(Protocol):
    """The archive as `verify` reads it."""

    def read(self, key: str) -> bytes | None:
        """The content of a file, None where there is none."""

    def keys(self, folder: str) -> Iterable[str]:
        """The keys of a folder, in order."""


class Snapshot:
    """Findings of a scan, by kind; `unreadable` is what could not be taken for that.

    Orders, documents, events and collected shipments are on a shelf, and read one by one.
    """

    def __init__(
        self, scan: Iterable[Mapping[str, Any]], *, at: datetime, archive: Archive, told: Told
    ) -> None:
        self.at = at
        self.archive = archive
        self.shelf = Shelf()
        self.items_read = 0
        self.unreadable: list[Breach] = []
        self.orders: Mapping[str, StoredOrder] = Kept(self.shelf, "order", self._whole)
        self.accounts: Mapping[str, Mapping[str, Any]] = Kept(self.shelf, "customer", lambda i: i)
        self.rows: Mapping[str, Mapping[str, Any]] = Kept(self.shelf, "order", _row)
        self.fulfilments: Mapping[str, Mapping[str, Any]] = Kept(self.shelf, "fulfilment", dict)
        self.views: dict[str, View] = {}
        self.parts: dict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
        self.by_sku: dict[str, dict[str, Reservation]] = defaultdict(dict)
        self.by_order: dict[str, dict[str, Reservation]] = defaultdict(dict)
        self.purchases: dict[str, StoredPurchase] = {}
        self.logged: set[str] = set()
        self.last: dict[str, int] = {}
        self.numbers: dict[str, dict[int, Numbered]] = defaultdict(dict)
        self.documents: dict[str, str] = {}
        self.recalled: dict[str, str] = {}
        self.letters: set[str] = set()
        self.pointers: dict[keys.Key, str] = {}
        self.notified: dict[tuple[str, str], str] = {}
        self.ledgers = Ledgers()
        self.reconciled = Reconciled(self.shelf)
        self.billed = Billed(self.shelf)
        self.leaving: Counter[Slot] = Counter()
        self.sold, self.counted = Counter[int](), Counter[int]()
        self.seals: dict[date, Mapping[str, Any]] = {}
        self.exports: dict[str, StoredExport] = {}
        self.withdrawn = Withdrawn(self.shelf, self.vault)
        self.goods_back = GoodsBack(self.shelf)
        self.endpoints: dict[str, tuple[int, str]] = {}
        self.debtors: dict[str, tuple[str, ...]] = {}
        self._take_all(scan, told)
        self._join_parts()
        self.items = self._stock_items()

    def _join_parts(self) -> None:
        for sku, view in self.views.items():
            read = (self.parts[sku][pk] for pk in sorted(self.parts[sku]))
            self.views[sku] = View(sku, (*view.read, *read))

    def _take_all(self, scan: Iterable[Mapping[str, Any]], told: Told) -> None:
        takes = self._takes()
        for item in scan:
            self.items_read += 1
            if self.items_read % STEP == 0:
                told(f"{self.items_read:,} items read")
            take = takes.get(item.get("kind", ""))
            try:
                if take:
                    take(item)
            except Exception as error:  # whatever somebody made of it: it is named, and left out
                where = f"{item.get('pk')} {item.get('sk')}"
                self.unreadable.append(Breach(where, f"cannot be read: {saying(error)}"))

    def _takes(self) -> dict[str, Callable[[Mapping[str, Any]], None]]:
        """Takers of an item, by its kind."""
        return {
            "order": self._order,
            "vault": self._vault,
            "customer": self._account,
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
            "notification": self._notification,
            "seal": self._seal,
            "export": self._export,
            "withdrawal": self.withdrawn.withdrawal,
            "withdrawn": self.withdrawn.row,
            "return": self.goods_back.rma,
            "goods_back": self.goods_back.row,
            "endpoint": self._endpoint,
            "debtors": self._debtors,
            "distance_sales": self._distance,
            "credit": self.ledgers.counter,
            "exposure": self.ledgers.record,
            "payment": self.ledgers.payment,
            "shop": self.reconciled.shop,
            "open_item": self.ledgers.open_item,
            "reduction": self.reconciled.reduction,
            "advance": self.reconciled.advance,
            "departures": self._departures,
            "bill": self.billed.bill,
            "collected": self._collected,
            "ordered": self.billed.ordered,
            "found": self._found,
            "": self._pointer,
        }

    def log(self, aggregate: str) -> list[LogEntry]:
        """The events of an aggregate, in order."""
        return [stored_event(item) for item in self.shelf.under("event", f"{aggregate}#")]

    def counterfoil(self, document: str) -> Counterfoil | None:
        """Counterfoil of a document's number by the table, if it has the document."""
        item = self.shelf.get("document", document)
        return counterfoil_of(item) if item else None

    def happened(self) -> Iterator[LogEntry]:
        """All events, aggregate by aggregate."""
        for aggregate in sorted(self.logged):
            yield from self.log(aggregate)

    def _order(self, item: Mapping[str, Any]) -> None:
        self.shelf.put("order", ORDER.read(item).order.id, item)

    def _vault(self, item: Mapping[str, Any]) -> None:
        stored_vault(item)
        if item["sk"] == keys.VAULT:  # that of a device's address goes by itself
            self.shelf.put("vault", item["pk"].partition("#")[2], item)

    def texts(self, kind: str, id: str) -> int:
        """Number of texts that the vault of an aggregate is to have, as its item says."""
        return int((self.shelf.get(kind, id) or {}).get("texts", 0))

    def _account(self, item: Mapping[str, Any]) -> None:
        self.shelf.put("customer", item["pk"], item)

    def vault(self, key: keys.Key) -> Vault | None:
        """The vault under a key, if the table has it."""
        item = self.shelf.get("vault", key.pk.partition("#")[2])
        return stored_vault(item) if item else None

    def _whole(self, item: Mapping[str, Any]) -> StoredOrder:
        """An order with what its vault has; pseudonyms that it does not know stay."""
        vault = self.vault(keys.Key(item["pk"], keys.VAULT)) or Vault("", erased="unknown")
        return ORDER.read(item, vault)

    def _found(self, item: Mapping[str, Any]) -> None:
        key = keys.Key(item["pk"], item["sk"])
        self.shelf.put("found", f"{item['order_id']}#{key.pk}#{key.sk}", key._asdict())

    def found_by(self, order: str) -> set[keys.Key]:
        """The rows that lead to an order from what it is searched by."""
        return {keys.Key(**row) for row in self.shelf.under("found", f"{order}#")}

    def _departures(self, item: Mapping[str, Any]) -> None:
        slot, leaving = counted_departures(item)
        self.leaving[slot] = leaving

    def _fulfilment(self, item: Mapping[str, Any]) -> None:
        id = msgspec.json.decode(unpacked(item["body"]))["id"]
        self.shelf.put("fulfilment", id, item)

    def _stock_items(self) -> dict[str, Item]:
        """Counters of each SKU; what makes no sense is named, and left out."""
        found = {}
        for sku, view in list(self.views.items()):
            try:
                found[sku] = view.item
            except Exception as error:
                del self.views[sku]
                self.unreadable.append(Breach(sku, f"cannot be read: {saying(error)}"))
        return found

    def _stock(self, item: Mapping[str, Any]) -> None:
        self.views[item["sku"]] = View(item["sku"], (item,))

    def _part(self, item: Mapping[str, Any]) -> None:
        self.parts[item["sku"]][item["pk"]] = item

    def _reservation(self, item: Mapping[str, Any]) -> None:
        held = stored_reservation(item)
        self.by_sku[held.sku][held.order_id] = held
        self.by_order[held.order_id][held.sku] = held

    def _purchase(self, item: Mapping[str, Any]) -> None:
        stored = PURCHASE.read(item)
        self.purchases[stored.purchase.id] = stored

    def _event(self, item: Mapping[str, Any]) -> None:
        event = stored_event(dict(item))
        json.loads(bytes(event.data))
        self.logged.add(event.aggregate)
        place = f"{event.aggregate}#{event.sequence:010d}#{item['pk']}"
        self.shelf.put("event", place, item)
        day = event.at.astimezone(UTC).date()
        self.shelf.happened(day.isoformat(), event.id, event.hash)

    def _range(self, item: Mapping[str, Any]) -> None:
        self.last[item["range"]] = item["last"]

    def _number(self, item: Mapping[str, Any]) -> None:
        text = item.get("text") or f"{item['range'].partition('/')[2]}-{item['number']:06d}"
        entry = Numbered(text, item["document"], item.get("unused", ""))
        self.numbers[item["range"]][item["number"]] = entry

    def _document(self, item: Mapping[str, Any]) -> None:
        body = msgspec.json.decode(unpacked(item["body"]))
        self.reconciled.document(item)
        self.documents[item["id"]] = body["number"]
        if "recalled_at" in item:
            self.recalled[item["id"]] = item["order_id"]
        counted = body.get("distance_sales")
        if counted and body["kind"] != "collective":
            self.sold[int(body["supplied_on"][:4])] += cents(Decimal(counted))

    def _collected(self, item: Mapping[str, Any]) -> None:
        draft = self.billed.entry(item)
        self.sold[draft.supplied_on.year] += cents(draft.distance_sales)

    def _distance(self, item: Mapping[str, Any]) -> None:
        self.counted[item["year"]] += item["cents"]

    def _export(self, item: Mapping[str, Any]) -> None:
        stored = EXPORT.read(item)
        self.exports[stored.export.id] = stored

    def _endpoint(self, item: Mapping[str, Any]) -> None:
        if "sequence" in item:
            id = item["pk"].removeprefix(keys.endpoint_standing("").pk)
            self.endpoints[id] = item["sequence"], item["hash"]

    def _debtors(self, item: Mapping[str, Any]) -> None:
        self.debtors[item["shop"]] = stored_debtors(dict(item))

    def _seal(self, item: Mapping[str, Any]) -> None:
        self.seals[date.fromisoformat(item["day"])] = item

    def _notification(self, item: Mapping[str, Any]) -> None:
        cause = item["pk"].partition("#")[2], item["sk"].partition("#")[2]
        self.notified[cause] = item.get("message_id", "")

    def _letter(self, item: Mapping[str, Any]) -> None:
        if not item.get("redriven_at"):
            self.letters |= _named(item["body"])

    def _pointer(self, item: Mapping[str, Any]) -> None:
        if "order_id" in item:
            self.pointers[keys.Key(item["pk"], item["sk"])] = item["order_id"]


def saying(error: Exception) -> str:
    """An exception in one line."""
    return f"{type(error).__name__}: {error}".splitlines()[0]


def _row(item: dict[str, Any]) -> Mapping[str, Any]:
    return {name: item[name] for name in item if name != "state"}


def _named(body: str) -> set[str]:
    """The order that a dead letter's message names."""
    try:
        aggregate = json.loads(body)["aggregate"]
    except (ValueError, KeyError, TypeError):
        return set()
    kind, _, id = str(aggregate).partition("/")
    return {id} if kind in ("order", "bill") else set()
