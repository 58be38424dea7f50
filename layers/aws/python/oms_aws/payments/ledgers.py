"""Credit and payments in a scan, held against what the orders say, for `verify`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from oms.orders.order import Order
from oms.payments.credit import NOTHING, Exposure
from oms.payments.matching import Transfer
from oms.records.breach import Breach
from oms.records.invariants import credited, exposed
from oms_aws.orders.credit import stored_exposure, stored_record
from oms_aws.orders.open_items import Listed, listed_items, stored_listed
from oms_aws.payments.store import stored_transfer

Account = tuple[str, str, str]
"""Shop, customer and currency."""


class Ledgers:
    """Counters and records of all customers' credit, and the bank's transactions."""

    def __init__(self) -> None:
        self.counters: dict[Account, Exposure] = {}
        self.records: dict[Account, dict[str, Exposure]] = defaultdict(dict)
        self.payments: dict[str, Transfer] = {}
        self.listed: dict[tuple[str, str], Listed] = {}

    def counter(self, item: Mapping[str, Any]) -> None:
        """Take a customer's counters."""
        self.counters[_account(item)] = stored_exposure(item)

    def record(self, item: Mapping[str, Any]) -> None:
        """Take an order's record."""
        record = stored_record(item)
        self.records[_account(item)][record.order_id] = record.exposure

    def payment(self, item: Mapping[str, Any]) -> None:
        """Take a transaction of the bank."""
        transfer = stored_transfer(item)
        self.payments[transfer.id] = transfer

    def open_item(self, item: Mapping[str, Any]) -> None:
        """Take an open item, if it stands in the lists."""
        if "gsi1pk" in item:
            listed = stored_listed(item)
            self.listed[listed.order, listed.document] = listed

    def misstated(self, orders: Iterable[Order]) -> Iterator[Breach]:
        """Open items that are not what the orders say, or missing."""
        wanted = {
            (order.id, document): listed
            for order in orders
            for document, listed in listed_items(order).items()
        }
        for id, document in sorted(wanted.keys() | self.listed.keys()):
            is_now, should = self.listed.get((id, document)), wanted.get((id, document))
            if is_now != should:
                what = f"{document or 'credit'}: {_open(is_now)} is listed, it says {_open(should)}"
                yield Breach(id, what)

    def unpaid(self, orders: Iterable[Order]) -> Iterator[Breach]:
        """Transactions that are not on the orders that got them, or on others, or spent twice."""
        given: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        got: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for transfer in self.payments.values():
            for part in transfer.assigned:
                given[transfer.id, part.order] += part.amount
        for order in orders:
            for came in order.settlement.payments:
                got[came.id.partition("/")[0], order.id] += came.amount
            for refund in order.settlement.refunds:
                if refund.by == "bank":
                    got[refund.reference, order.id] -= refund.amount
        for id, whose in sorted({*given, *got}):
            gave, has = given[id, whose], got[id, whose]
            if gave != has:
                yield Breach(whose, f"payment {id} gave it {gave}, it says {has}")
        for transfer in self.payments.values():
            if transfer.left * transfer.amount < 0:
                more = abs(transfer.left)
                yield Breach(f"payment {transfer.id}", f"{more} more were given than came")

    def breaches(self, orders: Iterable[Order]) -> Iterator[Breach]:
        """Counters that are not the sum of their records, records that are not what orders say."""
        for account in sorted(self.counters.keys() | self.records.keys()):
            records = self.records.get(account, {}).values()
            where = f"credit of {'/'.join(account)}"
            yield from credited(where, self.counters.get(account, NOTHING), records)
        owned = set()
        for order in orders:
            account = (order.shop, order.customer.id, order.currency)
            owned.add((account, order.id))
            yield from exposed(order, self.records.get(account, {}).get(order.id))
        for account, records_of in self.records.items():
            for id in records_of:
                if (account, id) not in owned:
                    yield Breach(id, "takes credit, but there is no such order")


def _open(item: Listed | None) -> str:
    return f"{item.open} {item.currency} due on {item.due}" if item else "nothing"


def _account(item: Mapping[str, Any]) -> Account:
    return item["shop"], item["customer"], item["currency"]
