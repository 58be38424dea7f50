"""A CSV file of master data becomes records, each with the lines that it is from."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.importing.columns import Kind


class Unreadable(Exception):
    """The file as a whole cannot be taken; says why."""


@dataclass
class Record:
    """What is sent of a file: the lines that make it up, and its values."""

    lines: list[int]
    values: dict[str, Any]


@dataclass
class Read:
    """The records of a file, and why lines were refused before anything was sent."""

    records: list[Record] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)


def read(path: Path, kind: Kind) -> Read:
    """Everything in the file: UTF-8 with or without a mark, commas or semicolons.

    Raises Unreadable, naming every wrong column.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path}: no UTF-8: {error.reason} at byte {error.start}") from None
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from None
    first = text.partition("\n")[0]
    rows = _rows(text, ";" if first.count(";") > first.count(",") else ",")
    _, header = next(rows, (1, []))
    _check([name.strip() for name in header], kind)
    made = Read()
    names = [name.strip() for name in header]
    for line, cells in rows:
        if len(cells) != len(names):
            made.refused.append((line, f"has {len(cells)} cells, the header {len(names)}"))
            continue
        try:
            record = _record(dict(zip(names, cells, strict=True)), kind)
        except ValueError as error:
            made.refused.append((line, str(error)))
        else:
            made.records.append(Record([line], record))
    return _once(made, kind)


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, each with the number of its first line."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(f"line {line}: {error}") from None


def _check(names: list[str], kind: Kind) -> None:
    unknown = [name or "(no name)" for name in names if name not in kind.columns]
    missing = [name for name in kind.needed if name not in names]
    twice = sorted({name for name in names if names.count(name) > 1})
    faults = [
        f"{what}: {', '.join(found)}"
        for what, found in (("unknown", unknown), ("missing", missing), ("twice", twice))
        if found
    ]
    if faults:
        known = ", ".join(sorted(kind.columns))
        raise Unreadable(f"wrong columns: {'; '.join(faults)}\nknown columns: {known}")


def _record(cells: dict[str, str], kind: Kind) -> dict[str, Any]:
    """The values of a row; an empty cell is none. Raises ValueError, naming the column."""
    values: dict[str, Any] = {}
    for name, given in cells.items():
        cell, (path, convert) = given.strip(), kind.columns[name]
        if not cell:
            if name in kind.needed:
                raise ValueError(f"{name} is empty")
            continue
        try:
            value = convert(cell)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
        *outer, last = path.split(".")
        place = values
        for each in outer:
            place = place.setdefault(each, {})
        place[last] = value
    return values


def _once(made: Read, kind: Kind) -> Read:
    """The records with each key once: rows are gathered, or all but the last are refused."""
    found: dict[tuple[str, ...], Record] = {}
    seen: dict[tuple[str, ...], int] = {}
    for record in made.records:
        key = tuple(str(record.values[name]) for name in kind.key)
        part = {name: record.values.pop(name) for name in kind.gather}
        place = (*key, str(part.get(kind.gather[0]))) if kind.gather else key
        if place in seen:
            line = record.lines[0] if kind.gather else seen[place]
            other = seen[place] if kind.gather else record.lines[0]
            made.refused.append((line, f"{' '.join(place)} is in line {other} too"))
            if kind.gather:
                continue
        seen[place] = record.lines[0]
        if not kind.gather or key not in found:
            found.pop(key, None)
            found[key] = record
        else:
            found[key].lines += record.lines
        if kind.gather:
            found[key].values.setdefault(kind.under, []).append(part)
    for record in found.values():
        if kind.gather:
            record.values[kind.under].sort(key=lambda part: part[kind.gather[0]])
    return Read(list(found.values()), made.refused)
