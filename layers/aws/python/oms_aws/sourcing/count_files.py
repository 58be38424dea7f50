"""Counts at the edges: rows of a batch or of a file become counts of a location, one by one."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from oms.core.refusals import Refusal
from oms_aws.platform.rows import not_counted, parsed_rows, refused
from oms_aws.platform.uploads import Format, Upload
from oms_aws.sourcing.counting import Count, Counting
from oms_aws.sourcing.models import StockRow
from oms_aws.sourcing.wiring import SourcingWiring

MOST_UPLOADED = 20_000
ROWS_A_CHUNK = 1_000
COLUMNS = ("sku", "on_hand", "safety")
Row = tuple[int, StockRow]
Buckets = dict[str, int]


class Source(NamedTuple):
    """Origin of counted rows: where, when, and who sent them in which request."""

    location: str
    as_of: datetime
    actor: str
    cause: str


def sifted(given: list[Any], now: datetime) -> tuple[list[Row], list[dict[str, Any]]]:
    """The rows to count, by index, and the answers for the others; of one SKU the last counts."""
    rows, broken = parsed_rows(given, StockRow, now)
    last = {row.sku: n for n, row in rows}
    broken += [
        refused(n, row.sku, f"row {last[row.sku]} counts it again")
        for n, row in rows
        if last[row.sku] != n
    ]
    return [(n, row) for n, row in rows if last[row.sku] == n], broken


def known_only(
    rows: list[Row], oms: SourcingWiring
) -> tuple[list[Row], list[dict[str, Any]], Buckets]:
    """The rows whose SKU is a product, the answers for the others, and the products' buckets."""
    known = oms.catalogue.products(row.sku for _, row in rows)
    broken = [refused(n, row.sku, "no such product") for n, row in rows if row.sku not in known]
    buckets = {sku: product.buckets for sku, product in known.items()}
    return [(n, row) for n, row in rows if row.sku in known], broken, buckets


class Taken(NamedTuple):
    """Outcome of rows: how many changed something or nothing, and which were not counted."""

    changed: int
    unchanged: int
    not_counted: list[dict[str, Any]]


def count(rows: list[Row], source: Source, buckets: Buckets, oms: SourcingWiring) -> Taken:
    """Take the counts over; a row that is older than the count known is not counted."""
    warehouse = oms.catalogue.warehouse(source.location)
    by = Counting(warehouse.id, source.as_of, warehouse.safety_stock, source.actor, source.cause)
    numbers = {row.sku: n for n, row in rows}
    counts = (Count(row.sku, row.on_hand, row.safety) for _, row in rows)
    tally = oms.stock.take_counts(counts, by)
    oms.stock.wish(buckets)
    ignored = [{"row": numbers[s], **not_counted(s, at)} for s, at in tally.ignored.items()]
    return Taken(tally.changed, tally.unchanged, in_order(ignored))


def in_order(broken: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows that were refused or not counted, as they stand in the batch."""
    return sorted(broken, key=lambda row: row["row"])


def take_upload(id: str, oms: SourcingWiring) -> Upload:
    """Take the counts of a file, in chunks; a run that is cut off goes on where it stopped.

    A file that is of no use is refused, which its record says.
    """
    upload = oms.uploads.get(id)
    if upload.finished_at:
        return upload
    try:
        rows, broken = sifted(read_rows(oms.uploads.content(id), upload.format), oms.now())
        rows, unknown, buckets = known_only(rows, oms)
    except Refusal as refusal:
        return oms.uploads.save(upload.refuse(refusal.text, oms.now()))
    source = Source(upload.location, upload.as_of, upload.actor, f"upload:{id}")
    if upload.status == "waiting":
        upload = oms.uploads.save(upload.starts(in_order([*broken, *unknown])))
    while some := rows[upload.taken : upload.taken + ROWS_A_CHUNK]:
        taken = count(some, source, buckets, oms)
        upload = oms.uploads.save(upload.counts(len(some), *taken))
    return oms.uploads.save(upload.finish(oms.now()))


def read_rows(content: bytes, format: Format) -> list[Any]:
    """The rows of a file; raises Refusal for one that is no text, has other columns or too many."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refusal("file_malformed", "The file is not UTF-8 text.") from None
    rows = list(_from_csv(text) if format == "csv" else _from_lines(text))
    if not rows:
        raise Refusal("file_empty", "The file has no rows.")
    if len(rows) > MOST_UPLOADED:
        raise Refusal("file_too_long", f"A file has at most {MOST_UPLOADED} rows.")
    return rows


def _from_lines(text: str) -> Iterator[Any]:
    for line in filter(str.strip, text.splitlines()):
        try:
            yield json.loads(line)
        except (ValueError, RecursionError):
            yield line


def _from_csv(text: str) -> Iterator[Any]:
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if ";" in first else ",", strict=True)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        if set(names) - set(COLUMNS) or not {"sku", "on_hand"} <= set(names):
            told = ", ".join(COLUMNS)
            raise Refusal("columns_wrong", f"The first row must name the columns: {told}.")
        for cells in reader:
            if cells:
                yield _row(names, cells)
    except csv.Error as error:
        text = f"Row {reader.line_num} is no CSV: {error}."
        raise Refusal("file_malformed", text) from None


def _row(names: list[str], cells: list[str]) -> Any:
    """The row of these cells; those that are missing are empty, and one too many is refused."""
    if len(cells) > len(names):
        return {"sku": cells[0].strip(), "cells": f"{len(cells)}, not {len(names)}"}
    given = {name: cell.strip() for name, cell in zip(names, cells, strict=False)}
    return {name: _number(cell) if name != "sku" else cell for name, cell in given.items() if cell}


def _number(cell: str) -> int | str:
    digits = cell.removeprefix("-")
    return int(cell) if digits.isdecimal() and digits.isascii() and len(digits) < 12 else cell
