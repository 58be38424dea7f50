"""Reads transactions in the form of UCI Online Retail: clean rows, and why the others are not."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from local.player.countries import code_of

COLUMNS = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)
CARRIAGE = frozenset({"POST", "DOT", "C2", "C3"})
"""Stock codes under which the shop charges the sending of goods."""
CHARGES = frozenset({"M", "D", "S", "B", "BANK CHARGES", "AMAZONFEE", "CRUK", "ADJUST", "ADJUST2"})
"""Stock codes that are bookings: manual, discount, sample, bad debt, fees, corrections."""

MOST_PIECES = 1_000_000
"""Pieces that the API takes in one line."""

_SHOP = ZoneInfo("Europe/London")
_INTEGER = re.compile(r"[+-]?\d{1,9}(\.0*)?")
_AMOUNT = re.compile(r"[+-]?\d{1,12}(\.\d{1,9})?")
_DATES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%m/%d/%Y %H:%M")


class WrongForm(Exception):
    """The file has not the columns of UCI Online Retail."""


class Dirty(Exception):
    """A row that cannot be played; `reason` is a stable code in snake_case, `cells` the row."""

    def __init__(self, reason: str, cells: Sequence[str] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.cells = cells


@dataclass(frozen=True, slots=True)
class Row:
    """A clean row; `quantity` is positive even on a cancellation, `country` an ISO 3166-1 code."""

    document: str
    sku: str
    name: str
    quantity: int
    at: datetime
    unit_price: Decimal
    customer: str | None
    country: str

    @property
    def carriage(self) -> bool:
        return self.sku.upper() in CARRIAGE

    @property
    def amount(self) -> Decimal:
        """What it is worth, positive on a cancellation too."""
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class Document:
    """All clean rows of one invoice number, in the order of the file."""

    number: str
    rows: tuple[Row, ...]

    @property
    def cancels(self) -> bool:
        return is_cancellation(self.number)

    @property
    def goods(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if not row.carriage)

    @property
    def carriage(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.carriage)


@dataclass(slots=True)
class Survey:
    """What a first reading learns: rows per document, what is cancelled, and what is sold.

    `demand` is pieces per article, `times` the number of order lines that want it.
    """

    rows: int = 0
    sizes: Counter[str] = field(default_factory=Counter)
    demand: Counter[str] = field(default_factory=Counter)
    times: Counter[str] = field(default_factory=Counter)
    names: dict[str, str] = field(default_factory=dict)
    cancelled: set[tuple[str, str]] = field(default_factory=set)

    def add(self, row: Row | Dirty) -> None:
        self.rows += 1
        if isinstance(row, Dirty):
            return
        self.sizes[row.document] += 1
        if row.carriage:
            return
        if is_cancellation(row.document):
            if row.customer:
                self.cancelled.add((row.customer, row.sku))
            return
        self.demand[row.sku] += row.quantity
        self.times[row.sku] += 1
        if row.name:
            self.names.setdefault(row.sku, row.name)


def is_cancellation(document: str) -> bool:
    return document[:1] in ("C", "c")


def survey(rows: Iterable[Row | Dirty]) -> Survey:
    """One reading of all rows, in memory that grows with documents and SKUs, not with rows."""
    found = Survey()
    for row in rows:
        found.add(row)
    return found


def documents(rows: Iterable[Row | Dirty], sizes: Counter[str]) -> Iterator[Document | Dirty]:
    """Each document as soon as its last row is read, however the rows are interleaved."""
    begun: dict[str, list[Row]] = {}
    for row in rows:
        if isinstance(row, Dirty):
            yield row
            continue
        begun.setdefault(row.document, []).append(row)
        if len(begun[row.document]) == sizes[row.document]:
            yield Document(row.document, tuple(begun.pop(row.document)))
    for number, rest in begun.items():
        yield Document(number, tuple(rest))


def rows(files: Sequence[Path], limit: int | None = None) -> Iterator[Row | Dirty]:
    """Every row of the files, of the first `limit` documents when given. Raises WrongForm.

    A document that an earlier file holds already is the same document and is not played again.
    """
    home: dict[str, Path] = {}
    for file in files:
        for cells in records(file):
            number = cells[0].strip() if cells else ""
            if number and number not in home:
                if limit is not None and len(home) >= limit:
                    continue
                home[number] = file
            if number and home[number] is not file:
                yield Dirty("document_in_earlier_file", cells)
                continue
            try:
                yield parsed(cells)
            except Dirty as dirty:
                yield Dirty(dirty.reason, cells)


def records(file: Path) -> Iterator[list[str]]:
    """The cells of each record in the order of COLUMNS, none for a record of another width."""
    with file.open(encoding=encoding_of(file), newline="") as text:
        source = _split(text)
        header = [name.strip() for name in next(source, [])]
        missing = [name for name in COLUMNS if name not in header]
        if missing:
            raise WrongForm(f"{file}: no column {', '.join(missing)} in the first line")
        places = [header.index(name) for name in COLUMNS]
        for cells in source:
            yield [cells[place] for place in places] if len(cells) == len(header) else []


def _split(lines: Iterable[str]) -> Iterator[list[str]]:
    """CSV records; an unclosed quote costs its own line, never the lines that it swallowed."""
    source, again, taken = iter(lines), deque[str](), list[str]()

    def feed() -> Iterator[str]:
        while (line := again.popleft() if again else next(source, None)) is not None:
            taken.append(line)
            yield line

    reader, width = csv.reader(feed()), 0
    while True:
        taken.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = []
        width = width or len(cells)
        if len(taken) > 1 and len(cells) != width:
            again.extendleft(reversed(taken[1:]))
            reader, cells = csv.reader(feed()), [taken[0]]
        elif not cells and not taken[-1].strip():
            continue
        yield cells


def encoding_of(file: Path) -> str:
    """utf-8 where the whole file is (with or without a byte order mark), otherwise latin-1."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with file.open("rb") as raw:
            while block := raw.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8-sig"


def parsed(cells: Sequence[str]) -> Row:
    """One row, checked; raises Dirty with the first reason found."""
    if not cells:
        raise Dirty("malformed_row")
    document, sku, name, quantity, at, price, customer, country = (c.strip() for c in cells)
    if not document:
        raise Dirty("missing_invoice_number")
    if not sku:
        raise Dirty("missing_stock_code")
    if sku.upper() in CHARGES or sku.upper().startswith("GIFT_"):
        raise Dirty("charge_not_goods")
    return Row(
        document=document,
        sku=sku,
        name="".join(letter for letter in name if letter.isprintable()),
        quantity=_quantity(quantity, is_cancellation(document)),
        at=_date(at),
        unit_price=_price(price),
        customer=customer.removesuffix(".0") or None,
        country=_country(country),
    )


def _quantity(cell: str, cancels: bool) -> int:
    if not cell:
        raise Dirty("no_quantity")
    if not _INTEGER.fullmatch(cell):
        raise Dirty("malformed_quantity")
    quantity = int(cell.partition(".")[0])
    if quantity == 0:
        raise Dirty("no_quantity")
    if abs(quantity) > MOST_PIECES:
        raise Dirty("quantity_too_large")
    if cancels and quantity > 0:
        raise Dirty("positive_quantity_with_c")
    if not cancels and quantity < 0:
        raise Dirty("negative_quantity_without_c")
    return abs(quantity)


def _price(cell: str) -> Decimal:
    if not cell:
        raise Dirty("no_price")
    if not _AMOUNT.fullmatch(cell):
        raise Dirty("malformed_price")
    price = Decimal(cell)
    if price <= 0:
        raise Dirty("price_not_positive")
    in_cents = price.quantize(Decimal("0.01"))
    if in_cents != price:
        raise Dirty("price_not_in_cents")
    return in_cents


@lru_cache
def _date(cell: str) -> datetime:
    for form in _DATES:
        try:
            return datetime.strptime(cell, form).replace(tzinfo=_SHOP)
        except ValueError:
            continue
    raise Dirty("malformed_date")


def _country(cell: str) -> str:
    code = code_of(cell)
    if code is None:
        raise Dirty("unknown_country")
    return code
