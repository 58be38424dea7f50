"""Bills in a scan, held against orders and documents, for `verify`."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from msgspec.structs import replace

from oms.billing.bill import Bill
from oms.billing.collecting import gross_of
from oms.billing.drafting import part_of
from oms.billing.entries import Entry
from oms.billing.invoice import Invoice
from oms.orders.documents import Document
from oms.orders.order import Order
from oms.records.breach import Breach
from oms.records.invariants import PARTY_OURSELVES
from oms.records.reconciling import Papers, taken
from oms_aws.billing.bills import BILL, StoredBill
from oms_aws.orders.projections import ordered_entries
from oms_aws.orders.store import StoredOrder
from oms_aws.platform.attributes import unpacked
from oms_aws.records.shelf import Shelf


class Billed:
    """All bills, what they have collected, and what purchase order numbers lead to."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.bills: dict[str, StoredBill] = {}
        self.rows: dict[str, Mapping[str, Any]] = {}
        self.through: dict[tuple[str, str], bool] = {}

    def bill(self, item: Mapping[str, Any]) -> None:
        """Take a bill."""
        stored = BILL.read(item)
        self.bills[stored.bill.id] = stored
        self.rows[stored.bill.id] = {name: item[name] for name in item if name != "state"}

    def entry(self, item: Mapping[str, Any]) -> Invoice:
        """Take a collected shipment, or a credit of one; answers it."""
        invoice = msgspec.json.decode(unpacked(item["body"]), type=Invoice)
        self._shelf.put("collected", f"{item['bill']}/{item['sk']}", item)
        return invoice

    def ordered(self, item: Mapping[str, Any]) -> None:
        """Take what a purchase order number leads to."""
        self.through[item["pk"], item["sk"]] = item["through"]

    def entries(self, bill: str) -> dict[str, Entry]:
        """Entries that a bill has collected, by fulfilment."""
        collected: dict[str, list[Invoice]] = {}
        for item in self._shelf.under("collected", f"{bill}/"):
            invoice = msgspec.json.decode(unpacked(item["body"]), type=Invoice)
            collected.setdefault(item["fulfilment"], []).append(invoice)
        found = {}
        for fulfilment, invoices in collected.items():
            drafts = [each for each in invoices if each.kind != "credit_note"]
            credits = [each for each in invoices if each.kind == "credit_note"]
            if drafts:
                found[fulfilment] = Entry(drafts[0], tuple(credits))
        return found

    def breaches(self, orders: Mapping[str, StoredOrder], papers: Papers) -> Iterator[Breach]:
        """Bills that are not what was collected for them, or shared out otherwise than billed."""
        for id, stored in self.bills.items():
            entries = self.entries(id)
            if stored.entries != len(entries):
                what = f"has taken in {stored.entries} shipments, {len(entries)} are there"
                yield Breach(id, what)
            yield from _shared(stored.bill, entries, orders)
            for document in stored.bill.documents:
                yield from _summed(stored.bill, document, entries, papers)
        for known in orders.values():
            yield from self._deferred(known.order)

    def _deferred(self, order: Order) -> Iterator[Breach]:
        for each in order.settlement.collected:
            entry = self.entries(each.bill).get(each.fulfilment)
            if entry is None:
                yield Breach(order.id, f"{each.fulfilment} is not in {each.bill}")
                continue
            said, due = each.gross - each.credited, gross_of([entry])
            if said != due or len(entry.credits) != each.credits:
                yield Breach(order.id, f"{each.fulfilment} is collected with {due}, not {said}")

    def alone(self, order: Order, papers: Papers) -> tuple[Order, Papers]:
        """The order as if each of its collected shipments had been billed alone, and its papers.

        What is credited of collective invoices is looked at with those.
        """
        if not order.settlement.collected:
            return order, papers
        shares = {document.id for document in order.documents if document.bill}
        own = [d for d in order.documents if d.id not in shares and d.original not in shares]
        singles = {}
        for each in order.settlement.collected:
            if entry := self.entries(each.bill).get(each.fulfilment):
                singles[f"{each.bill}/{each.fulfilment}"] = (each, entry.draft)
        drafted = [
            Document(id, draft.kind, draft.number, each.fulfilment, each.at, draft.gross)
            for id, (each, draft) in singles.items()
        ]
        documents = sorted([*own, *drafted], key=lambda document: document.issued_at)
        more = {id: draft for id, (_, draft) in singles.items()}
        return replace(order, documents=tuple(documents)), ChainMap(more, papers)  # type: ignore[arg-type]

    def silent(self, at: datetime, letters: Collection[str]) -> Iterator[Breach]:
        """Bills that nobody will move on."""
        for id, stored in self.bills.items():
            for each in stored.bill.waiting():
                late = each.party == PARTY_OURSELVES and each.until < at
                if late and id not in letters:
                    what = f"{each.cause}: we should have moved it on by {each.until}"
                    yield Breach(id, what)

    def projected(self) -> Iterator[Breach]:
        """Attributes of items that are not what their bills say."""
        for id, stored in self.bills.items():
            item = BILL.item(stored, stored.bill)
            expected = {name: value for name, value in item.items() if name != "state"}
            row = self.rows[id]
            for name in [name for name, value in expected.items() if row.get(name) != value]:
                yield Breach(id, f"{name} of its item is {row.get(name)}, not {expected[name]}")

    def leading_to(self, order: Order) -> Iterator[Breach]:
        """Entries of purchase order numbers that are not what the order says."""
        for key, attributes in ordered_entries(order):
            if self.through.get((key.pk, key.sk)) != attributes["through"]:
                yield Breach(order.id, f"{key.pk} does not say whether it is through")


def _shared(
    bill: Bill, entries: Mapping[str, Entry], orders: Mapping[str, StoredOrder]
) -> Iterator[Breach]:
    """Once planned, each shipment is on one document; once settled, each order has its share."""
    if bill.planned is None:
        return
    planned = [f for each in bill.planned for share in each.shares for f in share.fulfilments]
    if sorted(planned) != sorted(entries):
        yield Breach(bill.id, f"bills {len(planned)} shipments of {len(entries)}, or one twice")
    for document in bill.documents if bill.settled_at else ():
        for share in bill.shares(document.id):
            known = orders.get(share.order)
            held = known.order.documents if known else ()
            mine = [d for d in held if d.id == document.id]
            if [(d.number, d.gross, d.billed) for d in mine] != [
                (document.number, share.gross, share.fulfilments)
            ]:
                yield Breach(share.order, f"does not have its share of {document.number}")


def _summed(
    bill: Bill, document: Document, entries: Mapping[str, Entry], papers: Papers
) -> Iterator[Breach]:
    """A document is the sum of its shares, and not credited beyond what it billed."""
    paper = papers.get(document.id)
    if paper is None or paper.gross != document.gross:
        yield Breach(bill.id, f"{document.number}: its record says otherwise")
        return
    shares = bill.shares(document.id)
    total = sum((share.gross for share in shares), Decimal(0))
    if total != paper.gross:
        yield Breach(bill.id, f"{document.number}: shares make {total}, it says {paper.gross}")
    if document.type == "credit_note":
        return
    covered = [entries[f] for share in shares for f in share.fulfilments if f in entries]
    if not covered:
        return
    whole, reductions = part_of(
        paper,
        [entry.draft for entry in covered],
        [credit for entry in covered for credit in entry.credits],
    )
    notes = [each.note for each in bill.credits if each.document == document.id]
    notes += [bill.cancelled[document.id]] if document.id in bill.cancelled else []
    known = [papers[note] for note in notes if note in papers]
    yield from taken(bill.id, whole, [*reductions, *known])
