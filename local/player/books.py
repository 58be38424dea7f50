"""The money of a replay: what was billed and credited, held against the file and the exports."""

from __future__ import annotations

import asyncio
import io
import time
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from local.player import merchant
from local.player.answers import Order
from local.player.client import Desks
from local.player.crediting import Bills, Taken
from local.player.crowd import each
from local.player.retail import Document, Row, is_cancellation
from local.player.wire import Problem

PATIENCE = 300.0
BILLS = ("invoice", "partial")


@dataclass
class Books:
    """What became of the file's money.

    `left_out` is what rows are worth that are in no order and take nothing back, `cancelled` what
    was cancelled before it left, `unbilled` what no invoice bills of the orders.
    """

    sold: dict[str, Document] = field(default_factory=dict)
    returned: list[Row] = field(default_factory=list)
    left_out: Decimal = Decimal(0)
    cancelled: Decimal = Decimal(0)
    unbilled: Decimal = Decimal(0)
    worth: dict[str, Decimal] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)

    def leave_out(self, rows: Iterable[Row]) -> None:
        """Note rows that became no part of an order, or take nothing back."""
        for row in rows:
            self.left_out += -row.amount if is_cancellation(row.document) else row.amount

    # -- credit notes -------------------------------------------------------------------------

    async def credit(self, desks: Desks, run: str) -> list[tuple[Row, str]]:
        """Credit what came back; answers the rows that no invoice bills, and why."""
        bills = Bills()
        await each(self.sold, lambda id: self._bill(bills, desks, id))
        by_document: dict[str, list[Row]] = defaultdict(list)
        for row in sorted(self.returned, key=lambda row: row.at):
            by_document[row.document].append(row)
        missing: list[tuple[Row, str]] = []
        for number, rows in by_document.items():
            found, without = bills.taken(rows)
            missing += without
            for n, taken in enumerate(found):
                await self._credit(desks, taken, number, f"{run}-{number}-{n}")
        self.leave_out(row for row, _ in missing)
        return missing

    async def _bill(self, bills: Bills, desks: Desks, id: str) -> None:
        """Take in what an order's invoices billed."""
        order, document = await desks.shop.order(id), self.sold[id]
        found = [each for each in order.documents if each.type in BILLS]
        for bill in found:
            pieces = _pieces(order, bill.fulfilment)
            for number, row in enumerate(document.goods, 1):
                if quantity := pieces.get(str(number)):
                    bills.add(row, id, bill.id, str(number), quantity)
        for bill in found[:1]:
            first, amount = document.rows[0], _carriage(document)
            bills.add_carriage(first.customer, first.at, id, bill.id, amount)

    async def _credit(self, desks: Desks, taken: Taken, number: str, key: str) -> None:
        wanted = {
            "document": taken.document,
            "reason": f"{number} of the file",
            "lines": [{"number": line, "quantity": n} for line, n in taken.lines.items()],
            "shipping": str(taken.shipping),
        }
        try:
            await desks.clerk.credit(taken.order, wanted, key)
        except Problem as problem:
            self.troubles.append(f"{number}: {problem}")

    # -- sums ---------------------------------------------------------------------------------

    def read(self, order: Order) -> None:
        """Add up what an order's documents are worth, and what of it no invoice bills."""
        document = self.sold[order.id]
        billed: dict[str, int] = defaultdict(int)
        for made in order.documents:
            credits = made.type == "credit_note"
            self.worth[made.number] = -made.gross if credits else made.gross
            for line, n in _pieces(order, made.fulfilment).items() if not credits else ():
                billed[line] += n
        for number, row in enumerate(document.goods, 1):
            self.unbilled += row.unit_price * (row.quantity - billed[str(number)])
        if not order.documents:
            self.unbilled += _carriage(document)

    def outcome(self, file: Decimal, exported: Mapping[str, Decimal]) -> dict[str, Any]:
        """All sums, and whether they add up: to the file's own, and to the exports'."""
        invoices = sum((v for v in self.worth.values() if v > 0), Decimal(0))
        credits = -sum((v for v in self.worth.values() if v < 0), Decimal(0))
        accounted = invoices - credits + self.unbilled - self.cancelled + self.left_out
        same = all(each == invoices - credits for each in exported.values())
        return {
            "file": str(file),
            "invoices": str(invoices),
            "credit_notes": str(credits),
            "credit_notes_issued": sum(v < 0 for v in self.worth.values()),
            "unbilled": str(self.unbilled),
            "cancelled": str(self.cancelled),
            "left_out": str(self.left_out),
            **{name: str(value) for name, value in exported.items()},
            "adds_up": accounted == file and same,
        }

    async def exported(self, desks: Desks, since: date, until: date) -> dict[str, Decimal]:
        """What this replay's documents are worth in the books as they are exported now."""
        from oms.records import audit, datev, gdpdu

        shop = merchant.shop()
        content = await _written(desks, shop["id"], "datev", since, until)
        booked = datev.owed(datev.read(content))
        medium = await _written(desks, shop["id"], "z3", since, until)
        with zipfile.ZipFile(io.BytesIO(medium)) as files:
            rows = gdpdu.read(audit.VOUCHERS, files.read(audit.VOUCHERS.file))
        listed = {row["Belegnummer"]: gdpdu.amount(row["Brutto"]) for row in rows}
        return {"datev": _sum(booked, self.worth), "z3": _sum(listed, self.worth)}


def _sum(found: Mapping[str, Decimal], numbers: Iterable[str]) -> Decimal:
    return sum((found.get(number, Decimal(0)) for number in numbers), Decimal(0))


async def _written(desks: Desks, shop: str, kind: str, since: date, until: date) -> bytes:
    asked = {"kind": kind, "from": since.isoformat(), "to": until.isoformat()}
    export = await desks.clerk.export(shop, asked)
    limit = time.monotonic() + PATIENCE
    while export.status == "asked" and time.monotonic() < limit:
        await asyncio.sleep(0.5)
        export = await desks.clerk.exported(export.id)
    if export.status != "written":
        raise Problem(500, "export", export.reason or f"{export.id} is {export.status}")
    return await desks.clerk.download(export.files[0].url)


def _pieces(order: Order, fulfilment: str | None) -> dict[str, int]:
    """What a fulfilment holds, by line."""
    found = [each.lines for each in order.fulfilments if each.id == fulfilment]
    lines: Sequence[Any] = found[0] if found else ()
    return {share.number: share.quantity for share in lines}


def _carriage(document: Document) -> Decimal:
    return sum((row.amount for row in document.carriage), Decimal(0))


def book_day(at: datetime) -> date:
    """The day of the books on which something happens."""
    from oms.core.calendar import book_day as day

    return day(at)
