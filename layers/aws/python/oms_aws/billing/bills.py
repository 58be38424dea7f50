"""Bills in DynamoDB: each with a log like an order's, and an item for each shipment it collects."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from oms.billing.bill import BILL_FORMATS, Bill
from oms.billing.entries import Entry
from oms.billing.invoice import Invoice
from oms.orders.documents import Collected
from oms_aws.platform import indexes, keys
from oms_aws.platform.aggregates import AggregateKind, AggregateStore, Stored
from oms_aws.platform.attributes import packed, unpacked
from oms_aws.platform.log import Saved
from oms_aws.platform.table import Action

MOST_ENTRIES = 2_000
"""How many shipments one bill takes in: what it says of each of them is in its own item."""


class StoredBill(Stored[Bill]):
    """A bill as it was read."""

    @property
    def bill(self) -> Bill:
        """The bill."""
        return self.state

    @property
    def entries(self) -> int:
        """Number of the shipments that it has taken in."""
        return self.counts["entries"]


def _attributes(stored: StoredBill, bill: Bill) -> Mapping[str, Any]:
    due = bill.due()
    return {
        "status": bill.status,
        "gsi1pk": indexes.bills_of(bill.shop, bill.customer),
        "gsi1sk": f"{bill.last}#{bill.period}#{bill.number:04d}",
        **indexes.clocked(bill.id, due[0].at if due else None),
    }


BILL: AggregateKind[Bill, StoredBill] = AggregateKind(
    name="bill",
    noun="bill",
    formats=BILL_FORMATS,
    stored=StoredBill,
    key=keys.bill,
    attributes=_attributes,
    counted=("entries",),
)


class DynamoBills(AggregateStore[Bill, StoredBill]):
    """The bills of all customers, and what they are to bill."""

    kind = BILL

    def listed(
        self, shop: str, customer: str, *, after: str = "", limit: int = 50
    ) -> list[tuple[str, Bill]]:
        """A customer's bills, the newest period first, each with where a list goes on behind it."""
        pk = indexes.bills_of(shop, customer)
        found = self._listed(pk, after=after, limit=limit, newest=True)
        return [(place, stored.bill) for place, stored in found]

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
            return self.prepared(BILL.new(bill, entries=1), bill, by).actions
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


def is_bill(owner: str) -> bool:
    """True if the id is a bill's, not an order's."""
    return owner.startswith("bil_")


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
