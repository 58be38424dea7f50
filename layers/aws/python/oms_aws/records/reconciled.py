"""Documents in a scan, held against orders, bookings and exports, for `verify`."""

from __future__ import annotations

import io
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from msgspec.structs import replace

from oms.billing.books import Voucher
from oms.billing.invoice import Invoice
from oms.billing.posting import voucher_of
from oms.master.bookkeeping import Bookkeeping
from oms.master.shop import Shop
from oms.orders.advances import Advance, advances, exchange_after, place_of
from oms.orders.order import Order
from oms.records import audit, datev, gdpdu, posted
from oms.records.breach import Breach
from oms.records.export import DEBTORS, Export
from oms.records.prepaid import booked_on, voucher_of_step
from oms.records.reconciling import CHECKS, Papers, adding_up
from oms.records.reductions import Reduction, reductions, voucher_for
from oms.tax.exchange import EURO
from oms_aws.platform.attributes import unpacked
from oms_aws.records.shelf import Kept, Shelf

UNSAID = Bookkeeping(consultant=1001, client=1)
"""For shops that have not said how their books are kept: their documents must be bookable too."""

_Entries = dict[tuple[str, str], Reduction | Advance]
DAY = timedelta(days=1)
Read = Callable[[str], bytes | None]


class Reconciled:
    """All documents as they were issued, the shops of them, and what must hold of both."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.papers: Papers = Kept(shelf, "document", _paper)
        self.owners: dict[str, str] = {}
        self.by_shop: dict[str, dict[str, Voucher]] = defaultdict(dict)
        self.shops: dict[str, Shop] = {}
        self.reductions: dict[str, list[Reduction]] = defaultdict(list)
        self.advances: dict[str, list[Advance]] = defaultdict(list)

    def advance(self, item: Mapping[str, Any]) -> None:
        """Take a step of what is taxed of a deposit."""
        advance = msgspec.json.decode(item["body"], type=Advance)
        self.advances[advance.shop].append(advance)

    def reduction(self, item: Mapping[str, Any]) -> None:
        """Take what was let go of an invoice."""
        reduction = msgspec.json.decode(item["body"], type=Reduction)
        self.reductions[reduction.shop].append(reduction)

    def misbooked(self, orders: Iterable[Order]) -> Iterator[Breach]:
        """Breaches in what was let go of invoices, and taxed of deposits, against the orders."""
        kept, said = _Entries(), _Entries()
        steps: dict[str, list[Advance]] = defaultdict(list)
        for lists in (self.reductions, self.advances):
            for some in lists.values():
                kept |= {(each.order, each.id): _unconverted(each) for each in some}
        for each in (step for some in self.advances.values() for step in some):
            steps[each.document].append(each)
        for order in orders:
            said |= {(order.id, each.id): each for each in reductions(order)}
            said |= {(order.id, each.id): each for each in advances(order)}
            yield from self._misconverted(order, steps)
        for key in sorted(kept.keys() | said.keys()):
            if kept.get(key) != said.get(key):
                there, meant = (each.get(key) for each in (kept, said))
                yield Breach(key[0], f"{key[1]}: {there} is listed, the order says {meant}")

    def _misconverted(self, order: Order, steps: Mapping[str, list[Advance]]) -> Iterator[Breach]:
        """Deposits that a final invoice deducts at another rate than their money came at."""
        asked = {each.number: each.id for each in order.documents if each.type == "prepayment"}
        for document in order.documents if order.currency != EURO else ():
            paper = self.papers.get(document.id) if document.type == "final" else None
            for deposit in paper.deposits if paper else ():
                own = self.papers[asked[deposit.number]].exchange
                came = sorted(steps[asked[deposit.number]], key=lambda step: place_of(step.id))
                came = [step for step in came if step.at <= document.issued_at]
                if own and deposit.exchange != (due := exchange_after(came, own)):
                    what = f"deducts {deposit.number} at {deposit.exchange}, it came at {due}"
                    yield Breach(order.id, f"{document.number} {what}")

    def document(self, item: Mapping[str, Any]) -> None:
        """Take a document's record."""
        paper = _paper(item)
        self._shelf.put("document", item["id"], item)
        self.owners[item["id"]] = item["order_id"]
        self.by_shop[item["shop"]][item["id"]] = voucher_of(item["id"], paper)

    def shop(self, item: Mapping[str, Any]) -> None:
        """Take a shop."""
        shop = msgspec.json.decode(unpacked(item["body"]), type=Shop)
        self.shops[shop.id] = shop

    def adding_up(self, id: str, paper: Invoice) -> Iterator[Breach]:
        """Breaches of a document alone: its own sums."""
        return adding_up(self.owners[id], paper)

    def of_order(self, check: str, order: Order, papers: Papers) -> Iterator[Breach]:
        """Breaches of an order against what its documents were made from."""
        for holds in CHECKS[check]:
            yield from holds(order, papers)

    def unbooked(self, exports: Sequence[Export]) -> Iterator[Breach]:
        """Documents whose bookings do not add up to them in EUR, month by month."""
        for shop, vouchers in self.by_shop.items():
            months: dict[date, list[Voucher]] = defaultdict(list)
            for voucher in vouchers.values():
                months[voucher.issued_on.replace(day=1)].append(voucher)
            for reduced in self._reduced(shop):
                months[reduced.issued_on.replace(day=1)].append(reduced)
            for step in self._steps(shop, exports):
                months[step.issued_on.replace(day=1)].append(step)
            for first, some in sorted(months.items()):
                yield from self._booked(shop, first, some)

    def _reduced(self, shop: str, before: datetime | None = None) -> list[Voucher]:
        """The vouchers of what was let go, before a time."""
        vouchers = self.by_shop[shop]
        return [
            voucher_for(each, vouchers[each.document])
            for each in self.reductions[shop]
            if each.document in vouchers and (before is None or each.at < before)
        ]

    def _steps(
        self, shop: str, exports: Sequence[Export], before: datetime | None = None
    ) -> list[Voucher]:
        """The vouchers of what is taxed of deposits, as we were told before a time."""
        vouchers, own = self.by_shop[shop], [each for each in exports if each.shop == shop]
        steps: dict[str, list[Advance]] = defaultdict(list)
        for each in sorted(self.advances[shop], key=lambda step: place_of(step.id)):
            steps[each.document].append(each)
        return [
            voucher_of_step(
                each,
                vouchers[each.document],
                [vouchers[note] for note in each.notes],
                booked_on(each, own),
                steps[each.document][: place_of(each.id) - 1],
            )
            for each in self.advances[shop]
            if vouchers.keys() >= {each.document, *each.notes}
            and (before is None or each.at < before)
        ]

    def _booked(self, shop: str, first: date, vouchers: list[Voucher]) -> Iterator[Breach]:
        where, books = f"books of {shop} in {first:%Y-%m}", self._books(shop)
        seller = self.shops[shop].seller if shop in self.shops else None
        content = datev.batch(
            vouchers,
            books,
            since=first,
            until=(first.replace(day=28) + 4 * DAY).replace(day=1) - DAY,
            made_at=datetime(first.year, first.month, 1, tzinfo=UTC),
            seller_country=seller.country if seller else "DE",
            seller_vat_id=seller.vat_id if seller else None,
        )
        rows = datev.read(content)
        documents = [each for each in vouchers if not each.received]
        yield from _differing(where, datev.owed(rows), _worth(documents))
        yield from _differing(where, datev.received(rows), _taxed(vouchers))
        booked, due = posted.in_batch(rows), posted.meant(vouchers, books)
        yield from _apart(where, posted.differing(booked, due, "the batch"))
        unreduced = [each for each in vouchers if not each.reduces]
        yield from _told_to_auditors(where, posted.tables_of(vouchers, books), unreduced, books)

    def exported(
        self,
        exports: Sequence[Export],
        issued: Mapping[str, datetime],
        read: Read,
        debtors: Mapping[str, Sequence[str]],
    ) -> Iterator[Breach]:
        """Exports that do not say what their documents say, of which it is known when `issued`.

        A document that was issued while an export was being made may be in it. `debtors` are the
        customers of each shop with accounts of their own, in the order of those.
        """
        for export in exports:
            for file in export.files if export.status == "written" else ():
                content = read(file.key)
                if content is None or file.name.startswith(DEBTORS):
                    continue
                said, taxed = _said(export, content)
                documents = [
                    each
                    for id, each in self.by_shop[export.shop].items()
                    if export.since <= each.issued_on <= export.until
                    and (datev.printed(each.number) in said or _before(export, issued.get(id)))
                ]
                if export.kind == "datev":
                    reduced = self._reduced(export.shop, export.asked_at)
                    documents += [v for v in reduced if export.since <= v.issued_on <= export.until]
                yield from _differing(export.id, said, _worth(documents))
                steps = self._steps(export.shop, exports, export.asked_at)
                steps = [v for v in steps if export.since <= v.issued_on <= export.until]
                yield from _differing(export.id, taxed, _taxed(steps))
                dealt = debtors.get(export.shop, ())
                yield from _misposted(export, content, [*documents, *steps], dealt)
                total = sum(said.values(), Decimal(0))
                if export.totals and export.totals.gross != total:
                    what = f"its total is {export.totals.gross}, its file makes {total}"
                    yield Breach(export.id, what)

    def _books(self, shop: str) -> Bookkeeping:
        known = self.shops.get(shop)
        return (known.bookkeeping if known else None) or UNSAID


def _misposted(
    export: Export, content: bytes, vouchers: Sequence[Voucher], dealt: Sequence[str]
) -> Iterator[Breach]:
    """Breaches in a file account by account, with the accounts that it was written with.

    Of exports of earlier releases these are not known.
    """
    books = export.books
    if books is None:
        return
    if export.kind == "datev":
        places = {customer: n for n, customer in reversed([*enumerate(dealt, 1)])}
        due = posted.meant(posted.on_own_accounts(vouchers, places, books), books)
        said = posted.in_batch(datev.read(content))
        yield from _apart(export.id, posted.differing(said, due, "the batch"))
    else:
        tables = _rows(content, audit.TAXES), _rows(content, audit.ADVANCES)
        yield from _told_to_auditors(export.id, tables, vouchers, books)


def _told_to_auditors(
    where: str,
    tables: tuple[posted.Rows, posted.Rows],
    vouchers: Sequence[Voucher],
    books: Bookkeeping,
) -> Iterator[Breach]:
    for column in posted.COLUMNS:
        said = posted.in_tables(column, *tables)
        due = posted.meant_in(column, vouchers, books)
        yield from _apart(where, posted.differing(said, due, f"{column} of Z3"))


def _apart(where: str, texts: Iterable[str]) -> Iterator[Breach]:
    return (Breach(where, text) for text in texts)


def _rows(content: bytes, table: gdpdu.Table) -> list[dict[str, str]]:
    """The rows of a table on a medium; earlier releases had no deposits' steps there."""
    with zipfile.ZipFile(io.BytesIO(content)) as medium:
        there = table.file in medium.namelist()
        return gdpdu.read(table, medium.read(table.file)) if there else []


def _unconverted(entry: Reduction | Advance) -> Reduction | Advance:
    """An entry as its order tells of it, which knows no rates of exchange."""
    return replace(entry, exchange=None) if isinstance(entry, Advance) else entry


def _said(export: Export, content: bytes) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """Amounts in a file: the worth of each document, and the tax of deposits by each step."""
    if export.kind == "datev":
        bookings = datev.read(content)
        return datev.owed(bookings), datev.received(bookings)
    rows, steps = (_rows(content, table) for table in (audit.VOUCHERS, audit.ADVANCES))
    worth = {datev.printed(r["Belegnummer"]): gdpdu.amount(r["Brutto_EUR"]) for r in rows}
    taxed: dict[str, Decimal] = defaultdict(Decimal)
    for step in steps:
        taxed[step["Vorgang"]] += gdpdu.amount(step["Brutto_EUR"])
    return worth, taxed


def _taxed(vouchers: Iterable[Voucher]) -> dict[str, Decimal]:
    """Tax of each step's deposit in EUR, gross, where that is anything."""
    steps = (each for each in vouchers if each.received)
    return {each.id: sum((a.in_euro.gross for a in each.amounts), Decimal(0)) for each in steps}


def _paper(item: Mapping[str, Any]) -> Invoice:
    return msgspec.json.decode(unpacked(item["body"]), type=Invoice)


def _before(export: Export, issued_at: datetime | None) -> bool:
    return issued_at is not None and issued_at < export.asked_at


def _worth(vouchers: Iterable[Voucher]) -> dict[str, Decimal]:
    """Worth of each document in EUR, where it is worth anything."""
    worth: dict[str, Decimal] = defaultdict(Decimal)
    for voucher in (each.in_euro for each in vouchers):
        if voucher.gross:
            worth[datev.printed(voucher.number)] += voucher.sign * voucher.gross
    return worth


def _differing(
    where: str, booked: Mapping[str, Decimal], worth: Mapping[str, Decimal]
) -> Iterator[Breach]:
    for number in sorted(booked.keys() | worth.keys()):
        there, due = booked.get(number, Decimal(0)), worth.get(number, Decimal(0))
        if there != due:
            yield Breach(where, f"{number}: {there} is booked, the document is worth {due}")
    there, due = (sum(each.values(), Decimal(0)) for each in (booked, worth))
    if there != due:
        yield Breach(where, f"in total {there} is booked, the documents are worth {due}")
