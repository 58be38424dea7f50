"""Which pieces of which invoices a cancelling document of the file takes back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from local.player.cancelling import NotApplied
from local.player.retail import Row


@dataclass
class Bill:
    """What an invoice billed of one line, or as shipping costs, and what is left of it."""

    at: datetime
    order: str
    document: str
    line: str
    left: int
    amount: Decimal = Decimal(0)


@dataclass
class Taken:
    """What a cancelling document takes back of one invoice, and the rows of the file it is for."""

    order: str
    document: str
    lines: dict[str, int] = field(default_factory=dict)
    shipping: Decimal = Decimal(0)
    rows: list[Row] = field(default_factory=list)


class Bills:
    """What customers were billed, by article and price: goods come back at the price they had.

    A row is matched to invoices of its customer from before it, at its unit price, the latest
    first; carriage to the latest invoice with so much of it left. It is matched whole or not.
    """

    def __init__(self) -> None:
        self._goods: dict[tuple[str, str], list[tuple[Decimal, Bill]]] = defaultdict(list)
        self._carriage: dict[str, list[Bill]] = defaultdict(list)

    def add(self, row: Row, order: str, document: str, line: str, pieces: int) -> None:
        """An invoice billed pieces of the line that a row of the file became."""
        bill = Bill(row.at, order, document, line, pieces)
        self._goods[row.customer or "", row.sku].append((row.unit_price, bill))

    def add_carriage(
        self, customer: str | None, at: datetime, order: str, document: str, amount: Decimal
    ) -> None:
        """An invoice billed shipping costs."""
        self._carriage[customer or ""].append(Bill(at, order, document, "", 0, amount))

    def taken(self, rows: Iterable[Row]) -> tuple[list[Taken], list[tuple[Row, str]]]:
        """What a document's rows take back, by invoice, and the rows without one, with why."""
        found: dict[tuple[str, str], Taken] = {}
        missing: list[tuple[Row, str]] = []
        for row in rows:
            try:
                parts = list(self._parts(row))
            except NotApplied as error:
                missing.append((row, error.reason))
                continue
            for bill, pieces, amount in parts:
                key = (bill.order, bill.document)
                taken = found.setdefault(key, Taken(bill.order, bill.document))
                if pieces:
                    taken.lines[bill.line] = taken.lines.get(bill.line, 0) + pieces
                taken.shipping += amount
                taken.rows.append(row)
                bill.left -= pieces
                bill.amount -= amount
        return list(found.values()), missing

    def _parts(self, row: Row) -> Iterator[tuple[Bill, int, Decimal]]:
        if row.customer is None:
            raise NotApplied("no_customer")
        if row.carriage:
            yield self._of_carriage(row)
            return
        before = [each for each in self._goods[row.customer, row.sku] if each[1].at <= row.at]
        if not before:
            raise NotApplied("no_earlier_invoice")
        bills = [bill for price, bill in before if price == row.unit_price]
        if not bills:
            raise NotApplied("billed_at_another_price")
        rest = row.quantity
        if sum(bill.left for bill in bills) < rest:
            raise NotApplied("more_than_is_left")
        for bill in sorted(bills, key=lambda bill: bill.at, reverse=True):
            take = min(rest, bill.left)
            if take:
                yield bill, take, Decimal(0)
            rest -= take

    def _of_carriage(self, row: Row) -> tuple[Bill, int, Decimal]:
        before = [b for b in self._carriage[row.customer or ""] if b.at <= row.at]
        for bill in sorted(before, key=lambda bill: bill.at, reverse=True):
            if bill.amount >= row.amount:
                return bill, 0, row.amount
        raise NotApplied("no_such_carriage")
