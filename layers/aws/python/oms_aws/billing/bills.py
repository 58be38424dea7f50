"""Bills in DynamoDB: each with a log like an order's, and an item for each shipment it collects."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from oms.billing.bill import Bill, decode_bill
from oms.billing.collecting import Entry
from oms.billing.invoice import Invoice
from oms.core.events import GENESIS, LogEntry
from oms.core.refusals import NotNow, Unknown
from oms.orders.documents import Collected
from oms.orders.order import encode
from oms_aws.orders.store import CHANGE_TRIES
from oms_aws.platform import indexes, keys
from oms_aws.platform.attributes import packed, unpacked
from oms_aws.platform.log import Place, Saved, event_action, events_of, read_log
from oms_aws.platform.table import Action, ConditionFailed, Table

MOST_ENTRIES = 2_000
"""How many shipments one bill takes in: what it says of each of them is in its own item."""


class StoredBill(NamedTuple):
    """A bill as it was read: `version` guards its next save, `entries` what it has taken in."""

    bill: Bill
    version: int
    sequence: int
    hash: str
    entries: int = 0


class DynamoBills:
    """The bills of all customers, and what they are to bill."""

    def __init__(
        self, table: Table, now: Callable[[], datetime], new_id: Callable[[str], str]
    ) -> None:
        self._table = table
        self._now = now
        self._new_id = new_id

    def get(self, id: str) -> StoredBill:
        """The bill with this id; raises Unknown."""
        known = self.known(id)
        if known is None:
            raise Unknown("bill_unknown", f"There is no bill {id}.")
        return known

    def known(self, id: str) -> StoredBill | None:
        """The bill with this id, if it was opened."""
        item = self._table.get(keys.bill(id))
        return stored_bill(item) if item else None

    def listed(
        self, shop: str, customer: str, *, after: str = "", limit: int = 50
    ) -> list[tuple[str, Bill]]:
        """A customer's bills, the newest period first, each with where a list goes on behind it."""
        pk = indexes.bills_of(shop, customer)
        items = list(self._table.listed("gsi1", pk, after=after, limit=limit, newest=True))
        places = {keys.Key(item["pk"], item["sk"]): item["gsi1sk"] for item in items}
        found = {keys.Key(i["pk"], i["sk"]): i for i in self._table.get_many(places)}
        return [(place, stored_bill(found[key]).bill) for key, place in places.items()]

    def log(self, id: str) -> Iterator[LogEntry]:
        """The bill's events in order."""
        return read_log(self._table, f"bill/{id}")

    # -- what is collected --------------------------------------------------------------------

    def collected(self, id: str) -> Iterator[Entry]:
        """Every shipment that the bill has taken in, with the credits of it."""
        items = self._table.query(keys.bill(id).pk, sk_prefix=keys.COLLECTED)
        return _entries(items)

    def collected_of(self, wanted: Iterable[Collected]) -> list[Entry]:
        """The shipments of an order, in the order of their days."""
        asked = [
            keys.collected(each.bill, each.fulfilment, n)
            for each in wanted
            for n in range(each.credits + 1)
        ]
        items = sorted(self._table.get_many(asked), key=lambda item: str(item["sk"]))
        return sorted(_entries(items), key=lambda entry: entry.draft.supplied_on)

    def taken_in(self, seen: StoredBill | None, bill: Bill, by: Saved) -> list[Action]:
        """The actions by which a bill takes one shipment in; they fail once it is closed or full.

        A bill that was not there is opened by them. They leave its version alone, so that shipments
        of one customer do not stand in each other's way.
        """
        if seen is None:
            return self.actions(StoredBill(bill, 0, 0, GENESIS, 1), bill, by)
        return [
            self._table.update(
                keys.bill(bill.id),
                "ADD entries :one",
                {":one": 1, ":open": "open", ":most": MOST_ENTRIES},
                names={"#status": "status"},
                condition="#status = :open AND entries < :most",
            )
        ]

    def still_open(self, id: str) -> Action:
        """The action that demands that a bill was not closed yet."""
        return self._table.check(keys.bill(id), status="open")

    def keep(self, bill_id: str, invoice: Invoice, credit: int = 0) -> Action:
        """The action that keeps a collected shipment, or the n-th credit of it."""
        attributes = {
            "kind": "collected",
            "bill": bill_id,
            "order_id": invoice.order_id,
            "fulfilment": invoice.fulfilment_id,
            "body": packed(msgspec.json.encode(invoice)),
        }
        key = keys.collected(bill_id, invoice.fulfilment_id, credit)
        return self._table.put(key, attributes, unless_exists=True)

    # -- writes -------------------------------------------------------------------------------

    def actions(self, seen: StoredBill, bill: Bill, by: Saved) -> list[Action]:
        """The actions that store the bill after its news, if it still is as seen."""
        place = Place(f"bill/{bill.id}", bill.shop, seen.sequence, seen.hash)
        told = events_of(bill.news, place, by, at=self._now(), new_id=self._new_id)
        events = [event_action(self._table, event) for event in told]
        bare = replace(bill, news=())
        stored = StoredBill(bare, seen.version + 1, *place.behind(told), seen.entries)
        key, attributes = keys.bill(bill.id), bill_attributes(stored)
        if seen.version == 0:
            return [self._table.put(key, attributes, unless_exists=True), *events]
        guarded = {"version": seen.version, "entries": seen.entries}
        return [self._table.put_if(key, attributes, **guarded), *events]

    def save(self, seen: StoredBill, bill: Bill, by: Saved) -> None:
        """Store the bill after its news; raises ConditionFailed when somebody was faster."""
        self._table.write([*self.actions(seen, bill, by), *by.also])

    def change(
        self,
        id: str,
        command: Callable[[Bill], Bill],
        by: Saved,
        *,
        seen: StoredBill | None = None,
    ) -> None:
        """Get, decide, save; again from the start whenever someone else was faster.

        `seen` spares the first reading. Without news nothing is written. Raises what the command
        raises, and NotNow.
        """
        for attempt in range(CHANGE_TRIES):
            if seen is None or attempt:
                seen = self.get(id)
            bill = command(seen.bill)
            if not bill.news:
                return None
            try:
                return self.save(seen, bill, by)
            except ConditionFailed:
                continue
        raise NotNow(f"{id} is being changed by many at once")


def is_bill(owner: str) -> bool:
    """True if the id is a bill's, not an order's."""
    return owner.startswith("bil_")


def bill_attributes(stored: StoredBill) -> dict[str, Any]:
    """The attributes of a bill's item; what is not its body or its version follows from these."""
    bill = stored.bill
    due = bill.due()
    clock = {"gsi3pk": indexes.due(bill.id), "gsi3sk": indexes.due_at(due[0].at)} if due else {}
    return {
        "kind": "bill",
        "version": stored.version,
        "sequence": stored.sequence,
        "hash": stored.hash,
        "entries": stored.entries,
        "status": bill.status,
        "state": packed(encode(bill)),
        "gsi1pk": indexes.bills_of(bill.shop, bill.customer),
        "gsi1sk": f"{bill.last}#{bill.period}#{bill.number:04d}",
        **clock,
    }


def stored_bill(item: dict[str, Any]) -> StoredBill:
    """The bill in a table item."""
    bill = decode_bill(unpacked(item["state"]))
    numbers = (item["version"], item["sequence"], item["hash"], item["entries"])
    return StoredBill(bill, *numbers)


def _entries(items: Iterable[dict[str, Any]]) -> Iterator[Entry]:
    """Shipments and their credits from their items, in which credits stand behind theirs."""
    entry: Entry | None = None
    for item in items:
        body = unpacked(item["body"])
        invoice, size = msgspec.json.decode(body, type=Invoice), len(zlib.compress(body, 6))
        if entry and invoice.fulfilment_id == entry.draft.fulfilment_id:
            entry = Entry(entry.draft, (*entry.credits, invoice), entry.size + size)
            continue
        if entry:
            yield entry
        entry = Entry(invoice, (), size)
    if entry:
        yield entry
